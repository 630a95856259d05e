from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "tracing"

    def ready(self) -> None:
        from tracing import propagation  # noqa: F401  (tasks go on with their caller's trace)
        from tracing.rollups import traces  # noqa: F401  (adds what is counted of traces)
