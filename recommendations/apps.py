from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

PROMPTS = Path(__file__).parent / "assistant" / "prompts"


class RecommendationsConfig(AppConfig):
    name = "recommendations"

    def ready(self) -> None:
        from recommendations.rollups import counting  # noqa: F401  (adds what is counted of answers)

        post_migrate.connect(seed, sender=self)


def seed(**kwargs: Any) -> None:
    """A release that words a prompt anew brings a new version with its migrations."""
    from tracing.prompts import seed_prompts

    seed_prompts(PROMPTS)
