"""Stored rows as LangFuse wants them: OTLP protobuf for spans, JSON for scores.

Made from the rows and nothing else, so that what LangFuse shows is what we show, and a trace that was stored long
ago becomes the same spans as on its first day.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, SpanFlags, Status

from tracing import attributes as name
from tracing.models import Level, Observation, ObservationType, Score, Trace
from tracing.plain import as_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Attributes = dict[str, str | bool | int | list[str]]


def spans_body(trace: Trace, observations: Iterable[Observation]) -> bytes:
    """An ExportTraceServiceRequest. The same rows give the same bytes."""
    shared = encoded(trace_attributes(trace))
    spans = [_span(trace, observation, shared) for observation in observations]
    in_scope = ScopeSpans(scope=InstrumentationScope(name=name.SCOPE), spans=spans)
    of_shop = ResourceSpans(resource=RESOURCE, scope_spans=[in_scope])
    body: bytes = ExportTraceServiceRequest(resource_spans=[of_shop]).SerializeToString()
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


def encoded(attributes: Attributes) -> list[KeyValue]:
    return [KeyValue(key=key, value=_any(value)) for key, value in attributes.items()]


def _any(value: str | bool | int | list[str]) -> AnyValue:
    if isinstance(value, str):
        return AnyValue(string_value=value)
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    return AnyValue(array_value=ArrayValue(values=[AnyValue(string_value=one) for one in value]))


RESOURCE = Resource(attributes=encoded({"service.name": "shopassist"}))


def _span(trace: Trace, seen: Observation, shared: list[KeyValue]) -> Span:
    start = (seen.started_at - EPOCH) // timedelta(microseconds=1)
    is_root = seen.position == 0
    flags = [SpanFlags.SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK]
    if is_root and seen.parent_span_id:  # the caller's
        flags.append(SpanFlags.SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK)
    status = Status(code=Status.STATUS_CODE_ERROR, message=seen.status_message) if seen.level == Level.ERROR else None
    return Span(
        trace_id=bytes.fromhex(trace.trace_id),
        span_id=bytes.fromhex(seen.span_id),
        parent_span_id=bytes.fromhex(seen.parent_span_id),
        name=seen.name,
        kind=Span.SPAN_KIND_INTERNAL,
        start_time_unix_nano=start * 1_000,
        end_time_unix_nano=(start + round(seen.duration_ms * 1_000)) * 1_000,
        attributes=[
            *shared,
            *encoded(
                observation_attributes(seen) | ({name.IS_APP_ROOT: True} if is_root and not trace.continues else {})
            ),
        ],
        status=status or Status(),
        flags=sum(flags),
    )
