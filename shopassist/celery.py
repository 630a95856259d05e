"""The Celery app: `celery -A shopassist worker`, or inside the web process (worker.py)."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")

app = Celery("shopassist")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def leave_logging_to_django(**_: Any) -> None:
    """Celery configures no logging where this signal has a receiver."""


@signals.celeryd_init.connect
@signals.beat_init.connect
def start_database(**_: Any) -> None:
    from django.conf import settings

    from shopassist import embedded

    if not settings.DATABASE_URL:
        embedded.ensure_running(settings.DATA_DIR)


@signals.worker_ready.connect
def show_metrics(**_: Any) -> None:
    """To whoever reaches the port: it belongs into a network of its own. Needs a pool in one process (threads)."""
    from django.conf import settings
    from prometheus_client import start_http_server

    from shopassist.metrics import registry

    if settings.WORKER_METRICS_PORT and not settings.EMBEDDED_WORKER:
        start_http_server(settings.WORKER_METRICS_PORT, registry=registry())
