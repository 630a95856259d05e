"""What an export of recommendations tells of each."""

from typing import Any

from recommendations.models import Rating, Recommendation, RecommendedProduct
from tracing.admin.export import Columns

COLUMNS: Columns = {
    "id": lambda answer: str(answer.pk),
    "trace_id": lambda answer: answer.trace_id,
    "created_at": lambda answer: answer.created_at,
    "customer": lambda answer: answer.customer.external_id if answer.customer else "",
    "conversation": lambda answer: str(answer.conversation_id or ""),
    "channel": lambda answer: answer.channel,
    "question": lambda answer: answer.query,
    "answer": lambda answer: answer.reasoning,
    "status": lambda answer: answer.status,
    "error": lambda answer: answer.error,
    "intent": lambda answer: answer.intent,
    "intent_category": lambda answer: answer.intent_category,
    "strategy": lambda answer: answer.strategy,
    "confidence_score": lambda answer: answer.confidence_score,
    "unfound": lambda answer: answer.unfound,
    "product_ids": lambda answer: [item.external_id for item in answer.products.all()],
    "stars": lambda answer: answer.stars,
    "model": lambda answer: answer.model,
    "fallbacks": lambda answer: answer.fallbacks,
    "delivery": lambda answer: answer.stored_trace.delivery if answer.stored_trace else "",
    "processing_time_ms": lambda answer: answer.processing_time_ms,
    "input_tokens": lambda answer: answer.input_tokens,
    "output_tokens": lambda answer: answer.output_tokens,
    "cost": lambda answer: answer.cost,
}


def _products(answer: Recommendation) -> list[dict[str, Any]]:
    return [_product(item) for item in answer.products.all()]


def _product(item: RecommendedProduct) -> dict[str, Any]:
    return {
        "rank": item.rank,
        "product_id": item.external_id,
        "name": item.name,
        "category": item.category,
        "price": item.price,
        "score": item.score,
        "source": item.source,
        "reasons": [reason["text"] for reason in item.reasons],
    }


def _ratings(answer: Recommendation) -> list[dict[str, Any]]:
    return [_rating(rating) for rating in answer.ratings.all()]


def _rating(rating: Rating) -> dict[str, Any]:
    """Without the rater, whose id names a customer."""
    return {
        "stars": rating.stars,
        "comment": rating.comment,
        "product_id": rating.product.external_id if rating.product else None,
        "created_at": rating.created_at,
    }


DETAILS: Columns = {"products": _products, "ratings": _ratings}
