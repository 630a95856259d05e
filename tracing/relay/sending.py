"""What waits, to LangFuse."""

import logging
from collections import deque
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from tracing.client import LangFuse, Unacceptable, Unavailable
from tracing.models import OutboxEntry
from tracing.relay.claimed import Claimed, Kind, State
from tracing.relay.reading import FIRST_LOOK

log = logging.getLogger(__name__)

REQUEST_BYTES = 3_000_000  # of spans, before compression; one larger entry goes alone
AFTER_ITS_TRACE = timedelta(seconds=2)  # until a score asks again whether it may go

NOTED = 10  # scores in one statement

MORE = {"attempts": F("attempts") + 1}


def send(langfuse: LangFuse, claimed: Claimed) -> None:
    """Spans first, since a score does not go before those of its trace. Raises Unavailable."""
    send_spans(langfuse, claimed)
    send_scores(langfuse, claimed)


def send_spans(langfuse: LangFuse, claimed: Claimed) -> None:
    """Many traces in one request. LangFuse takes all of it or nothing, so what it refuses is halved until the entry
    that it will not take stands alone.
    """
    requests = deque(batches(claimed.of(Kind.SPANS)))
    while requests and claimed.in_time:
        batch = requests.popleft()
        try:
            langfuse.send_spans(b"".join(bodies(batch)))
        except Unacceptable as error:
            if len(batch) == 1:
                set_aside(claimed, batch[0], error)
            else:
                requests.extendleft([batch[len(batch) // 2 :], batch[: len(batch) // 2]])
        except Unavailable as error:
            claimed.failed(batch, error, **MORE)
            raise
        else:
            log.debug("LangFuse took the spans of %d entries", len(batch))
            note_sent(claimed, batch, Kind.SPANS)


def send_scores(langfuse: LangFuse, claimed: Claimed) -> None:
    """One request each, as servers before 4.59 want them, noted a few at a time."""
    scores = claimed.of(Kind.SCORE)
    behind = traces_that_wait({entry.trace_id for entry in scores})
    claimed.wait([entry for entry in scores if entry.trace_id in behind], Now() + AFTER_ITS_TRACE)
    ready = claimed.of(Kind.SCORE)
    for start in range(0, len(ready), NOTED):
        sent: list[OutboxEntry] = []
        try:
            for entry in ready[start : start + NOTED]:
                if not claimed.in_time:
                    return
                if send_score(langfuse, claimed, entry):
                    sent.append(entry)
        finally:
            note_sent(claimed, sent, Kind.SCORE)


def send_score(langfuse: LangFuse, claimed: Claimed, entry: OutboxEntry) -> bool:
    """Whether LangFuse took it."""
    try:
        for body in bodies([entry]):
            langfuse.send_score(body)
    except Unacceptable as error:
        set_aside(claimed, entry, error)
        return False
    except Unavailable as error:
        claimed.failed([entry], error, **MORE)
        raise
    return True


def traces_that_wait(traces: set[int]) -> set[int]:
    """Those of them whose spans LangFuse does not have yet."""
    waiting = OutboxEntry.objects.filter(trace__in=traces, kind=Kind.SPANS, state=State.WAITING)
    return set(waiting.values_list("trace_id", flat=True)) if traces else set()


def batches(entries: list[OutboxEntry]) -> Iterator[list[OutboxEntry]]:
    batch: list[OutboxEntry] = []
    size = 0
    for entry in entries:
        if batch and size + entry.size > REQUEST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch


def bodies(entries: list[OutboxEntry]) -> list[bytes]:
    """In order; an entry whose trace was deleted meanwhile has none."""
    found = OutboxEntry.objects.filter(pk__in=[entry.pk for entry in entries]).order_by("pk")
    return [bytes(body) for body in found.values_list("body", flat=True)]


def note_sent(claimed: Claimed, entries: list[OutboxEntry], kind: Kind) -> None:
    look_at = Now() + timedelta(seconds=FIRST_LOOK[kind])
    claimed.move(entries, State.SENT, sent_at=Now(), due_at=look_at, **MORE)


def set_aside(claimed: Claimed, entry: OutboxEntry, error: Unacceptable) -> None:
    log.error("LangFuse never takes entry %s, it is set aside: %s", entry.pk, error)
    claimed.move([entry], State.SET_ASIDE, last_error=str(error), **MORE)
