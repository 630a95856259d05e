"""What LangFuse receives of an entry, in bytes."""

from collections.abc import Iterator
from typing import TypeAlias

from tracing.chunks import chunks
from tracing.encoding import spans_body
from tracing.models import OutboxEntry, Trace

Encoded: TypeAlias = tuple[OutboxEntry, bytes]

AT_ONCE = 50  # traces that are read


def encoded(entries: list[OutboxEntry]) -> Iterator[Encoded]:
    """In order, a few at a time, because traces may be large. A trace that was deleted meanwhile has no bytes."""
    for some in chunks(entries, AT_ONCE):
        made = bodies(some)
        missing = [entry.trace_id for entry in some if entry.pk not in made]
        traces = Trace.objects.prefetch_related("observations").in_bulk(missing)
        for entry in some:
            if entry.pk in made:
                yield entry, made[entry.pk]
            elif trace := traces.get(entry.trace_id):
                yield entry, spans_body(trace, trace.observations.all())


def bodies(entries: list[OutboxEntry]) -> dict[int, bytes]:
    """By the entry's key; none where the trace's rows have to be asked, or of one that was deleted meanwhile."""
    found = OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).exclude(body=None)
    return {pk: bytes(body or b"") for pk, body in found.values_list("pk", "body")}
