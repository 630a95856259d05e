from celery import shared_task
from django.conf import settings

from tracing.relay import Relay
from tracing.retention import prune
from tracing.rollups import days

COUNTING = 0.02  # of the time, at most, is spent on counting one day again and again


@shared_task(expires=5)  # the next one comes by then; a queue of them would help nobody
def relay() -> None:
    """Deliver to LangFuse what is due. Two short queries when nothing is."""
    if settings.LANGFUSE_ENABLED:
        Relay().run()


@shared_task
def prune_traces() -> None:
    """Delete what is older than TRACE_RETENTION, if that is set."""
    if settings.TRACE_RETENTION:
        prune(settings.TRACE_RETENTION)


@shared_task(expires=60)  # the next one comes by then
def roll_up() -> None:
    """Count the days that have changed. Two queries when none has."""
    days.roll_up(share=COUNTING)
