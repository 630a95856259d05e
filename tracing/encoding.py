"""Stored rows as LangFuse wants them: OTLP protobuf for spans, JSON for scores.

Made from the rows and nothing else, so that what LangFuse shows is what we show, and a trace that was stored long
ago becomes the same spans as on its first day.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from tracing import attributes as name
from tracing.models import Level, Observation, ObservationType, Score, Trace
from tracing.plain import as_text

RESOURCE = Resource({"service.name": "shopassist"})
SCOPE = InstrumentationScope(name.SCOPE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Attributes = dict[str, AttributeValue]


def spans_body(trace: Trace, observations: Iterable[Observation]) -> bytes:
    """An ExportTraceServiceRequest. The same rows give the same bytes."""
    shared = trace_attributes(trace)
    body: bytes = encode_spans([_span(trace, observation, shared) for observation in observations]).SerializeToString()
    return body


def score_body(score: Score, trace: Trace) -> bytes:
    """The body of POST /api/public/scores."""
    fields = {
        "id": str(score.pk),
        "traceId": trace.trace_id,
        "name": score.name,
        "value": score.value,
        "dataType": "NUMERIC",
        "comment": score.comment,  # also when empty: LangFuse keeps what an update leaves out
        "environment": trace.environment,
        "timestamp": score.created_at.isoformat(),
    }
    if score.span_id:
        fields["observationId"] = score.span_id
    return json.dumps(fields).encode()


def trace_attributes(trace: Trace) -> Attributes:
    """What every span of a trace carries, because LangFuse hands nothing down."""
    given: Attributes = {
        name.TRACE_NAME: trace.name,
        name.USER_ID: trace.user_pseudonym,
        name.SESSION_ID: trace.session_id,
        name.ENVIRONMENT: trace.environment,
        name.RELEASE: trace.release,
        name.TRACE_TAGS: list(trace.tags),
    }
    metadata: Attributes = {f"{name.TRACE_METADATA}.{key}": as_text(value) for key, value in trace.metadata.items()}
    return {key: value for key, value in given.items() if value} | metadata


def observation_attributes(seen: Observation) -> Attributes:
    given: Attributes = {
        name.TYPE: seen.type.lower(),
        name.LEVEL: "" if seen.level == Level.DEFAULT else seen.level,
        name.STATUS_MESSAGE: seen.status_message,
        name.INPUT: "" if seen.input is None else as_text(seen.input),
        name.OUTPUT: "" if seen.output is None else as_text(seen.output),
    }
    if seen.type in {ObservationType.GENERATION, ObservationType.EMBEDDING}:
        given |= {
            name.MODEL: seen.model,
            name.MODEL_PARAMETERS: as_text(seen.model_parameters) if seen.model_parameters else "",
            name.USAGE_DETAILS: as_text(seen.usage) if seen.usage else "",
            # LangFuse has no price for local models; a cost given as text would become 0
            name.COST_DETAILS: as_text({"total": float(seen.cost)}) if seen.model else "",
        }
    if seen.type == ObservationType.GENERATION and seen.prompt_version:
        given |= {name.PROMPT_NAME: seen.prompt_name, name.PROMPT_VERSION: seen.prompt_version}
    metadata: Attributes = {f"{name.METADATA}.{key}": as_text(value) for key, value in seen.metadata.items()}
    return {key: value for key, value in given.items() if value != ""} | metadata


def _span(trace: Trace, seen: Observation, shared: Attributes) -> ReadableSpan:
    start = (seen.started_at - EPOCH) // timedelta(microseconds=1)
    is_root = seen.position == 0
    return ReadableSpan(
        name=seen.name,
        context=SpanContext(int(trace.trace_id, 16), int(seen.span_id, 16), is_remote=False),
        parent=SpanContext(int(trace.trace_id, 16), int(seen.parent_span_id, 16), is_remote=is_root)
        if seen.parent_span_id
        else None,
        resource=RESOURCE,
        attributes=shared | observation_attributes(seen) | ({name.IS_APP_ROOT: True} if is_root else {}),
        status=Status(StatusCode.ERROR, seen.status_message) if seen.level == Level.ERROR else Status(),
        start_time=start * 1_000,
        end_time=(start + round(seen.duration_ms * 1_000)) * 1_000,
        instrumentation_scope=SCOPE,
    )
