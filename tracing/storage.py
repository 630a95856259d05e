"""Ended observations to rows and, where LangFuse is configured, to the outbox: in the caller's transaction."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Greatest
from django.utils import timezone

from tracing.costs import cost_of, is_unpriced
from tracing.encoding import EPOCH, score_body
from tracing.inserting import insert
from tracing.masking import mask, mask_identifier, mask_text, personal_in
from tracing.models import Delivery, Level, Observation, OutboxEntry, Score, Trace
from tracing.plain import clean, cut, cut_json
from tracing.spans import Observing, Root

GRAVITY = [Level.DEBUG, Level.DEFAULT, Level.WARNING, Level.ERROR]
MESSAGE_LIMIT = 2_000  # characters of a status message
STAYING = {Delivery.KEPT, Delivery.SAMPLED_OUT}  # traces that LangFuse does not get, nor their scores


def store(root: Root) -> Trace:
    """The trace with its observations, masked once, its outbox entry (one query) and the scores it was given.

    Only inside a transaction (else TransactionManagementError), so that there is no answer without its trace.
    The root must have ended (else ValueError).
    """
    require_transaction()
    if root.open:
        raise ValueError(f"{root.name} has not ended; store it after its block")
    names = names_in(root)
    trace, observations = rows_of(root, names)
    entry = None
    if trace.delivery == Delivery.WAITING:
        entry = OutboxEntry(kind=OutboxEntry.Kind.SPANS, due_at=timezone.now())
    insert(trace, observations, entry)
    root.rows = observations
    if settings.LANGSMITH_ENABLED and trace.delivery != Delivery.SAMPLED_OUT:
        transaction.on_commit(partial(send_to_langsmith, trace.pk), robust=True)
    for name, value, comment in root.scores:
        record_score(trace, name, value, comment=mask_text(comment, names), score_id=score_id_of(trace, name))
    return trace


def send_to_langsmith(trace_pk: int) -> None:
    from tracing.langsmith.sender import sender

    sender.put(trace_pk)


def record_score(
    trace: Trace, name: str, value: float, *, comment: str = "", span_id: str = "", score_id: UUID | None = None
) -> Score:
    """A judgement of the trace, or of one of its observations. The same `score_id` changes it: value and comment.

    Only inside a transaction. The comment is masked as everything else, without names. Raises ValueError for a
    known id under another name, because LangFuse would keep both.
    """
    require_transaction()
    judged: dict[str, Any] = {"value": value, "comment": cut(mask_text(clean(comment)), MESSAGE_LIMIT)}
    if score_id is None:
        score = Score.objects.create(trace=trace, name=name, span_id=span_id, **judged)
    else:
        score, _ = Score.objects.update_or_create(
            pk=score_id, defaults=judged, create_defaults={"trace": trace, "name": name, "span_id": span_id, **judged}
        )
        if score.name != name:
            raise ValueError(f"score {score_id} is named {score.name!r}, not {name!r}")
    if settings.LANGFUSE_ENABLED and trace.delivery not in STAYING:
        enqueue_score(score, trace)
    return score


def score_id_of(trace: Trace, name: str) -> UUID:
    """For judgements of which a trace has one a name, so that the same one again changes it."""
    return uuid5(UUID(trace.trace_id), f"{trace.pk} {name}")


def enqueue_score(score: Score, trace: Trace) -> None:
    """The score's one entry gets the new value. A relay that is just sending the old one keeps its lease, so that
    the new one is sent after it.
    """
    now = timezone.now()
    fresh: dict[str, Any] = {"body": score_body(score, trace), "state": OutboxEntry.State.WAITING, "attempts": 0}
    entry, created = OutboxEntry.objects.get_or_create(
        score=score, defaults={**fresh, "kind": OutboxEntry.Kind.SCORE, "trace": trace, "due_at": now}
    )
    if not created:
        leased_or_later = Greatest("due_at", now) if entry.state == OutboxEntry.State.WAITING else now
        OutboxEntry.objects.filter(pk=entry.pk).update(**fresh, due_at=leased_or_later, last_error="", created_at=now)


def require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a trace is stored in the transaction of what it explains")


def names_in(root: Root) -> list[str]:
    """What to mask: people that the caller knows of, and what is personal in the question, however it comes back."""
    return [*root.sensitive, *personal_in(root.input)]


def rows_of(root: Root, names: list[str]) -> tuple[Trace, list[Observation]]:
    """Masked, and not stored yet."""
    observations = [observation_of(seen, position, names) for position, seen in enumerate(root.spans)]
    return trace_of(root, observations, names), observations


def trace_of(root: Root, observations: list[Observation], names: list[str]) -> Trace:
    first = observations[0]
    gravest = max(observations, key=lambda o: (GRAVITY.index(Level(o.level)), -o.position))
    metadata, first.metadata = first.metadata, {}  # the root's is the trace's
    if root.dropped:
        metadata["observations_dropped"] = root.dropped
    return Trace(
        trace_id=root.trace_id,
        name=first.name,
        user_pseudonym=mask_identifier(clean(root.user_pseudonym))[:64],
        session_id=mask_identifier(clean(root.session_id))[:200],
        environment=settings.LANGFUSE_ENVIRONMENT.lower()[:40],
        release=settings.LANGFUSE_RELEASE[:100],
        tags=[mask_text(clean(tag), names)[:200] for tag in dict.fromkeys(root.tags)],
        metadata=metadata,
        level=gravest.level,
        status_message=first.status_message or gravest.status_message,
        started_at=first.started_at,
        duration_ms=first.duration_ms,
        input_tokens=sum(o.usage.get("input", 0) for o in observations),
        output_tokens=sum(o.usage.get("output", 0) for o in observations),
        cost=sum((o.cost for o in observations), Decimal(0)),
        used_models=sorted({o.model for o in observations if o.model}),
        used_prompts=sorted({f"{o.prompt_name} v{o.prompt_version}" for o in observations if o.prompt_version}),
        continues=root.continues,
        delivery=delivery_of(root.trace_id),
    )


def delivery_of(trace_id: str) -> Delivery:
    """Where a new trace stands. Sampled by its id, as OpenTelemetry's TraceIdRatioBased does, so that the traces of
    one id share their fate."""
    if not settings.LANGFUSE_ENABLED:
        return Delivery.KEPT
    drawn = int(trace_id[16:], 16) < settings.LANGFUSE_SAMPLE_RATE * 2**64
    return Delivery.WAITING if drawn else Delivery.SAMPLED_OUT


def observation_of(seen: Observing, position: int, names: list[str]) -> Observation:
    started, ended = seen.span.start_time or 0, seen.span.end_time or 0  # ns
    usage = counted(seen.usage)
    parent = seen.span.parent
    metadata = {key: cut_json(value) for key, value in mask(seen.metadata, names).items()}
    if usage and is_unpriced(seen.model):
        metadata["price"] = "none is listed for this model"
    return Observation(
        position=position,
        span_id=f"{seen.span.get_span_context().span_id:016x}",
        parent_span_id=f"{parent.span_id:016x}" if parent else "",
        name=mask_text(clean(seen.name), names)[:200],
        type=seen.type,
        level=seen.level,
        status_message=cut(mask_text(clean(seen.status_message), names), MESSAGE_LIMIT),
        input=cut_json(mask(seen.input, names)),
        output=cut_json(mask(seen.output, names)),
        metadata=metadata,
        model=mask_text(clean(seen.model), names)[:100],
        model_parameters=mask(seen.model_parameters, names),
        prompt_name=seen.prompt.prompt.name if seen.prompt else "",
        prompt_version=seen.prompt.version if seen.prompt else None,
        usage=usage,
        cost=cost_of(seen.model, usage, (ended - started) / 1e9) if seen.model else Decimal(0),
        started_at=EPOCH + timedelta(microseconds=started // 1_000),
        duration_ms=round((ended - started) / 1e6, 3),
    )


def counted(usage: Mapping[str, Any]) -> dict[str, int]:
    """Token counts that LangFuse accepts, with their total; what is no count is left out."""
    counts = {key: n for key, n in usage.items() if isinstance(n, int) and 0 <= n < 2**31}
    return {**counts, "total": counts.get("total", sum(counts.values()))} if counts else {}
