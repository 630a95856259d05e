"""What was sent, asked for: LangFuse says 200 to what it only queued and may yet lose."""

import json
import logging
from collections import defaultdict
from datetime import timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Now

from tracing.chunks import chunks
from tracing.client import LangFuse, LangFuseError
from tracing.models import Observation, OutboxEntry
from tracing.models.outbox import paused
from tracing.relay.bodies import bodies
from tracing.relay.claimed import Claimed, Kind, State

log = logging.getLogger(__name__)

FIRST_LOOK = {Kind.SPANS: 3, Kind.SCORE: 20}  # seconds until LangFuse was seen to show them
PATIENCE = {Kind.SPANS: 90, Kind.SCORE: 180}  # seconds after which what is absent is sent again
QUESTION = 50  # traces or scores in one question: their ids have to fit into an address
KEPT = timedelta(days=7)  # confirmed entries


def look(langfuse: LangFuse, claimed: Claimed) -> None:
    """Raises LangFuseError."""
    for kind, shown in ((Kind.SPANS, shown_spans), (Kind.SCORE, shown_scores)):
        for entries in chunks(claimed.of(kind), QUESTION):
            if not claimed.in_time:
                return
            try:
                seen = shown(langfuse, entries)
            except LangFuseError as error:
                claimed.failed(entries, error)
                raise
            note(claimed, entries, seen, kind)


def shown_spans(langfuse: LangFuse, entries: list[OutboxEntry]) -> set[int]:
    """Keys of the entries of which LangFuse shows every observation."""
    wanted: dict[int, set[str]] = defaultdict(set)
    trace_ids = set()
    rows = Observation.objects.filter(trace__in=[entry.trace_id for entry in entries]).order_by()
    for trace, trace_id, span_id in rows.values_list("trace_id", "trace__trace_id", "span_id"):
        wanted[trace].add(span_id)
        trace_ids.add(trace_id)
    shown = langfuse.span_ids(*sorted(trace_ids), wanted=set().union(*wanted.values()))
    return {entry.pk for entry in entries if wanted[entry.trace_id] <= shown}


def shown_scores(langfuse: LangFuse, entries: list[OutboxEntry]) -> set[int]:
    """Keys of the entries whose score LangFuse shows with this value and comment."""
    rows = langfuse.scores(*(str(entry.score_id) for entry in entries))
    shown = {(row["id"], row.get("value"), row.get("comment") or "") for row in rows}
    wanted = {key: json.loads(body) for key, body in bodies(entries).items()}
    return {key for key, score in wanted.items() if (score["id"], score["value"], score["comment"]) in shown}


def note(claimed: Claimed, entries: list[OutboxEntry], seen: set[int], kind: Kind) -> None:
    absent = [entry for entry in entries if entry.pk not in seen]
    given_up = [entry for entry in absent if is_lost(entry)]
    claimed.move([entry for entry in entries if entry.pk in seen], State.CONFIRMED, last_error="", due_at=Now() + KEPT)
    claimed.wait([entry for entry in absent if not is_lost(entry)], next_look(kind))
    if given_up:
        error = f"LangFuse accepted it and did not show it within {PATIENCE[kind]} s; it is sent again"
        log.warning("LangFuse: %d entries, the first is %s: %s", len(given_up), given_up[0].pk, error)
        claimed.move(given_up, State.WAITING, last_error=error, due_at=paused())


def is_lost(entry: OutboxEntry) -> bool:
    sent_at = entry.sent_at or entry.created_at
    return entry.claimed_at - sent_at >= timedelta(seconds=PATIENCE[Kind(entry.kind)])


def next_look(kind: Kind) -> Combinable:
    """After half as long again as it has been waited for."""
    half = ExpressionWrapper((Now() - F("sent_at")) / 2, DurationField())
    pause = Greatest(Value(timedelta(seconds=FIRST_LOOK[kind])), half)
    return ExpressionWrapper(Now() + pause, DateTimeField())
