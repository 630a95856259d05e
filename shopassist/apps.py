from django.apps import AppConfig


class ShopAssistConfig(AppConfig):
    name = "shopassist"

    def ready(self) -> None:
        """Make our Celery app the one that shared tasks belong to, in whatever process they are sent."""
        from shopassist import celery, checks, doctor  # noqa: F401
