"""Our own OpenTelemetry tracer: it names and times spans, and neither samples, exports nor starts threads."""

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Tracer

from tracing import attributes, context


class Ids(RandomIdGenerator):
    """A root takes the trace id of the present context; asked only for spans without a parent."""

    def generate_trace_id(self) -> int:
        here = context.current()
        return int(here.trace_id, 16) if here else super().generate_trace_id()

    def is_trace_id_random(self) -> bool:
        return False


class Provider(TracerProvider):
    """Not the global provider: other instrumentation keeps its own, and OTEL_* variables change nothing here."""

    def __init__(self) -> None:
        super().__init__(sampler=ALWAYS_ON, resource=Resource.get_empty(), id_generator=Ids(), shutdown_on_exit=False)
        self._disabled = False  # OTEL_SDK_DISABLED is about exporting; our rows are made of these spans


tracer: Tracer = Provider().get_tracer(attributes.SCOPE)
