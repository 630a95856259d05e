"""What counts as delivered, a batch at a time, and sending it again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from tracing.encoding import score_body
from tracing.models import Delivery, Observation, OutboxEntry, Score, Trace

BATCH = 20  # traces in one question: with 2,000 observations each still within what the client reads of one
FRESH = timedelta(minutes=5)  # what was sent since may still appear
COMPARED = ("position", "span_id", "name", "type", "usage", "cost", "trace_id")  # not the long texts

State, Kind = OutboxEntry.State, OutboxEntry.Kind


def traces_since(start: datetime) -> Iterator[list[Trace]]:
    """Newest first, in batches with their observations, so that 100,000 take no more memory than one batch."""
    sent = OutboxEntry.objects.filter(
        trace=OuterRef("pk"), kind=Kind.SPANS, state=State.SENT, sent_at__lt=Now() - FRESH
    )
    delivered = Trace.objects.filter(
        Q(delivery=Delivery.CONFIRMED) | Q(Exists(sent), delivery=Delivery.SENT), started_at__gte=start
    )
    slim = Prefetch("observations", Observation.objects.only(*COMPARED))
    ordered = delivered.order_by("-started_at", "-pk").prefetch_related(slim)
    last: Trace | None = None
    while batch := list(before(ordered, last)[:BATCH]):
        yield batch
        last = batch[-1]


def before(traces: QuerySet[Trace], last: Trace | None) -> QuerySet[Trace]:
    if last is None:
        return traces
    same = Q(started_at=last.started_at, pk__lt=last.pk)
    return traces.filter(Q(started_at__lt=last.started_at) | same, started_at__lte=last.started_at)


def scores_of(traces: list[Trace]) -> list[Score]:
    """Those that LangFuse showed once. Their entries are deleted after a week."""
    of_these = Score.objects.filter(trace__in=traces).select_related("trace")
    return list(of_these.filter(Q(outbox_entry__state=State.CONFIRMED) | Q(outbox_entry=None)))


def send_again(traces: list[Trace], scores: list[Score]) -> int:
    """They wait again, to be sent as the same bytes. Returns how many.
    Entries that wait already stay as they are.
    """
    with transaction.atomic():
        for trace in Trace.objects.filter(pk__in=[trace.pk for trace in traces]):
            if not wait_again(OutboxEntry.objects.filter(trace=trace, kind=Kind.SPANS)):
                keep(OutboxEntry(kind=Kind.SPANS, trace=trace, due_at=Now()))
            Trace.objects.filter(pk=trace.pk).update(delivery=Delivery.WAITING)
        for score in scores:
            if not wait_again(OutboxEntry.objects.filter(score=score)):
                body = score_body(score, score.trace)
                keep(OutboxEntry(kind=Kind.SCORE, trace=score.trace, score=score, body=body, due_at=Now()))
    return len(traces) + len(scores)


def wait_again(entries: QuerySet[OutboxEntry]) -> bool:
    """Whether there is an entry; it waits from now on."""
    changed = entries.exclude(state=State.WAITING).update(state=State.WAITING, due_at=Now(), attempts=0)
    return bool(changed) or entries.exists()


def keep(entry: OutboxEntry) -> None:
    """Unless another process did meanwhile."""
    OutboxEntry.objects.bulk_create([entry], ignore_conflicts=True)
