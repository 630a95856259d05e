"""All that was delivered since a day, compared with what LangFuse shows now."""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import sleep
from typing import TypeVar

from tracing.chunks import chunks
from tracing.client import LangFuse, Unavailable
from tracing.models import Score, Trace
from tracing.verification.delivered import scores_of, send_again, traces_since
from tracing.verification.differences import Difference, Kind, Row, differences, of_scores

log = logging.getLogger(__name__)

EXAMPLES = 5  # of each kind
FIELDS = "core,basic,usage"
QUESTION = 50  # scores in one question
TRIES = 3  # of one question
LONGEST_WAIT = 60  # seconds between them

T = TypeVar("T")


@dataclass
class Report:
    traces: int = 0
    scores: int = 0
    again: int = 0
    count: Counter[Kind] = field(default_factory=Counter)
    examples: dict[Kind, list[Difference]] = field(default_factory=lambda: defaultdict(list))

    def add(self, difference: Difference) -> None:
        self.count[difference.kind] += 1
        if len(self.examples[difference.kind]) < EXAMPLES:
            self.examples[difference.kind].append(difference)


def verify(start: datetime, report: Report, *, resend: bool) -> None:
    """Adds to the report batch by batch, so that it tells how far it came. Raises LangFuseError."""
    with LangFuse() as langfuse:
        for traces in traces_since(start):
            changed = compare_traces(langfuse, traces, report)
            altered = compare_scores(langfuse, scores_of(traces), report)
            if resend and (changed or altered):
                report.again += send_again(changed, altered)


def compare_traces(langfuse: LangFuse, traces: list[Trace], report: Report) -> list[Trace]:
    """Those that sending again would mend: two roots stay two."""
    rows: dict[str, list[Row]] = defaultdict(list)
    ids = sorted({trace.trace_id for trace in traces})
    for row in patiently(lambda: langfuse.observations(ids, FIELDS)):
        rows[str(row.get("traceId"))].append(row)
    changed = []
    for trace in traces:
        report.traces += 1
        found = list(differences(trace, trace.observations.all(), rows[trace.trace_id]))
        for difference in found:
            report.add(difference)
        if any(difference.kind != Kind.TWO_ROOTS for difference in found):
            changed.append(trace)
    return changed


def compare_scores(langfuse: LangFuse, scores: list[Score], report: Report) -> list[Score]:
    changed = []
    for some in chunks(scores, QUESTION):
        ids = [str(score.pk) for score in some]
        for score, difference in of_scores(some, patiently(lambda ids=ids: langfuse.scores(*ids))):  # type: ignore[misc]
            report.add(difference)
            changed.append(score)
        report.scores += len(some)
    return changed


def patiently(question: Callable[[], list[T]]) -> list[T]:
    """Asked again after a pause. Raises LangFuseError at the last failure."""
    for attempt in range(1, TRIES):
        try:
            return question()
        except Unavailable as error:
            log.warning("LangFuse: %s", error)
            sleep(min(LONGEST_WAIT, error.retry_after or 2**attempt))
    return question()
