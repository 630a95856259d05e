"""One trace, and what LangFuse shows of it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracing.models import Observation, ObservationType, Score, Trace

CALLS = {ObservationType.GENERATION, ObservationType.EMBEDDING}  # whose tokens and cost LangFuse gets

Row = dict[str, Any]


class Kind(StrEnum):
    """Gravest first."""

    MISSING_TRACE = "missing trace"
    MISSING_ROOT = "missing root"
    MISSING_GENERATION = "missing generation"
    MISSING_SPAN = "missing span"
    ZERO_TOKENS = "zero tokens"
    OTHER_COST = "other cost"
    NO_USER = "missing user"
    NO_SESSION = "missing session"
    TWO_ROOTS = "two roots"
    MISSING_SCORE = "missing score"
    OTHER_SCORE = "other score"


@dataclass(frozen=True)
class Difference:
    kind: Kind
    trace_id: str
    detail: str = ""


def differences(trace: Trace, observations: Iterable[Observation], rows: Iterable[Row]) -> Iterator[Difference]:
    """`rows`: all that LangFuse shows under the trace's id, which other requests may share."""
    by_id = {str(row["id"]): row for row in rows}
    ours = list(observations)
    if ours and not any(seen.span_id in by_id for seen in ours):
        yield Difference(Kind.MISSING_TRACE, trace.trace_id, f"{len(ours)} observations")
        return
    for seen in ours:
        row = by_id.get(seen.span_id)
        if row is None:
            yield Difference(absence_of(seen), trace.trace_id, seen.name)
            continue
        if seen.type in CALLS:
            yield from of_a_call(seen, row, trace)
        if seen.position == 0:
            yield from of_the_root(row, trace)
    roots = [str(row["name"]) for row in by_id.values() if is_root(row, by_id)]
    if len(roots) > 1:
        yield Difference(Kind.TWO_ROOTS, trace.trace_id, ", ".join(sorted(roots)[:5]))


def is_root(row: Row, by_id: dict[str, Row]) -> bool:
    """A task's root below the request that started it is none."""
    return bool(row.get("isRootObservation")) and row.get("parentObservationId") not in by_id


def absence_of(seen: Observation) -> Kind:
    if seen.position == 0:
        return Kind.MISSING_ROOT
    return Kind.MISSING_GENERATION if seen.type == ObservationType.GENERATION else Kind.MISSING_SPAN


def of_a_call(seen: Observation, row: Row, trace: Trace) -> Iterator[Difference]:
    tokens = sum(count for key, count in (row.get("usageDetails") or {}).items() if key != "total")
    if seen.usage.get("total") and not tokens:
        yield Difference(Kind.ZERO_TOKENS, trace.trace_id, f"{seen.name}: {seen.usage['total']} here")
    cost = (row.get("costDetails") or {}).get("total") or 0
    if not math.isclose(cost, seen.cost, rel_tol=1e-6, abs_tol=1e-9):
        yield Difference(Kind.OTHER_COST, trace.trace_id, f"{seen.name}: {cost:g}, here {float(seen.cost):g}")


def of_the_root(row: Row, trace: Trace) -> Iterator[Difference]:
    if trace.user_pseudonym and row.get("userId") != trace.user_pseudonym:
        yield Difference(Kind.NO_USER, trace.trace_id)
    if trace.session_id and row.get("sessionId") != trace.session_id:
        yield Difference(Kind.NO_SESSION, trace.trace_id)


def of_scores(scores: Iterable[Score], rows: Iterable[Row]) -> Iterator[tuple[Score, Difference]]:
    by_id = {str(row["id"]): row for row in rows}
    for score in scores:
        row = by_id.get(str(score.pk))
        if row is None:
            yield score, Difference(Kind.MISSING_SCORE, score.trace.trace_id, score.name)
        elif (row.get("value"), row.get("comment") or "") != (score.value, score.comment):
            detail = f"{score.name}: {row.get('value')}, here {score.value:g}"
            yield score, Difference(Kind.OTHER_SCORE, score.trace.trace_id, detail)
