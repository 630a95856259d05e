"""Prometheus's figures of questions, agents, models and ratings. No label holds anything of a person."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client import Counter, Histogram

from tracing.models import Level, Observation, ObservationType

if TYPE_CHECKING:  # the models count their ratings
    from recommendations.models import Rating, Recommendation

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

QUESTIONS = Counter("shopassist_questions", "Questions asked.", ["intent", "status", "channel"])
QUESTION_SECONDS = Histogram("shopassist_question_seconds", "From question to answer.", ["intent"], buckets=SECONDS)
AGENT_SECONDS = Histogram("shopassist_agent_seconds", "What an agent took.", ["agent"], buckets=SECONDS)
TOKENS = Counter("shopassist_tokens", "Tokens that models read and wrote.", ["model", "direction"])
COST = Counter("shopassist_cost", "What those tokens cost, in the currency of the model prices.", ["model"])
FALLBACKS = Counter("shopassist_fallbacks", "Steps where rules stood in for a language model.", ["agent"])
UNGROUNDED = Counter("shopassist_ungrounded_answers", "Answers of a model that its facts did not bear out.")
RATINGS = Histogram("shopassist_rating_stars", "Stars given.", ["of"], buckets=(1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5))


def observe_question(recommendation: "Recommendation", observations: Iterable[Observation]) -> None:
    """Count a question that is stored, answered or failed, with the observations of its trace. No query."""
    intent = recommendation.intent or "unknown"
    QUESTIONS.labels(intent, recommendation.status, recommendation.channel).inc()
    QUESTION_SECONDS.labels(intent).observe(recommendation.processing_time_ms / 1000)
    for seen in observations:
        if seen.type == ObservationType.GENERATION:
            for direction in ("input", "output"):
                TOKENS.labels(seen.model, direction).inc(seen.usage.get(direction, 0))
            COST.labels(seen.model).inc(float(seen.cost))
        elif seen.name in recommendation.agent_execution_order:
            AGENT_SECONDS.labels(seen.name).observe(seen.duration_ms / 1000)
        elif seen.name == "grounding_check" and seen.level == Level.WARNING:
            UNGROUNDED.inc()
    for fallback in recommendation.fallbacks:
        FALLBACKS.labels(fallback.partition(":")[0]).inc()


def observe_rating(rating: "Rating") -> None:
    """Count a rating that is stored; one that was changed counts again."""
    RATINGS.labels("product" if rating.product_id else "answer").observe(float(rating.stars))
