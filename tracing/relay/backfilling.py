"""What was stored while LangFuse was not configured."""

from datetime import date, datetime
from typing import TypeAlias

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from tracing.encoding import score_body
from tracing.models import Delivery, OutboxEntry, Score, Trace
from tracing.storage import STAYING

CHUNK = 200  # rows a transaction

Kind: TypeAlias = OutboxEntry.Kind


def backfill(since: date) -> int:
    """Entries for the traces from that day on that were only kept, and for scores of traces that are on their way, made
    from their rows. Returns how many. What was sampled out stays out: the lot that was drawn then holds.
    """
    start = datetime(since.year, since.month, since.day, tzinfo=timezone.get_current_timezone())
    return _traces(start) + _scores(start)


def _traces(start: datetime) -> int:
    made = last = 0
    kept = Trace.objects.filter(delivery=Delivery.KEPT, started_at__gte=start).order_by("pk")
    while True:
        with transaction.atomic():  # locked, so that none is deleted or taken by another backfill meanwhile
            traces = list(kept.filter(pk__gt=last).select_for_update()[:CHUNK])
            if not traces:
                return made
            last = traces[-1].pk
            entries = [OutboxEntry(kind=Kind.SPANS, trace=trace, due_at=Now()) for trace in traces]
            OutboxEntry.objects.bulk_create(entries, ignore_conflicts=True)
            Trace.objects.filter(pk__in=[trace.pk for trace in traces]).update(delivery=Delivery.WAITING)
            made += len(traces)


def _scores(start: datetime) -> int:
    made = 0
    missing = Score.objects.filter(outbox_entry=None, created_at__gte=start).exclude(trace__delivery__in=STAYING)
    while True:
        with transaction.atomic():
            scores = list(missing.select_related("trace").select_for_update(of=("self",))[:CHUNK])
            if not scores:
                return made
            entries = [
                OutboxEntry(
                    kind=Kind.SCORE, trace=score.trace, score=score, body=score_body(score, score.trace), due_at=Now()
                )
                for score in scores
            ]
            OutboxEntry.objects.bulk_create(entries, ignore_conflicts=True)
            made += len(scores)
