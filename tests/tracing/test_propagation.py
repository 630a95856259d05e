"""Traces that cross from a request into the tasks that it starts, over Celery's broker in memory."""

import threading
from contextlib import contextmanager

import pytest
from celery import chain
from celery.contrib.testing.worker import start_worker
from django.db import connection

from shopassist.celery import app
from tracing import context
from tracing.context import TraceContext
from tracing.models import Trace
from tracing.shop import span
from tracing.spans import observe_root, present

done = threading.Semaphore(0)
seen: list[TraceContext | None] = []


def finish():
    seen.append(context.current())
    if not app.conf.task_always_eager:
        connection.close()  # the worker's thread has its own
    done.release()


@app.task(name="tests.work")
def work(name):
    with span(name):
        pass
    finish()


@app.task(name="tests.retried", bind=True, max_retries=1)
def retried(self):
    with span(f"attempt {self.request.retries}"):
        pass
    if self.request.retries == 0:
        connection.close()
        raise self.retry(countdown=0)
    finish()


@app.task(name="tests.failing")
def failing():
    try:
        with span("failing"):
            raise LookupError("no such product")
    finally:
        finish()


@pytest.fixture(scope="module")
def running_worker():
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        yield


@pytest.fixture
def worker(running_worker):
    app.conf.task_always_eager = False
    seen.clear()
    yield
    app.conf.task_always_eager = True


def wait(tasks=1):
    for _ in range(tasks):
        assert done.acquire(timeout=30)


@contextmanager
def a_request():
    """A request in which an answer is being made, with a step open."""
    with context.entered(TraceContext("ab" * 16, request_id="17")), observe_root("answer") as root:
        root.user_pseudonym, root.session_id = "u1", "s1"
        root.sensitive.append("Kenneth Martinez")
        with span("step") as step:
            yield step


@pytest.mark.django_db(transaction=True)
def test_a_task_goes_on_with_the_trace_that_started_it(worker):
    with a_request() as step:
        work.delay("for Kenneth Martinez")
        wait()
    trace = Trace.objects.get()
    assert trace.name == "for [name]"
    assert (trace.trace_id, trace.user_pseudonym, trace.session_id) == ("ab" * 16, "u1", "s1")
    assert trace.observations.get().parent_span_id == step.span_id
    assert seen == [
        TraceContext("ab" * 16, step.span_id, is_ours=True, request_id="17", user_pseudonym="u1", session_id="s1")
    ]


@pytest.mark.django_db(transaction=True)
def test_so_do_retries_and_all_tasks_of_a_chain(worker):
    with a_request() as step:
        retried.delay()
        wait()
        chain(work.si("first"), work.si("second")).delay()
        wait(2)
    names = {trace.name: trace.observations.get().parent_span_id for trace in Trace.objects.filter(trace_id="ab" * 16)}
    assert names == dict.fromkeys(["attempt 0", "attempt 1", "first", "second"], step.span_id)


@pytest.mark.django_db(transaction=True)
def test_a_task_that_fails_leaves_its_trace(worker):
    with a_request():
        failing.delay()
        wait()
    trace = Trace.objects.get()
    assert (trace.trace_id, trace.level) == ("ab" * 16, "ERROR")
    assert trace.status_message == "LookupError: no such product"


@pytest.mark.django_db(transaction=True)
def test_the_next_task_of_the_worker_is_a_trace_of_its_own(worker):
    with a_request():
        failing.delay()
        wait()
    work.delay("by itself")
    wait()
    assert seen[1] is None
    assert Trace.objects.get(name="by itself").trace_id != "ab" * 16


@pytest.mark.django_db
def test_without_a_broker_a_task_is_part_of_what_called_it():
    with a_request() as step:
        work.delay("in the task")
        assert present() is step
    assert done.acquire(timeout=30)
    assert [each.name for each in step.root.spans] == ["answer", "step", "in the task"]
    assert step.root.spans[2].parent is step
