"""What waits, to LangFuse."""

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from tracing.chunks import chunks
from tracing.client import LangFuse, Unacceptable, Unavailable
from tracing.models import OutboxEntry
from tracing.relay.bodies import Encoded, bodies, encoded
from tracing.relay.claimed import Claimed, Kind, State
from tracing.relay.reading import FIRST_LOOK

log = logging.getLogger(__name__)

REQUEST_BYTES = 3_000_000  # of spans, before compression; one larger trace goes alone
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
    for whole in batches(encoded(claimed.of(Kind.SPANS))):
        requests = deque([whole])
        while requests:
            if not claimed.in_time:
                return
            batch = requests.popleft()
            entries = [entry for entry, _ in batch]
            try:
                langfuse.send_spans(b"".join(body for _, body in batch))
            except Unacceptable as error:
                if len(batch) == 1:
                    set_aside(claimed, entries[0], error)
                else:
                    requests.extendleft([batch[len(batch) // 2 :], batch[: len(batch) // 2]])
            except Unavailable as error:
                claimed.failed(entries, error, **MORE)
                raise
            else:
                log.debug("LangFuse took the spans of %d entries", len(batch))
                note_sent(claimed, entries, Kind.SPANS)


def send_scores(langfuse: LangFuse, claimed: Claimed) -> None:
    """One request each, as servers before 4.59 want them, noted a few at a time."""
    scores = claimed.of(Kind.SCORE)
    behind = traces_that_wait({entry.trace_id for entry in scores})
    claimed.wait([entry for entry in scores if entry.trace_id in behind], Now() + AFTER_ITS_TRACE)
    for some in chunks(claimed.of(Kind.SCORE), NOTED):
        sent: list[OutboxEntry] = []
        try:
            for entry in some:
                if not claimed.in_time:
                    return
                if send_score(langfuse, claimed, entry):
                    sent.append(entry)
        finally:
            note_sent(claimed, sent, Kind.SCORE)


def send_score(langfuse: LangFuse, claimed: Claimed, entry: OutboxEntry) -> bool:
    """Whether LangFuse took it."""
    try:
        for body in bodies([entry]).values():
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


def batches(given: Iterable[Encoded]) -> Iterator[list[Encoded]]:
    batch: list[Encoded] = []
    size = 0
    for entry, body in given:
        if batch and size + len(body) > REQUEST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append((entry, body))
        size += len(body)
    if batch:
        yield batch


def note_sent(claimed: Claimed, entries: list[OutboxEntry], kind: Kind) -> None:
    look_at = Now() + timedelta(seconds=FIRST_LOOK[kind])
    claimed.move(entries, State.SENT, sent_at=Now(), due_at=look_at, **MORE)


def set_aside(claimed: Claimed, entry: OutboxEntry, error: Unacceptable) -> None:
    log.error("LangFuse never takes entry %s, it is set aside: %s", entry.pk, error)
    claimed.move([entry], State.SET_ASIDE, last_error=str(error), **MORE)
