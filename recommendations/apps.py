from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

if TYPE_CHECKING:  # models can't be imported before all apps are known
    from tracing.models import Trace

PROMPTS = Path(__file__).parent / "assistant" / "prompts"


class RecommendationsConfig(AppConfig):
    name = "recommendations"

    def ready(self) -> None:
        from recommendations.models import EMBEDDED
        from recommendations.rollups import counting  # noqa: F401  (adds what is counted of answers)
        from tracing.costs import free_models
        from tracing.shop import takers

        post_migrate.connect(seed, sender=self)
        takers["user_rating"] = rate
        free_models.add(EMBEDDED)


def seed(**kwargs: Any) -> None:
    """A release that words a prompt anew brings a new version with its migrations."""
    from tracing.prompts import seed_prompts

    seed_prompts(PROMPTS)


def rate(trace: "Trace", stars: float, comment: str) -> None:
    """A `user_rating` from a shop's own code: of the customer who was answered, or of the shop. Raises ValueError."""
    from recommendations.models import Rating, Recommendation

    answer = Recommendation.objects.filter(stored_trace=trace).select_related("customer").first()
    if answer is None:
        raise ValueError(f"The trace {trace.trace_id} explains no recommendation that could be rated.")
    rater = Rating.rater_of(answer.customer) if answer.customer else "shop"
    answer.rate(rater=rater, stars=Decimal(str(stars)), comment=comment)
