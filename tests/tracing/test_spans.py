import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import TypedDict

import pytest
from asgiref.sync import sync_to_async
from langgraph.graph import END, START, StateGraph

from tracing import context, spans
from tracing.models import Level, ObservationType
from tracing.spans import observe, observe_root, present


def names_below(root, parent):
    span_id = parent.span.get_span_context().span_id
    return [seen.name for seen in root.spans if seen.span.parent and seen.span.parent.span_id == span_id]


def test_observations_nest_in_order_of_start():
    with observe_root("answer") as root, observe("search", "retriever") as search:
        with observe("index"):
            pass
        with observe("reviews"):
            pass
    assert [seen.name for seen in root.spans] == ["answer", "search", "index", "reviews"]
    assert names_below(root, root) == ["search"]
    assert names_below(root, search) == ["index", "reviews"]


def test_the_root_takes_the_id_of_the_present_context():
    with context.entered(context.TraceContext("ab" * 16, parent_span_id="cd" * 8)), observe_root("answer") as root:
        assert root.trace_id == "ab" * 16
    assert root.span.parent
    assert f"{root.span.parent.span_id:016x}" == "cd" * 8
    with observe_root("another") as other:
        pass
    assert other.trace_id != root.trace_id
    assert other.span.parent is None


def test_two_roots_in_one_context_do_not_mix():
    with context.entered(context.TraceContext("ab" * 16)), observe_root("first") as first:
        with observe_root("second") as second, observe("inside second"):
            pass
        with observe("inside first"):
            pass
    assert [seen.name for seen in first.spans] == ["first", "inside first"]
    assert [seen.name for seen in second.spans] == ["second", "inside second"]
    assert first.trace_id == second.trace_id


def test_a_root_inside_another_goes_on_with_its_trace():
    with observe_root("page") as page:
        page.user_pseudonym, page.session_id = "u1", "s1"
        page.sensitive.append("Kenneth Martinez")
        with observe("step") as step, observe_root("answer") as answer, observe("search"):
            pass
    assert answer.trace_id == page.trace_id
    assert f"{answer.span.parent.span_id:016x}" == step.span_id
    assert (answer.user_pseudonym, answer.session_id, answer.sensitive) == ("u1", "s1", ["Kenneth Martinez"])
    assert [seen.name for seen in page.spans] == ["page", "step"]


def test_work_outside_any_root_goes_on():
    with observe("alone", "generation") as seen:
        seen.output = {"a": 1}
        seen.warn("nobody keeps this")
        seen.event("moment")
        with observe("inner"):
            pass
    with pytest.raises(ZeroDivisionError), observe("alone"):
        _ = 1 / 0


def test_an_unknown_type_is_refused():
    with pytest.raises(ValueError, match="WIZARD"):
        observe("x", "wizard")


def test_an_exception_marks_what_it_passes_and_goes_on():
    with pytest.raises(LookupError), observe_root("answer") as root, observe("search"), observe("index"):
        raise LookupError("no such shelf")
    answer, search, index = root.spans
    assert index.status_message == "LookupError: no such shelf"
    assert search.status_message == answer.status_message == "index: LookupError: no such shelf"
    assert {seen.level for seen in root.spans} == {Level.ERROR}


def test_a_handled_exception_stays_where_it_was():
    with observe_root("answer") as root:
        try:
            with observe("model", "generation"):
                raise TimeoutError
        except TimeoutError:
            root.warn("answered without the model")
    assert [seen.level for seen in root.spans] == [Level.WARNING, Level.ERROR]
    assert root.spans[1].status_message == "TimeoutError"


def test_an_error_keeps_the_warnings_before_it():
    def work(seen):
        seen.warn("bad")
        seen.warn("still bad")
        raise ValueError("worse")

    with pytest.raises(ValueError, match="worse"), observe_root("answer") as root:
        work(root)
    assert root.level == Level.ERROR
    assert root.metadata == {"more_warnings": ["still bad", "bad"]}


def test_an_interrupt_is_an_error_and_a_closed_generator_a_warning():
    def stream():
        with observe("stream"):
            yield 1
            yield 2

    def interrupted_reader():
        tokens = stream()
        next(tokens)
        tokens.close()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), observe_root("answer") as root:
        interrupted_reader()
    assert [seen.level for seen in root.spans] == [Level.ERROR, Level.WARNING]
    assert root.spans[1].status_message == "stopped before its end (GeneratorExit)"


def test_events_are_moments():
    with observe_root("answer") as root:
        root.event("product_filter_applied", {"threshold": 0.6})
    event = root.spans[1]
    assert (event.type, event.metadata) == (ObservationType.EVENT, {"threshold": 0.6})
    assert names_below(root, root) == ["product_filter_applied"]


def test_threads_with_a_copy_of_the_context_nest():
    def work(name):
        with observe(name):
            return name

    with observe_root("answer") as root, observe("parallel") as parallel, ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(contextvars.copy_context().run, work, f"job {n}") for n in range(20)]
        assert len({job.result() for job in jobs}) == 20
    assert sorted(names_below(root, parallel)) == sorted(f"job {n}" for n in range(20))


class State(TypedDict, total=False):
    words: str


def a_graph_with_parallel_nodes(node):
    build = StateGraph(State)
    for name in ("first", "left", "right"):
        build.add_node(name, node(name))
    build.add_edge(START, "first")
    build.add_edge("first", "left")
    build.add_edge("first", "right")
    build.add_edge("left", END)
    build.add_edge("right", END)
    return build.compile()


def in_threads():
    def node(name):
        def work(_state: State) -> State:
            with observe(name), observe(f"inside {name}"):
                return {}

        return work

    a_graph_with_parallel_nodes(node).invoke({"words": "x"})


def in_tasks():
    both = asyncio.Event()  # left and right are open at the same time
    arrived: list[str] = []

    def node(name):
        async def work(_state: State) -> State:
            with observe(name):
                arrived.append(name)
                if len(arrived) == 3:
                    both.set()
                if name != "first":
                    await both.wait()
                with observe(f"inside {name}"):
                    await asyncio.sleep(0)
                return {}

        return work

    asyncio.run(a_graph_with_parallel_nodes(node).ainvoke({"words": "x"}))


@pytest.mark.parametrize("run", [in_threads, in_tasks])
def test_the_nodes_of_a_langgraph_nest_also_when_parallel(run):
    with observe_root("answer") as root:
        run()
    assert sorted(names_below(root, root)) == ["first", "left", "right"]
    for seen in root.spans[1:]:
        if not seen.name.startswith("inside"):
            assert names_below(root, seen) == [f"inside {seen.name}"]


def test_observations_in_asyncio_tasks_nest():
    async def work(name):
        with observe(name):
            await asyncio.sleep(0)
            with observe(f"inside {name}"):
                await asyncio.sleep(0)

    async def both():
        await asyncio.gather(work("a"), work("b"))

    with observe_root("answer") as root:
        asyncio.run(both())
    a = next(seen for seen in root.spans if seen.name == "a")
    assert names_below(root, a) == ["inside a"]


@pytest.mark.parametrize("elsewhere", [asyncio.to_thread, lambda work: sync_to_async(work)()])
def test_work_that_asyncio_hands_to_a_thread_nests(elsewhere):
    def work():
        with observe("in a thread"):
            pass

    async def step():
        with observe("step"):
            await elsewhere(work)

    with observe_root("answer") as root:
        asyncio.run(step())
    assert names_below(root, root.spans[1]) == ["in a thread"]


def test_a_generator_that_outlives_what_it_was_opened_in_leaves_nothing_behind():
    def stream():
        with observe("stream"):
            yield 1
            yield 2

    with observe_root("answer") as root:
        with observe("step"):
            tokens = stream()
            next(tokens)
        tokens.close()
        with observe("next step"):
            pass
    assert names_below(root, root) == ["step", "next step"]
    assert present() is None


def test_a_generator_that_is_closed_in_another_context_says_nothing_in_the_log(caplog):
    async def stream():
        with observe("stream"):
            yield 1
            yield 2

    async def abandoned():
        async for _ in stream():
            return

    with observe_root("answer") as root:
        asyncio.run(abandoned())  # asyncio closes it in a task of its own
    assert root.spans[1].status_message.startswith("stopped before its end")
    assert not caplog.records


def test_a_forgotten_observation_is_closed_and_says_so():
    with observe_root("answer") as root:
        contextvars.copy_context().run(observe("forgotten").__enter__)
    assert root.spans[1].status_message == "still open when its trace ended"
    assert not root.spans[1].span.is_recording()


def test_more_observations_than_a_trace_may_have_are_counted(monkeypatch):
    monkeypatch.setattr(spans, "MAX_OBSERVATIONS", 3)
    with observe_root("answer") as root:
        for _ in range(5):
            with observe("step"):
                pass
    assert (len(root.spans), root.dropped) == (3, 3)


def test_opentelemetrys_environment_does_not_switch_traces_off():
    import os
    import subprocess
    import sys

    program = (
        "import django; django.setup()\n"
        "from tracing.spans import observe, observe_root\n"
        "with observe_root('answer') as root, observe('search'): pass\n"
        "print(len(root.spans), root.spans[1].span.parent == root.span.get_span_context(), len(root.trace_id))"
    )
    environment = os.environ | {
        "OTEL_SDK_DISABLED": "true",
        "OTEL_TRACES_SAMPLER": "always_off",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "True", "32"]
