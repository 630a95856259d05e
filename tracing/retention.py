"""Old traces go, in small batches; what they explain stays."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from tracing.models import OutboxEntry, Pruning, Trace

BATCH = 500  # traces a transaction


def pruned_before() -> datetime | None:
    """Traces that started before this may be gone, so nothing is counted anew from the days before. One query."""
    found: datetime | None = Pruning.objects.aggregate(Max("before"))["before__max"]
    return found


def prune(older_than: timedelta) -> Pruning:
    """Deletes traces that started before a midnight that is `older_than` ago, with all that belongs to them.

    Their days are counted first, for good. What LangFuse has still to get and to show stays for a later run. Each
    batch is a transaction of its own and leaves out what somebody else has locked. Raises ValueError for less than a
    day.
    """
    if older_than < timedelta(days=1):
        raise ValueError("Traces are kept for a day at least.")
    from tracing.rollups.days import counted  # which asks what was pruned

    since = timezone.localtime(timezone.now() - older_than)
    before = since.replace(hour=0, minute=0, second=0, microsecond=0)
    with counted(before):
        pruning = Pruning.objects.create(before=before)
    seen: tuple[datetime, int] | None = None
    while batch := _next_batch(pruning.before, seen):
        seen = batch[-1]
        pruning.traces += _delete([pk for _, pk in batch])
        pruning.save(update_fields=["traces"])
    pruning.finished_at = timezone.now()
    pruning.save(update_fields=["finished_at"])
    return pruning


def _next_batch(before: datetime, seen: tuple[datetime, int] | None) -> list[tuple[datetime, int]]:
    """Start and key of the oldest that may go. Those before `seen` are not met again, nor are their dead rows."""
    found = Trace.objects.filter(started_at__lt=before)
    if seen:
        start, pk = seen
        found = found.filter(Q(started_at__gt=start) | Q(pk__gt=pk), started_at__gte=start)
    if settings.LANGFUSE_ENABLED:
        found = found.exclude(Exists(OutboxEntry.objects.undelivered().filter(trace=OuterRef("pk"))))
    return list(found.order_by("started_at", "pk").values_list("started_at", "pk")[:BATCH])


@transaction.atomic(durable=True)
def _delete(keys: list[int]) -> int:
    """Whoever changes what a trace explains locks that row first and the trace after it; so does this."""
    free = set(keys)
    for model, link in _explained():
        rows = model._default_manager.filter(**{f"{link}__in": keys}).order_by("pk").values_list(link, flat=True)
        all_of_them = set(rows)
        free -= all_of_them - set(rows.select_for_update(skip_locked=True, of=("self",)))
    traces = Trace.objects.filter(pk__in=free).order_by("pk").select_for_update(skip_locked=True)
    mine = list(traces.values_list("pk", flat=True))
    Trace.objects.filter(pk__in=mine).delete()
    return len(mine)


def _explained() -> list[tuple[type[models.Model], str]]:
    """What outlives its trace: (model, the name of its link)."""
    links = [relation.field for relation in Trace._meta.related_objects]
    return [(link.model, link.name) for link in links if link.remote_field.on_delete is models.SET_NULL]
