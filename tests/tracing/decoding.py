"""OTLP protobuf, read as a server reads it."""

from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tracing.encoding import spans_body
from tracing.models import OutboxEntry, Trace


def decoded(body: bytes | memoryview) -> list[dict[str, Any]]:
    """The spans of an ExportTraceServiceRequest. Raises google's DecodeError for other bytes."""
    request = ExportTraceServiceRequest.FromString(bytes(body))
    return [
        {
            "trace_id": span.trace_id.hex(),
            "span_id": span.span_id.hex(),
            "parent_span_id": span.parent_span_id.hex(),
            "name": span.name,
            "start": span.start_time_unix_nano,
            "end": span.end_time_unix_nano,
            "attributes": {a.key: _value(a.value) for a in span.attributes},
            "status": (span.status.code, span.status.message),
            "scope": scope.scope.name,
        }
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def bytes_of(entry: OutboxEntry) -> bytes:
    """Of the entry's spans, as the relay sends them."""
    trace = Trace.objects.get(pk=entry.trace_id)
    return spans_body(trace, trace.observations.all())


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(v) for v in value.array_value.values] if kind == "array_value" else getattr(value, kind)
