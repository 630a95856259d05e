"""Whatever LangChain runs with our callbacks, as observations."""

import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.language_models import FakeListLLM, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import Generation, LLMResult
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda, RunnableParallel
from langchain_core.tools import tool
from langchain_ollama import ChatOllama
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

from tests.ollama_server import running_ollama
from tracing.langchain import handler, usage_of
from tracing.models import Trace
from tracing.shop import callbacks, span
from tracing.spans import observe_root, present


@pytest.fixture(autouse=True)
def nothing_stays_open():
    yield
    assert not handler._open
    assert present() is None


@pytest.fixture
def ollama():
    with running_ollama() as server:
        yield server


def config() -> Any:
    return {"callbacks": callbacks()}


def a_chat_model(words="It is in stock.") -> GenericFakeChatModel:
    usage = {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17}
    return GenericFakeChatModel(messages=iter([AIMessage(words, usage_metadata=usage) for _ in range(50)]))


def below(root):
    """(parent's name, type, name) of each observation, in order of start."""
    return [(seen.parent.name, seen.type.lower(), seen.name) for seen in root.spans[1:]]


class Shelf(BaseRetriever):
    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        with span("read shelf"):
            return [Document("A toaster", metadata={"product": "t1"})]


@tool
def stock(product: str) -> int:
    """How many there are."""
    if product == "nothing":
        raise LookupError("no such product")
    with span("count"):
        return 3


def test_each_kind_of_run_is_an_observation_of_its_type():
    def answer(words):
        Shelf().invoke(words)
        stock.invoke({"product": "t1"})
        return a_chat_model().invoke(words).content

    with observe_root("answer") as root:
        assert RunnableLambda(answer).invoke("a toaster", config()) == "It is in stock."
    assert below(root) == [
        ("answer", "chain", "answer"),
        ("answer", "retriever", "Shelf"),
        ("Shelf", "span", "read shelf"),
        ("answer", "tool", "stock"),
        ("stock", "span", "count"),
        ("answer", "generation", "GenericFakeChatModel"),
    ]
    chain, shelf, _, tool_run, _, model = root.spans[1:]
    assert (chain.input, chain.output) == ("a toaster", "It is in stock.")
    assert (shelf.input, shelf.output) == ("a toaster", [{"text": "A toaster", "metadata": {"product": "t1"}}])
    assert (tool_run.input, tool_run.output) == ({"product": "t1"}, 3)
    assert model.input == [{"role": "human", "content": "a toaster"}]
    assert model.output == {"role": "ai", "content": "It is in stock."}
    assert model.usage == {"input": 12, "output": 5}


@pytest.mark.parametrize("stream", [False, True])
def test_a_models_name_parameters_tokens_and_first_token(ollama, stream):
    ollama.will_say("Take the red one.")
    secret = {"headers": {"Authorization": "Bearer secret"}}
    model = ChatOllama(model="talker:8b", base_url=ollama.base_url, temperature=0.2, client_kwargs=secret)
    with observe_root("answer") as root:
        if stream:
            assert "".join(str(piece.content) for piece in model.stream("Which?", config())).strip()
        else:
            model.invoke("Which?", config())
    (seen,) = root.spans[1:]
    assert (seen.type, seen.model) == ("GENERATION", "talker:8b")
    assert seen.model_parameters == {"temperature": 0.2}
    assert seen.usage == {"input": len("Which?") // 4, "output": 4}
    assert seen.output["content"].strip() == "Take the red one."
    assert seen.metadata["first_token_ms"] > 0


def test_a_model_that_only_completes_text():
    with observe_root("answer") as root:
        FakeListLLM(responses=["Yes."]).invoke("Is it red?", config())
    (seen,) = root.spans[1:]
    assert (seen.type, seen.input, seen.output) == ("GENERATION", "Is it red?", "Yes.")


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"token_usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}}, {"input": 7, "output": 2}),
        ({"usage": {"input_tokens": 7}}, {"input": 7}),
        ({}, {}),
        (None, {}),
    ],
)
def test_tokens_as_older_models_tell_them(told, usage):
    assert usage_of(LLMResult(generations=[[Generation(text="x")]], llm_output=told), []) == usage


def test_an_error_marks_what_it_passed_and_goes_on():
    def answer(_words):
        return stock.invoke({"product": "nothing"})

    with pytest.raises(LookupError), observe_root("answer") as root:
        RunnableLambda(answer).invoke("x", config())
    chain, tool_run = root.spans[1:]
    assert (tool_run.level, tool_run.status_message) == ("ERROR", "LookupError: no such product")
    assert (chain.level, chain.status_message) == ("ERROR", "stock: LookupError: no such product")
    assert (root.level, root.status_message) == ("ERROR", "stock: LookupError: no such product")


def test_a_stream_that_is_abandoned_is_closed_with_a_warning():
    with observe_root("answer") as root:
        pieces = a_chat_model("one two three").stream("hi", config())
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
    (seen,) = root.spans[1:]
    assert (seen.level, seen.status_message) == ("WARNING", "stopped before its end (GeneratorExit)")


def test_callbacks_that_are_given_twice_tell_once():
    def answer(words):
        return a_chat_model().invoke(words, config()).content

    with observe_root("answer") as root:
        RunnableLambda(answer).invoke("hi", {"callbacks": callbacks() + callbacks()})
    assert below(root) == [("answer", "chain", "answer"), ("answer", "generation", "GenericFakeChatModel")]


def parallel():
    """Each branch opens a span inside its run, and a model inside that."""

    def branch(name):
        def work(text):
            with span(f"inside {name}"):
                return a_chat_model().invoke(text).content

        async def awork(text):
            with span(f"inside {name}"):
                await asyncio.sleep(0.01)
                return (await a_chat_model().ainvoke(text)).content

        return RunnableLambda(work, awork, name=name)

    return RunnableParallel(left=branch("left"), right=branch("right"))


BRANCHES = {
    ("RunnableParallel<left,right>", "chain", "left"),
    ("RunnableParallel<left,right>", "chain", "right"),
    ("left", "span", "inside left"),
    ("right", "span", "inside right"),
    ("inside left", "generation", "GenericFakeChatModel"),
    ("inside right", "generation", "GenericFakeChatModel"),
}


@pytest.mark.django_db(transaction=True)
def test_a_coroutine_that_runs_for_ever_keeps_no_old_traces():
    roots = []

    def note(words: str) -> str:
        if here := present():
            roots.append(weakref.ref(here.root))
        return words

    async def work() -> int:
        for _ in range(4):
            await RunnableLambda(note).ainvoke("x", config())
        gc.collect()
        return sum(root() is not None for root in roots)

    assert asyncio.run(work()) <= 1
    assert len(roots) == 4


def test_parallel_branches_keep_their_parents_in_threads_and_in_tasks():
    with observe_root("threads") as threads:
        parallel().invoke("hi", config())
    with observe_root("tasks") as tasks:
        asyncio.run(parallel().ainvoke("hi", config()))
    for root in (threads, tasks):
        assert set(below(root)[1:]) == BRANCHES
        assert len(root.spans) == 8


class State(TypedDict, total=False):
    words: Annotated[str, lambda former, latter: latter]


def a_graph(node):
    build = StateGraph(State)
    for name in ("left", "right"):
        build.add_node(name, node(name))
        build.add_edge(START, name)
        build.add_edge(name, END)
    return build.compile()


def test_parallel_nodes_of_a_graph_keep_their_parents_in_threads_and_in_tasks():
    def node(name):
        def work(state: State) -> State:
            with span(f"inside {name}"):
                return {"words": str(a_chat_model().invoke("hi").content)}

        return work

    def anode(name):
        async def work(state: State) -> State:
            with span(f"inside {name}"):
                await asyncio.sleep(0.01)
                return {"words": str((await a_chat_model().ainvoke("hi")).content)}

        return work

    with observe_root("threads") as threads:
        a_graph(node).invoke({"words": "x"}, config())
    with observe_root("tasks") as tasks:
        asyncio.run(a_graph(anode).ainvoke({"words": "x"}, config()))
    expected = {(parent.replace("RunnableParallel<left,right>", "LangGraph"), *rest) for parent, *rest in BRANCHES}
    for root in (threads, tasks):
        assert set(below(root)[1:]) == expected
        assert len(root.spans) == 8


def test_a_pool_that_got_a_copy_of_the_context():
    with observe_root("answer") as root, ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(copy_context().run, a_chat_model().invoke, "hi", config()) for _ in range(8)]
        assert len([job.result() for job in jobs]) == 8
    assert below(root) == [("answer", "generation", "GenericFakeChatModel")] * 8


def test_a_graph_that_waits_for_a_person_has_not_failed():
    def node(name):
        def work(state: State) -> State:
            return {"words": interrupt("Which one?")}

        return work

    from langgraph.checkpoint.memory import InMemorySaver

    build = StateGraph(State)
    build.add_node("ask", node("ask"))
    build.add_edge(START, "ask")
    with observe_root("answer") as root:
        waiting = config() | {"configurable": {"thread_id": "1"}}
        build.compile(checkpointer=InMemorySaver()).invoke({"words": "x"}, waiting)
    assert {seen.level for seen in root.spans} == {"DEFAULT"}
    assert root.spans[-1].metadata == {"left_by": "GraphInterrupt"}


@pytest.mark.django_db
def test_outside_any_observation_a_run_is_a_trace_of_its_own():
    def mine(words: str) -> str:
        return str(a_chat_model().invoke(words).content)

    RunnableLambda(mine).invoke("k@example.org", config())
    trace = Trace.objects.get()
    assert [(seen.type, seen.name) for seen in trace.observations.all()] == [
        ("CHAIN", "mine"),
        ("GENERATION", "GenericFakeChatModel"),
    ]
    assert trace.observations.get(position=0).input == "[email]"
    assert (trace.input_tokens, trace.output_tokens) == (12, 5)


@pytest.mark.django_db(transaction=True)
def test_so_is_one_in_a_coroutine_and_one_that_failed():
    async def work():
        await a_chat_model().ainvoke("hi", config())
        await RunnableLambda(lambda _words: stock.invoke({"product": "nothing"}), name="mine").ainvoke("x", config())

    with pytest.raises(LookupError):
        asyncio.run(work())
    failed, whole = Trace.objects.all()
    assert (whole.name, whole.level) == ("GenericFakeChatModel", "DEFAULT")
    assert (failed.name, failed.level) == ("mine", "ERROR")
    assert failed.status_message == "stock: LookupError: no such product"
