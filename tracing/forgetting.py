"""A person's traces out of LangFuse, and asking until it shows nothing of them.

Deleting is a request that LangFuse works off within seconds; a 200 for it is no more a deletion than the one for spans
is a delivery. Whatever was sent late by a relay is found by its trace, its user or its session, and deleted again.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from tracing.chunks import chunks
from tracing.client import PAGE, SCORES, SHOWN_SCORES, SHOWN_SPANS, LangFuse, Unavailable
from tracing.models import OutboxEntry
from tracing.relay.claimed import lease

TRACES, DATASET_ITEMS = "/api/public/traces", "/api/public/dataset-items"
AT_ONCE = 50  # traces a request
LONGEST_PAUSE = 5.0  # seconds between two looks


@dataclass
class Subject:
    """What LangFuse may hold of a person: by trace, score, session and user. Ids, nothing readable."""

    user: str = ""
    traces: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    scores: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Forgetting(LangFuse):
    """LangFuse, asked to delete. Raises Unavailable and Unacceptable as its base does."""

    def forget(self, subject: Subject) -> Counter[str]:
        """Asks for the deletion of all that it shows of the subject; gives how many of each kind it showed.

        Dataset items last: a server that cannot be asked for them has been asked to delete the rest. They are found by
        their traces alone, which the subject is told for the next time.
        """
        traces = self._traces_of(subject)
        subject.traces = everything = sorted(traces.union(subject.traces))
        scores = self._scores_of(subject, everything)
        for ids in chunks(everything, AT_ONCE):
            self._ask("delete traces", "DELETE", TRACES, json={"traceIds": ids})
        for score in sorted(scores):
            self._ask("delete score", "DELETE", f"{SCORES}/{quote(score, safe='')}")
        items = {item for trace in everything for item in self._dataset_items(trace)}
        for item in sorted(items):
            self._ask("delete dataset item", "DELETE", f"{DATASET_ITEMS}/{quote(item, safe='')}")
        shown = {"traces": traces, "scores": scores, "dataset items": items}
        return Counter({kind: len(ids) for kind, ids in shown.items() if ids})

    def _traces_of(self, subject: Subject) -> set[str]:
        traces = self._traces("userId", subject.user) if subject.user else set()
        for session in subject.sessions:
            traces |= self._traces("sessionId", session)
        for ids in chunks(subject.traces, AT_ONCE):
            if self.span_ids(*ids):
                traces |= {trace for trace in ids if self.span_ids(trace)}
        return traces

    def _scores_of(self, subject: Subject, traces: list[str]) -> set[str]:
        scores = {str(row["id"]) for ids in chunks(subject.scores, AT_ONCE) for row in self.scores(*ids)}
        for name, asked in (("traceId", traces), ("sessionId", subject.sessions)):
            for ids in chunks(asked, AT_ONCE):
                scores |= self._scores(name, ids)
        return scores

    # Each row is looked at again: what is found here is deleted, and a server that heeds no filter would show all.

    def _traces(self, name: str, value: str) -> set[str]:
        query = {name: value, "fields": "core,basic", "limit": str(PAGE)}
        rows = self._read("read spans", SHOWN_SPANS, query)
        return {str(row["traceId"]) for row in rows if row.get(name) == value}

    def _scores(self, name: str, ids: list[str]) -> set[str]:
        query = {name: ",".join(ids), "fields": "core,details,subject", "limit": "100"}
        rows = self._read("read scores", SHOWN_SCORES, query)
        subjects = ((str(row["id"]), row.get("subject") or {}) for row in rows)
        return {score for score, of in subjects if {of.get("id"), of.get("traceId")} & set(ids)}

    def _dataset_items(self, trace: str) -> set[str]:
        rows = self._read("read dataset items", DATASET_ITEMS, {"sourceTraceId": trace, "limit": "100"})
        return {str(row["id"]) for row in rows if row.get("sourceTraceId") == trace}


def forget(subject: Subject, patience: float, quiet_at: datetime | None) -> tuple[Counter[str], Counter[str]]:
    """Deletes and looks again until LangFuse shows nothing of the subject, for `patience` seconds at most.

    Before `quiet_at` a relay may still send, so nothing is called gone before it. Gives what was deleted and what is
    left, by kind; "what a relay may be sending" is left where the time was over before. Raises LangFuseError.
    """
    if not settings.LANGFUSE_ENABLED:
        raise Unavailable("LANGFUSE_HOST and its keys are not set here")
    deleted: Counter[str] = Counter()
    end, pause = time.monotonic() + patience, 0.2
    with Forgetting() as langfuse:
        while True:
            quiet = quiet_at is None or timezone.now() > quiet_at
            found = langfuse.forget(subject)
            deleted |= found  # what it still shows a moment later is not more
            if quiet and not found:
                return deleted, Counter()
            if time.monotonic() + pause > end:
                return deleted, found or Counter({"what a relay may be sending": 1})
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)


def quiet_after(traces: Sequence[int], scores: Sequence[UUID] = ()) -> datetime | None:
    """When no relay can be sending anything of these traces, or these scores, any more; None if none is. In the
    transaction that deletes them: from now on none begins. An entry that waits for a later time is either leased to a
    relay or paused after a failure, and cannot be told apart.
    """
    of_them = Q(trace__in=traces) | Q(score__in=scores)
    waiting = OutboxEntry.objects.filter(of_them, state=OutboxEntry.State.WAITING).order_by("pk")
    due = list(waiting.select_for_update(of=("self",)).values_list("due_at", flat=True))
    now = timezone.now()
    later = max((moment for moment in due if moment > now), default=None)
    return min(later, now + lease()) if later else None
