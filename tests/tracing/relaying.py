"""What tests of the relay share."""

from datetime import timedelta

from django.db.models import F

from tracing.models import Breaker, OutboxEntry, Trace

TRACES, SCORES = "/api/public/otel/v1/traces", "/api/public/scores"
SHOWN_SPANS, SHOWN_SCORES = "/api/public/v2/observations", "/api/public/v3/scores"


def later(seconds: float) -> None:
    """As if so much time had passed for every entry and the breaker."""
    passed = timedelta(seconds=seconds)
    OutboxEntry.objects.update(
        due_at=F("due_at") - passed, sent_at=F("sent_at") - passed, created_at=F("created_at") - passed
    )
    Breaker.objects.update(open_until=F("open_until") - passed)


def entry_of(trace: Trace) -> OutboxEntry:
    return OutboxEntry.objects.get(trace=trace, kind="spans")


def states() -> list[str]:
    """Of all entries, in order of their making."""
    return list(OutboxEntry.objects.order_by("pk").values_list("state", flat=True))


def deliveries() -> list[str]:
    return list(Trace.objects.order_by("pk").values_list("delivery", flat=True))
