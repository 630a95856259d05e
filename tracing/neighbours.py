"""The traces of the same session, around one of them."""

from dataclasses import dataclass

from tracing.models import Observation, Trace
from tracing.observations import gist

EACH_SIDE = 8


@dataclass(frozen=True)
class Neighbour:
    trace: Trace
    said: str  # the root's input, in a line
    is_this: bool


@dataclass(frozen=True)
class Session:
    """In order of time, as far as they are near."""

    neighbours: list[Neighbour]
    previous: Trace | None
    following: Trace | None


def session_of(trace: Trace) -> Session | None:
    """None without a session. Three queries, each by an index, however long the session is."""
    if not trace.session_id:
        return None
    others = Trace.objects.filter(session_id=trace.session_id).exclude(pk=trace.pk)
    others = others.only("trace_id", "name", "level", "started_at", "duration_ms")
    before = list(others.filter(started_at__lte=trace.started_at).order_by("-started_at")[:EACH_SIDE])[::-1]
    after = list(others.filter(started_at__gt=trace.started_at).order_by("started_at")[:EACH_SIDE])
    around = [*before, trace, *after]
    roots = Observation.objects.filter(trace__in=around, position=0).values_list("trace_id", "input")
    said = dict(roots)
    return Session(
        [Neighbour(one, gist(said.get(one.pk)), one is trace) for one in around],
        before[-1] if before else None,
        after[0] if after else None,
    )
