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
from tracing.spans import context_here

HEADER = "shopassist_trace"
ENTERED = "shopassist_entered"


def hand_on(*, headers: dict[str, Any], **_: Any) -> None:
    if here := context_here():
        headers[HEADER] = asdict(here)


def take_up(*, task: Task, **_: Any) -> None:
    if given := task.request.get(HEADER):
        entered = ExitStack()
        entered.enter_context(context.entered(TraceContext(**given)))
        setattr(task.request, ENTERED, entered)


def leave(*, task: Task, **_: Any) -> None:
    if entered := task.request.get(ENTERED):
        entered.close()


signals.before_task_publish.connect(hand_on)
signals.task_prerun.connect(take_up)
signals.task_postrun.connect(leave)
