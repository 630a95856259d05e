"""A Celery task goes on with the trace of whoever started it: the context travels in the message's headers.

Retries and the tasks of a chain hand it on. A task that nobody's request started (the schedule's) has no context, and
each of its roots is a trace of its own. Without a broker (`task_always_eager`) a task runs where it was called.
"""

from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from celery import Task, signals

from tracing import context
from tracing.context import TraceContext
from tracing.spans import present

HEADER = "shopassist_trace"
ENTERED = "shopassist_entered"


def hand_on(*, headers: dict[str, Any], **_: Any) -> None:
    if here := handed_on():
        headers[HEADER] = asdict(here)


def take_up(*, task: Task, **_: Any) -> None:
    if given := task.request.get(HEADER):
        entered = ExitStack()
        entered.enter_context(context.entered(TraceContext(**given)))
        setattr(task.request, ENTERED, entered)


def leave(*, task: Task, **_: Any) -> None:
    if entered := task.request.get(ENTERED):
        entered.close()


def handed_on() -> TraceContext | None:
    """The present context, with the open observation as the parent of what follows."""
    here, seen = context.current(), present()
    if seen is None:
        return here
    return TraceContext(
        seen.root.trace_id,
        parent_span_id=seen.span_id,
        request_id=here.request_id if here else "",
        user_pseudonym=seen.root.user_pseudonym,
        session_id=seen.root.session_id,
    )


signals.before_task_publish.connect(hand_on)
signals.task_prerun.connect(take_up)
signals.task_postrun.connect(leave)
