"""Rows for tests, with what a test does not care about filled in."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from customers.models import Category, Customer, Product, Purchase, Review
from recommendations.models import Recommendation, RecommendedProduct
from tracing.models import Trace

numbers = count(1)
SOME_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_customer(name: str = "", **fields: Any) -> Customer:
    number = next(numbers)
    return Customer.objects.create(**{"external_id": f"c{number}", "name": name or f"Customer {number}", **fields})


def a_product(name: str = "", category: str = "", price: str | None = "10.00", **fields: Any) -> Product:
    number = next(numbers)
    shelf = Category.objects.get_or_create(name=category)[0] if category else None
    cost = None if price is None else Decimal(price)
    return Product.objects.create(
        **{"external_id": f"p{number}", "name": name or f"Product {number}", "category": shelf, "price": cost, **fields}
    )


def a_purchase(customer: Customer, product: Product, quantity: int = 1, **fields: Any) -> Purchase:
    return Purchase.objects.create(
        **{
            "external_id": f"t{next(numbers)}",
            "customer": customer,
            "product": product,
            "quantity": quantity,
            "unit_price": product.price,
            "purchased_at": SOME_DAY,
            **fields,
        }
    )


def a_review(product: Product, text: str = "Good.", sentiment: float = 0.8, **fields: Any) -> Review:
    return Review.objects.create(
        **{
            "external_id": f"r{next(numbers)}",
            "product": product,
            "text": text,
            "sentiment": sentiment,
            "sentiment_model": "test",
            "sentiment_version": "1",
            "reviewed_at": SOME_DAY,
            **fields,
        }
    )


def a_trace(**fields: Any) -> Trace:
    return Trace.objects.create(
        **{
            "trace_id": f"{next(numbers):032x}",
            "name": "personalized_recommendation",
            "environment": "test",
            "started_at": SOME_DAY,
            "duration_ms": 12.5,
            **fields,
        }
    )


def a_recommendation(customer: Customer | None = None, *products: Product, **fields: Any) -> Recommendation:
    """An answered question with these products, as `ask` would have stored it, and its trace."""
    trace = a_trace()
    answer = Recommendation.objects.create(
        **{
            "stored_trace": trace,
            "trace_id": trace.trace_id,
            "customer": customer,
            "channel": "api",
            "query": "What would I like?",
            "intent": "recommendation",
            "intent_confidence": 0.97,
            "reasoning": "These go well with what you bought.",
            "strategy": "personal",
            "model": "embedded-composer",
            **fields,
        }
    )
    for rank, product in enumerate(products, start=1):
        RecommendedProduct.objects.create(
            recommendation=answer,
            rank=rank,
            product=product,
            external_id=product.external_id,
            name=product.name,
            category=product.category.name if product.category else "",
            price=product.price,
            score=1 / rank,
            parts={"co-purchase": 1 / rank},
            reasons=[{"kind": "bought_together", "text": "Bought by 3 customers who also bought your Router"}],
            source="co-purchase",
        )
    return answer
