from celery import shared_task
from django.conf import settings

from tracing.relay import Relay


@shared_task(expires=5)  # the next one comes by then; a queue of them would help nobody
def relay() -> None:
    """Deliver to LangFuse what is due. One query when nothing is."""
    if settings.LANGFUSE_ENABLED:
        Relay().run()
