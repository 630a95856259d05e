"""Which trace the present work belongs to: set by the middleware, a task or a command, read by the root."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True)
class TraceContext:
    """`trace_id` 32 lower-case hex digits; `parent_span_id` 16 of them, where the caller has a span open.

    User and session are those of the trace that is gone on with, where it is ours.
    """

    trace_id: str
    parent_span_id: str = ""
    is_ours: bool = False  # that span
    request_id: str = ""
    user_pseudonym: str = ""
    session_id: str = ""
    names: list[str] = field(default_factory=list, compare=False)
    """Of people that this work is about; its traces add them, and its log tells none of them."""


_current: ContextVar[TraceContext | None] = ContextVar("trace_context", default=None)


def current() -> TraceContext | None:
    return _current.get()


@contextmanager
def entered(context: TraceContext) -> Iterator[TraceContext]:
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def new_trace_id(seed: str = "") -> str:
    """32 hex digits: random, or the one of this seed, the same as `Langfuse.create_trace_id(seed=…)`.

    Written out because importing the SDK takes most of a second.
    """
    if seed:
        return sha256(seed.encode()).hexdigest()[:32]
    return f"{secrets.randbits(128) or 1:032x}"
