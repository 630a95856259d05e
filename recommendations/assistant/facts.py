"""The facts that an answer may use. What is not in here cannot be said."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from customers.models import Customer, Product, Purchase
from customers.money import format_money
from customers.profile import UNKNOWN, CustomerProfile
from recommendations.assistant.reading import Reading
from recommendations.assistant.state import State
from recommendations.engine.constraints import Constraints

RECENT = 5  # purchases that an answer lists
FAVORITES = 3
NOT_YOURSELF = "I cannot tell who is asking, so I know no purchases."


def facts_of(state: State) -> dict[str, Any]:
    """JSON-ready; money as people write it."""
    question, reading, profile = state["question"], state["reading"], state["profile"]
    if reading.intent == "recommendation":
        return products_found(state)
    if reading.category == "general":
        return about_the_shop()
    if question.customer is None or profile is None:
        return {"kind": "unknown_customer", "notes": [NOT_YOURSELF]}
    if reading.category == "customer_profile":
        return {"kind": "customer_profile", **profile_facts(profile)}
    return purchase_facts(question.customer, reading)


def products_found(state: State) -> dict[str, Any]:
    constraints, found = state["constraints"], state["found"]
    notes = list(found.notes)
    if constraints.currency and constraints.currency != settings.CURRENCY:
        notes.append(f"Prices of this shop are in {settings.CURRENCY}; the limit was taken as {settings.CURRENCY}.")
    if state["removed_by_reviews"]:
        notes_about = "product was" if state["removed_by_reviews"] == 1 else "products were"
        removed = f"{state['removed_by_reviews']} {notes_about} left out because of poor reviews."
        notes += [removed] if not state["ranked"] else []
    return {
        "kind": "recommendation",
        "strategy": found.strategy,
        "searched_for": described(constraints),
        "notes": notes,
        "products": [
            {
                "name": item.name or item.product_id,
                "category": item.category,
                "price": format_money(item.price) if item.price is not None else None,
                "reasons": [reason["text"] for reason in item.reasons],
            }
            for item in state["ranked"]
        ],
    }


def described(constraints: Constraints) -> str:
    """The limits in words: `toaster under $50.00`; empty where there are none."""
    words = [constraints.words or " or ".join(constraints.categories) or ""]
    if constraints.words and constraints.categories:
        words.append("in " + " or ".join(constraints.categories))
    if constraints.brands:
        words.append("by " + " or ".join(constraints.brands))
    if without := constraints.excluded_words + constraints.excluded_brands + constraints.excluded_categories:
        words.append("without " + " or ".join(without))
    low, high = constraints.min_price, constraints.max_price
    if low is not None and high is not None:
        words.append(f"from {format_money(low)} to {format_money(high)}")
    elif high is not None:
        words.append(f"up to {format_money(high)}")
    elif low is not None:
        words.append(f"from {format_money(low)}")
    return " ".join(word for word in words if word)


def purchase_facts(customer: Customer, reading: Reading) -> dict[str, Any]:
    """Counted by PostgreSQL over the period and the categories, or else the products, that the question names."""
    facts: dict[str, Any] = {"kind": reading.category}
    if reading.unread_period:
        facts["notes"] = [f"I could not tell which time “{reading.unread_period}” is, so this is of all time."]
    purchases = Purchase.objects.of(customer)
    if reading.period:
        purchases = purchases.between(reading.period.start, reading.period.end)
        facts["period"] = reading.period.label
    if reading.fact_categories:
        purchases = purchases.in_categories(reading.fact_categories)
        facts["categories"] = list(reading.fact_categories)
    elif reading.unknown_category:
        purchases = purchases.of_products_named(reading.unknown_category)
        facts["about"] = reading.unknown_category
    if without := reading.constraints.excluded_categories:
        purchases = purchases.exclude(product__category__name__in=without)
        facts["without"] = list(without)
    if reading.category == "favorite_categories":
        facts["favorites"] = [
            {"category": row["category"], "purchases": row["purchases"], "spent": format_money(row["spent"])}
            for row in purchases.favorite_categories(FAVORITES)
        ]
        return facts
    if reading.category == "recent_purchases":
        facts["recent"] = [bought(purchase) for purchase in purchases.newest(RECENT)]
        return facts
    totals = purchases.totals()
    return facts | {
        "purchases": totals.purchases,
        "items": totals.quantity,
        "spent": format_money(totals.spent),
        "average_price": format_money(totals.average_price) if totals.average_price is not None else None,
    }


def bought(purchase: Purchase) -> dict[str, Any]:
    return {
        "product": purchase.product.name or purchase.product.external_id,
        "quantity": purchase.quantity,
        "price": format_money(purchase.unit_price) if purchase.unit_price is not None else None,
        "date": day_of(purchase.purchased_at),
    }


def profile_facts(profile: CustomerProfile) -> dict[str, Any]:
    return {
        "purchases": profile.total_purchases,
        "items": profile.total_quantity,
        "spent": format_money(profile.total_spent),
        "segment": None if profile.rfm_segment == UNKNOWN else profile.rfm_segment,
        "price_segment": None if profile.price_segment == UNKNOWN else profile.price_segment,
        "favorites": [
            {"category": row["category"], "purchases": row["purchases"], "spent": format_money(row["spent"])}
            for row in profile.favorite_categories[:FAVORITES]
        ],
        "customer_since": day_of(profile.first_purchase_at),
        "last_purchase": day_of(profile.last_purchase_at),
    }


def day_of(moment: datetime | None) -> str | None:
    """`3 May 2026`, in the shop's time zone."""
    return f"{timezone.localtime(moment):%-d %B %Y}" if moment else None


def about_the_shop() -> dict[str, Any]:
    return {
        "kind": "general",
        "abilities": [
            "recommend products of this shop, by taste, words, price, category and brand",
            "tell how many purchases were made, what was spent, on what and when",
        ],
        "products_in_the_shop": Product.objects.count(),
    }
