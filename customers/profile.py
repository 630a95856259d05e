"""What a customer's purchases say of them, in two queries."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Subquery, Sum
from django.utils import timezone

from customers.models import Customer, Purchase, ShopStatistics
from customers.querysets import category_totals, to_the_cent
from customers.statistics import THE_ROW

FAVORITES = 5
RECENT = 10
DAYS_A_MONTH = 365.2425 / 12
HALF_SURE = 5  # purchases at which a profile deserves half the trust
UNKNOWN = "unknown"
PRICE_SEGMENTS = ("budget", "mid-range", "premium")


@dataclass(frozen=True)
class CustomerProfile:
    """Counts and sums are exact; segments compare with the shop's own customers."""

    customer_id: str
    name: str
    total_purchases: int
    total_quantity: int
    total_spent: Decimal  # price × quantity, of what has a price
    average_price: Decimal | None  # the mean unit price of a purchase
    favorite_categories: list[dict[str, Any]]
    price_segment: str  # which third of the customers by average price: budget, mid-range, premium; unknown
    purchases_per_month: float | None  # between the first and the last purchase, over at least a month
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    days_since_last_purchase: int | None
    rfm_segment: str
    recent_purchases: list[dict[str, Any]]
    confidence: float  # n / (n + 5) of n purchases

    def as_json(self) -> dict[str, Any]:
        """JSON-ready: money as text, times as ISO 8601."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def profile_of(customer: Customer, at: datetime | None = None) -> CustomerProfile:
    """The profile as seen at a time (default: now), which only recency depends on. Two queries."""
    rows = _by_category(customer)
    recent = Purchase.objects.of(customer).newest(RECENT) if rows else []
    cuts: dict[str, list[float]] = (rows[0]["cuts"] or {}) if rows else {}
    purchases = sum(row["purchases"] for row in rows)
    spent = sum((row["spent"] or Decimal(0) for row in rows), Decimal("0.00"))
    priced = sum(row["priced"] for row in rows)
    average = to_the_cent(sum(row["prices"] or Decimal(0) for row in rows) / priced) if priced else None
    first = min((row["first"] for row in rows if row["first"]), default=None)
    last = max((row["last"] for row in rows if row["last"]), default=None)
    return CustomerProfile(
        customer_id=customer.external_id,
        name=customer.name,
        total_purchases=purchases,
        total_quantity=sum(row["items"] for row in rows),
        total_spent=spent,
        average_price=average,
        favorite_categories=[dict(category_totals(row)) for row in rows if row["category"]][:FAVORITES],
        price_segment=_price_segment(average, cuts),
        purchases_per_month=_monthly(sum(row["dated"] for row in rows), first, last),
        first_purchase_at=first,
        last_purchase_at=last,
        days_since_last_purchase=max((at or timezone.now()) - last, timedelta(0)).days if last else None,
        rfm_segment=_rfm_segment(purchases, spent, last, cuts),
        recent_purchases=[_line(purchase) for purchase in recent],
        confidence=round(purchases / (purchases + HALF_SURE), 3),
    )


def _by_category(customer: Customer) -> list[dict[str, Any]]:
    """A row a category, the favourite first, each with the shop's statistics to spare a query."""
    statistics = ShopStatistics.objects.filter(pk=THE_ROW).values("cuts")
    return list(
        Purchase.objects.of(customer)
        .by_category()
        .annotate(
            prices=Sum("unit_price"),
            priced=Count("unit_price"),
            dated=Count("purchased_at"),
            first=Min("purchased_at"),
            last=Max("purchased_at"),
            cuts=Subquery(statistics),
        )
    )


def _price_segment(average: Decimal | None, cuts: dict[str, list[float]]) -> str:
    if average is None or "average_price" not in cuts:
        return UNKNOWN
    return PRICE_SEGMENTS[_part(float(average), cuts["average_price"]) - 1]


def _monthly(purchases: int, first: datetime | None, last: datetime | None) -> float | None:
    if first is None or last is None or first == last:
        return None
    months = max((last - first).total_seconds() / 86_400 / DAYS_A_MONTH, 1.0)
    return round(purchases / months, 2)


def _rfm_segment(purchases: int, spent: Decimal, last: datetime | None, cuts: dict[str, list[float]]) -> str:
    """Recency against the mean of frequency and money, each a fifth (1 to 5) of the shop's customers.

    Who bought once is no regular, however dear that was and however rare regulars are.
    """
    if last is None or not {"purchases", "spent", "last_purchase"} <= set(cuts):
        return UNKNOWN
    recency = _part(last.timestamp(), cuts["last_purchase"])
    value = 1.0 if purchases == 1 else (_part(purchases, cuts["purchases"]) + _part(float(spent), cuts["spent"])) / 2
    if recency >= 4:
        return "champion" if value >= 4 else "loyal" if value >= 2.5 else "new"
    if recency == 3:
        return "loyal" if value >= 4 else "needs attention" if value >= 2.5 else "about to sleep"
    return "at risk" if value >= 3.5 else "hibernating" if value >= 2 else "lost"


def _part(value: float, cuts: Sequence[float]) -> int:
    """Which of the equal parts, from 1."""
    return bisect_left(cuts, value) + 1


def _line(purchase: Purchase) -> dict[str, Any]:
    product = purchase.product
    return {
        "product_id": product.external_id,
        "name": product.name,
        "category": product.category.name if product.category else "",
        "quantity": purchase.quantity,
        "price": purchase.unit_price,
        "purchased_at": purchase.purchased_at,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
