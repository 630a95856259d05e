"""From the outbox to LangFuse: send, read back, send again what is absent, until LangFuse shows it.

Entries are claimed by a short lease and sent outside any transaction, so that several relays may work at once, one
that is killed loses nothing, and a LangFuse that hangs holds no lock. What is sent twice is the same bytes, which
LangFuse merges. When one request fails for a reason that will meet the next one too, the round ends.
"""

import json
import logging
import random
import time
from collections import Counter
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from tracing.client import LangFuse, Unacceptable, Unavailable
from tracing.encoding import score_body, spans_body
from tracing.models import Observation, OutboxEntry, Score, Trace

log = logging.getLogger(__name__)

State, Kind = OutboxEntry.State, OutboxEntry.Kind

BATCH = 10  # entries a claim
FAILURES = 3  # of single requests in a row, then the round ends
FIRST_LOOK = {Kind.SPANS: 3, Kind.SCORE: 20}  # seconds until LangFuse was seen to show them
PATIENCE = {Kind.SPANS: 90, Kind.SCORE: 180}  # seconds after which what is absent is sent again
LONGEST_PAUSE = 600  # seconds between two attempts
KEPT = timedelta(days=7)  # confirmed entries


class Relay:
    """One run over what is due. `done` counts the entries by what became of them."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.lease = timedelta(seconds=BATCH * 2 * settings.LANGFUSE_TIMEOUT + 30)
        self.failures = 0

    @property
    def blocked(self) -> bool:
        return self.failures >= FAILURES

    def run(self, seconds: float = 20) -> Counter[str]:
        """Works until nothing is due, LangFuse cannot be used, or the time is over."""
        end = time.monotonic() + seconds
        with LangFuse() as langfuse:
            while not self.blocked and time.monotonic() < end:
                entries = OutboxEntry.objects.claim(BATCH, self.lease)
                for entry in entries:
                    self.take(entry, langfuse)
                if len(entries) < BATCH:
                    break
        purge()
        return self.done

    def take(self, entry: OutboxEntry, langfuse: LangFuse) -> None:
        if self.blocked:  # what stopped the one before would stop this one
            self._note(entry, due_at=entry.due_at)
            return
        try:
            if entry.state == State.WAITING:
                self._send(entry, langfuse)
            else:
                self._confirm(entry, langfuse)
            self.failures = 0
        except Unacceptable as error:
            self._set_aside(entry, str(error))
        except Unavailable as error:
            self.failures += FAILURES if error.whole else 1
            log.warning("LangFuse: %s", error)
            pause = max(error.retry_after or 0, backoff(entry.attempts + 1))
            self._note(entry, last_error=str(error), attempts=entry.attempts + 1, due_at=after(pause))

    def _send(self, entry: OutboxEntry, langfuse: LangFuse) -> None:
        body = bytes(entry.body)
        if entry.kind == Kind.SPANS:
            langfuse.send_spans(body)
        else:
            langfuse.send_score(body)
        self.done["sent"] += 1
        log.debug("LangFuse took entry %s (%s, %d bytes)", entry.pk, entry.kind, len(body))
        sent = {"state": State.SENT, "sent_at": timezone.now(), "attempts": entry.attempts + 1}
        self._note(entry, **sent, due_at=after(FIRST_LOOK[Kind(entry.kind)]))

    def _confirm(self, entry: OutboxEntry, langfuse: LangFuse) -> None:
        sent_at = entry.sent_at or entry.created_at
        waited = (timezone.now() - sent_at).total_seconds()
        if is_shown(entry, langfuse):
            self.done["delivered"] += 1
            log.debug("LangFuse shows entry %s (%s)", entry.pk, entry.kind)
            self._note(entry, state=State.CONFIRMED, last_error="", due_at=timezone.now() + KEPT)
        elif waited < PATIENCE[Kind(entry.kind)]:
            self._note(entry, due_at=after(max(FIRST_LOOK[Kind(entry.kind)], waited / 2)))
        else:
            self.done["absent"] += 1
            error = f"LangFuse accepted it and did not show it within {waited:.0f} s; it is sent again"
            log.warning("LangFuse: entry %s: %s", entry.pk, error)
            self._note(entry, state=State.WAITING, last_error=error, due_at=after(backoff(entry.attempts)))

    def _set_aside(self, entry: OutboxEntry, error: str) -> None:
        self.done["set aside"] += 1
        log.error("LangFuse never takes entry %s, it is set aside: %s", entry.pk, error)
        self._note(entry, state=State.SET_ASIDE, last_error=error, attempts=entry.attempts + 1)

    def _note(self, entry: OutboxEntry, **changes: object) -> None:
        """Nothing is noted on a score that was changed meanwhile: its new value waits for its turn."""
        mine = OutboxEntry.objects.filter(pk=entry.pk, body=entry.body)
        if not mine.update(**changes):
            OutboxEntry.objects.filter(pk=entry.pk).update(due_at=timezone.now())


def is_shown(entry: OutboxEntry, langfuse: LangFuse) -> bool:
    if entry.kind == Kind.SPANS:
        observations = Observation.objects.filter(trace=entry.trace_id)
        return set(observations.values_list("span_id", flat=True)) <= langfuse.span_ids(entry.trace.trace_id)
    wanted = json.loads(bytes(entry.body))
    shown = langfuse.score(wanted["id"])
    return shown is not None and (shown.get("value"), shown.get("comment") or "") == (
        wanted["value"],
        wanted["comment"],
    )


def backoff(attempts: int) -> float:
    """Seconds until the next attempt: doubling, with jitter so that many relays don't come back at once."""
    return min(LONGEST_PAUSE, 2.0 ** min(attempts, 20)) * random.uniform(0.5, 1)  # noqa: S311


def after(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def purge() -> None:
    """Confirmed entries of long ago, a thousand at a time."""
    old = OutboxEntry.objects.filter(state=State.CONFIRMED, due_at__lte=timezone.now()).order_by("due_at")
    OutboxEntry.objects.filter(pk__in=old.values("pk")[:1000]).delete()


def backfill(since: date) -> int:
    """Entries for traces and scores from that day on that have none, made from their rows. Returns how many."""
    start = datetime(since.year, since.month, since.day, tzinfo=timezone.get_current_timezone())
    entries = OutboxEntry.objects.filter(trace=OuterRef("pk"), kind=Kind.SPANS)
    traces = Trace.objects.filter(~Exists(entries), started_at__gte=start).prefetch_related("observations")
    scores = Score.objects.filter(outbox_entry=None, created_at__gte=start).select_related("trace")
    made, pending = 0, []
    for trace in traces.order_by("pk").iterator(chunk_size=200):
        body = spans_body(trace, trace.observations.all())
        pending.append(OutboxEntry(kind=Kind.SPANS, trace=trace, body=body, due_at=timezone.now()))
        made += _write(pending, 200)
    for score in scores.order_by("pk").iterator(chunk_size=200):
        body = score_body(score, score.trace)
        pending.append(OutboxEntry(kind=Kind.SCORE, trace=score.trace, score=score, body=body, due_at=timezone.now()))
        made += _write(pending, 200)
    return made + _write(pending, 1)


def _write(pending: list[OutboxEntry], at_least: int) -> int:
    """Another process may have made an entry meanwhile; that one stays."""
    if len(pending) < at_least:
        return 0
    number = len(pending)
    OutboxEntry.objects.bulk_create(pending, ignore_conflicts=True)
    pending.clear()
    return number
