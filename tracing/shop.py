"""Four helpers for a shop's own code: a span, LangChain callbacks, an event, a score.

    from tracing.shop import callbacks, event, score, span

    with span("stock", "tool", input={"product": "85123A"}) as seen:
        seen.output = in_stock("85123A")

Inside a question they belong to its trace; elsewhere to one of their own, which is stored when it ends.
docs/tracing.md, "In a shop's own code", has more of them.
"""

import math
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from django.db import transaction

from tracing.alone import store_alone
from tracing.models import Trace
from tracing.spans import Observing, Root, observe, observe_root, present
from tracing.storage import record_score, score_id_of

if TYPE_CHECKING:  # it takes a second to load, and most processes ask no model
    from langchain_core.callbacks import BaseCallbackHandler

P = ParamSpec("P")
R = TypeVar("R")
NAME_LIMIT = 100  # characters of a score's name

takers: dict[str, Callable[[Trace, float, str], object]] = {}
"""By the name of a score that another part of the system keeps: who takes value and comment."""


class Span:
    """What `span()` gives: enter it once with `with`, or decorate any number of functions with it."""

    def __init__(self, name: str, type: str, input: Any, metadata: Mapping[str, Any] | None) -> None:
        self._given = name, type, input, metadata

    def __enter__(self) -> Observing:
        name, type, input, metadata = self._given
        if present():
            self._seen = observe(name, type, input=input, metadata=metadata)
        else:
            self._seen = observe_root(name, type, input=input)
            self._seen.metadata |= metadata or {}
        return self._seen.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._seen.__exit__(kind, error, trace)
        if isinstance(self._seen, Root):
            store_alone(self._seen)

    def __call__(self, work: Callable[P, R]) -> Callable[P, R]:
        """Each call is one span. Neither arguments nor results are kept, because nobody knows what is in them."""
        if isgeneratorfunction(work) or isasyncgenfunction(work):
            raise TypeError(f"{work.__name__} is a generator, which works after it was called: write the span into it")
        if iscoroutinefunction(work):

            @wraps(work)
            async def observed(*args: Any, **kwargs: Any) -> Any:
                with Span(*self._given):
                    return await work(*args, **kwargs)

            return cast(Callable[P, R], observed)

        @wraps(work)
        def seen(*args: P.args, **kwargs: P.kwargs) -> R:
            with Span(*self._given):
                return work(*args, **kwargs)

        return seen


def span(name: str, type: str = "span", *, input: Any = None, metadata: Mapping[str, Any] | None = None) -> Span:
    """An observation around a block (`with`) or a function (`@`): a child of the present one, or a trace of its own.

    `type` is one of LangFuse's: span, generation, event, agent, tool, chain, retriever, evaluator, embedding,
    guardrail; entering another raises ValueError. An exception leaves level ERROR and its message, and goes on.
    """
    return Span(name, type, input, metadata)


def callbacks() -> "list[BaseCallbackHandler]":
    """For `config={"callbacks": callbacks()}` of anything that LangChain runs: each run becomes an observation."""
    from tracing.langchain import handler

    return [handler]


def event(name: str, metadata: Mapping[str, Any] | None = None) -> None:
    """A moment: in the present observation, or a trace of its own."""
    if here := present():
        here.event(name, metadata)
    else:
        with span(name, "event", metadata=metadata):
            pass


def score(name: str, value: float, *, comment: str = "", trace_id: str = "") -> None:
    """A judgement of the newest stored trace of this id, or of the present one, with which it is then stored.

    The same name again changes value and comment. `user_rating` is a customer's, 1 to 5 in halves, and becomes the
    rating of the recommendation that the trace explains. Raises ValueError for no name, one longer than 100
    characters, a value that is no number and a rating that is none; Trace.DoesNotExist; LookupError where there is
    neither an id nor a present trace.
    """
    if not name.strip() or len(name) > NAME_LIMIT:
        raise ValueError(f"A score's name has 1 to {NAME_LIMIT} characters.")
    if not math.isfinite(value):
        raise ValueError(f"The score {name!r} is {value}, which is no number.")
    if trace_id:
        with transaction.atomic():
            _judge(Trace.objects.filter(trace_id=trace_id).latest("started_at"), name, float(value), comment)
    elif here := present():
        if name in takers:
            raise ValueError(f"{name} judges what is stored already: give its trace_id.")
        here.root.scores.append((name, float(value), comment))
    else:
        raise LookupError(f"No trace is open here that the score {name!r} could judge: give a trace_id.")


def _judge(trace: Trace, name: str, value: float, comment: str) -> None:
    if taker := takers.get(name):
        taker(trace, value, comment)
    else:
        record_score(trace, name, value, comment=comment, score_id=score_id_of(trace, name))
