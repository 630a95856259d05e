"""Observations: what an agent, a model call or a check did, noted while it happens.

    with observe_root("answer") as root:
        with observe("search", "retriever", input=words) as seen:
            seen.output = found
    with transaction.atomic():
        store(root)

Each is a span of our own OpenTelemetry tracer and the parent of those opened inside it, also in threads that got a
copy of the context. An exception leaves level ERROR and its message on every observation it passes, and goes on up.
"""

from asyncio import CancelledError
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, cast

from opentelemetry import trace as otel
from opentelemetry.context import Context, attach, create_key, get_current, get_value, set_value
from opentelemetry.sdk.trace import Span

from tracing import context
from tracing.models import Level, Observation, ObservationType, PromptVersion
from tracing.plain import Json, described, plain
from tracing.tracer import tracer

MAX_OBSERVATIONS = 2_000  # of one root; more are counted and not kept
_OBSERVING = create_key("observing")


class Observing:
    """One observation while it is open. Assign what it saw: any value, made plain JSON when it ends."""

    span: Span
    root: "Root"
    parent: "Observing | None"

    def __init__(
        self, name: str, type: str = "span", *, input: Any = None, metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Raises ValueError for a type that LangFuse does not know."""
        self.name = name
        self.type = ObservationType(type.upper())
        self.input = input
        self.output: Any = None
        self.metadata: dict[str, Any] = dict(metadata or {})
        self.level = Level.DEFAULT
        self.status_message = ""
        self.model = ""
        self.model_parameters: dict[str, Any] = {}
        self.prompt: PromptVersion | None = None
        self.usage: Mapping[str, int] = {}

    @property
    def span_id(self) -> str:
        return f"{self.span.get_span_context().span_id:016x}"

    def is_within(self, other: "Observing") -> bool:
        """Whether it is the other, or below it."""
        above: Observing | None = self
        while above is not None and above is not other:
            above = above.parent
        return above is other

    def warn(self, message: str) -> None:
        """Something is worse than it should be, and the work goes on. The first warning is the message."""
        if self.level in {Level.DEBUG, Level.DEFAULT}:
            self.level, self.status_message = Level.WARNING, message
        else:
            self.metadata.setdefault("more_warnings", []).append(message)

    def event(self, name: str, metadata: Mapping[str, Any] | None = None) -> None:
        """A moment inside this observation."""
        moment = Observing(name, "event", metadata=metadata)
        moment._start(self.root, self)
        moment._end()

    def __enter__(self) -> Self:
        self.begin(present())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish(error)

    def begin(self, parent: "Observing | None", *, enter: bool = True) -> None:
        """Below that one; without one nobody stores it, unless it is a Root. What is opened next is below it if it is
        entered."""
        root = parent.root if parent else self if isinstance(self, Root) else Root(self.name)
        self._start(root, parent)
        if enter:
            self._before = get_current()
            attach(set_value(_OBSERVING, self, otel.set_span_in_context(self.span)))

    def finish(self, error: BaseException | None = None) -> None:
        if get_value(_OBSERVING) is self:
            attach(self._before)  # no token, because a generator may be closed elsewhere or later than one allows
        self._before = Context()  # a context that still holds this one keeps no others alive
        if not self.span.is_recording():
            return  # its root ended first, and has closed it
        if error is not None:
            self._fail(error)
        self._end()

    def _start(self, root: "Root", parent: "Observing | None") -> None:
        self.root, self.parent = root, parent
        here = otel.set_span_in_context(parent.span, Context()) if parent else root.context_of_caller()
        self.span = cast(Span, tracer.start_span(self.name, context=here))
        root.keep(self)

    def _end(self) -> None:
        self.input, self.output, self.metadata = plain(self.input), plain(self.output), _mapping(self.metadata)
        self.model_parameters = _mapping(self.model_parameters)
        self.span.end()

    def _fail(self, error: BaseException) -> None:
        """Work that was only stopped (a closed generator, a cancelled task) is a warning, not an error."""
        if isinstance(error, GeneratorExit | CancelledError):
            self.warn(f"stopped before its end ({type(error).__name__})")
            return
        if self.root.failure is not error:
            self.root.failure, self.root.failed_in = error, self
        origin = self.root.failed_in
        if self.level == Level.WARNING:
            self.metadata.setdefault("more_warnings", []).append(self.status_message)
        self.level = Level.ERROR
        self.status_message = described(error) if origin is self else f"{origin.name}: {described(error)}"


class Root(Observing):
    """The observation that makes a trace, and what holds for the whole trace. `store()` takes it when it ended."""

    def __init__(self, name: str, type: str = "agent", *, input: Any = None) -> None:
        super().__init__(name, type, input=input)
        here = context_here()
        self.continues = bool(here and here.is_ours)
        """Whether it hangs below an observation of another trace of ours, and so is not the root of its trace id."""
        self.user_pseudonym = here.user_pseudonym if here else ""
        self.session_id = here.session_id if here else ""
        self.tags: list[str] = []
        self.sensitive: list[str] = here.names if here else []
        """Names of people, to be masked wherever they occur in this trace, and in the log of its request."""
        self.spans: list[Observing] = []
        """In order of start, this one first."""
        self.rows: list[Observation] = []
        """The same, masked, once `store()` has kept them."""
        self.dropped = 0
        self.scores: list[tuple[str, float, str]] = []
        """Name, value and comment of judgements, recorded when the trace is stored."""
        self.failure: BaseException | None = None
        self.failed_in: Observing = self

    @property
    def trace_id(self) -> str:
        return f"{self.span.get_span_context().trace_id:032x}"

    @property
    def open(self) -> bool:
        return not hasattr(self, "span") or self.span.is_recording()

    def __enter__(self) -> Self:
        self.begin(None)
        return self

    def _end(self) -> None:
        for late in self.spans[1:]:
            if late.span.is_recording():  # a thread that nobody waited for
                late.warn("still open when its trace ended")
                late._end()
        super()._end()
        self.failure = None  # its traceback would keep every frame alive

    def keep(self, observing: Observing) -> None:
        if len(self.spans) < MAX_OBSERVATIONS and (observing is self or self.open):
            self.spans.append(observing)
        else:
            self.dropped += 1

    def context_of_caller(self) -> Context:
        """An empty context, or one in which the caller's span is the parent: that of a service before us, of a task's
        sender, or one of ours where a root is opened inside another. Spans of others don't count."""
        here = context_here()
        if not here or not here.parent_span_id:
            return Context()
        caller = otel.SpanContext(int(here.trace_id, 16), int(here.parent_span_id, 16), is_remote=True)
        return otel.set_span_in_context(otel.NonRecordingSpan(caller), Context())


def observe(
    name: str, type: str = "span", *, input: Any = None, metadata: Mapping[str, Any] | None = None
) -> Observing:
    """An observation below the present one. Outside any root it works as ever and is kept nowhere."""
    return Observing(name, type, input=input, metadata=metadata)


def observe_root(name: str, type: str = "agent", *, input: Any = None) -> Root:
    """A new trace of rows, also where another root is open: below that one or in the present TraceContext, or anew."""
    return Root(name, type, input=input)


def present() -> Observing | None:
    """The open observation that work done here belongs to; None outside any root.

    One may have ended and still be found here, where a generator that was opened in it outlives it.
    """
    seen = get_value(_OBSERVING)
    while isinstance(seen, Observing) and not seen.span.is_recording():
        seen = seen.parent
    return seen if isinstance(seen, Observing) and hasattr(seen.root, "span") else None


def context_here() -> context.TraceContext | None:
    """The present trace context, with the open observation as the parent of what follows."""
    here, seen = context.current(), present()
    if seen is None:
        return here
    return context.TraceContext(
        seen.root.trace_id,
        parent_span_id=seen.span_id,
        is_ours=True,
        request_id=here.request_id if here else "",
        user_pseudonym=seen.root.user_pseudonym,
        session_id=seen.root.session_id,
        names=seen.root.sensitive,
    )


def _mapping(value: Mapping[str, Any]) -> dict[str, Json]:
    shown = plain(value)
    return shown if isinstance(shown, dict) else {"value": shown}
