"""The graphs whose tracing is measured: seven nodes with two calls of a fake model, and the assistant's own.

Each can run untraced, so that the same work is there without tracing and under LangFuse's own handler.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypedDict
from unittest.mock import patch

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.graph import END, START, StateGraph

from tracing.spans import Observing, observe

QUESTION = "A quiet toaster under 50 dollars, not from Orbitron; write to ann@shop.example or call 030 1234567"
NODES = ("read", "profile", "similar", "search", "reviews", "rank", "word")
ASKING = {"read": "Which intent has the question?", "word": "Word the answer from these facts."}
PRODUCTS = [{"id": f"p{n}", "name": f"Toaster {n}, brushed steel", "price": 30.5 + n} for n in range(5)]


class Words(TypedDict, total=False):
    question: str
    found: list[dict[str, Any]]
    answer: str


class FakeModel(BaseChatModel):
    """Answers at once, and says how many tokens that took."""

    model: str = "fake"

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        usage = {"input_tokens": 180, "output_tokens": 40, "total_tokens": 220}
        words = "For a toaster this shop has Toaster 1, brushed steel, at 31.50, which 12 customers like you bought."
        message = AIMessage(words, usage_metadata=usage, response_metadata={"model_name": "fake"})
        return ChatResult(generations=[ChatGeneration(message=message)])


@dataclass(frozen=True)
class Case:
    """`untraced` runs the graph with a LangChain configuration; `traced` notes observations and returns the answer."""

    name: str
    untraced: Callable[[Any], object]
    traced: Callable[[], object]


def seven_nodes(*, whole: bool = False) -> Case:
    """Each node notes what it read and made, as the assistant's agents do, or the whole state, as the handler does."""
    model = FakeModel()
    plain = _compiled({name: partial(_work, name, model) for name in NODES})
    observed = _compiled({name: partial(_observed, name, model, whole) for name in NODES})
    return Case(
        f"seven nodes, two calls of a fake model{', the whole state noted at each' if whole else ''}",
        untraced=lambda config: plain.invoke({"question": QUESTION}, config),
        traced=lambda: observed.invoke({"question": QUESTION}),
    )


def _compiled(nodes: dict[str, Callable[[Words], Words]]) -> Any:
    build: Any = StateGraph(Words)
    for name, work in nodes.items():
        build.add_node(name, work)
    for before, after in zip((START, *NODES), (*NODES, END), strict=True):
        if before == "profile":
            build.add_conditional_edges(before, _by_intent)
        else:
            build.add_edge(before, after)
    return build.compile()


def _by_intent(state: Words) -> Literal["similar", "word"]:
    """As in the assistant: questions that ask for no product are answered at once."""
    return "similar" if state["question"] else "word"


def _work(name: str, model: BaseChatModel, state: Words) -> Words:
    if name in ASKING:
        return {"answer": str(model.invoke(_messages(name, state)).content)}
    return {"found": PRODUCTS}


def _observed(name: str, model: BaseChatModel, whole: bool, state: Words) -> Words:
    with observe(name, "agent", input=state if whole else state["question"]) as seen:
        if name not in ASKING:
            given: Words = {"found": PRODUCTS}
        else:
            messages = _messages(name, state)
            with observe(f"{name}_words", "generation") as generation:
                generation.input = [{"role": message.type, "content": message.content} for message in messages]
                answer = model.invoke(messages)
                generation.model, generation.output = "fake", answer.content
                generation.usage = {"input": 180, "output": 40}
            given = {"answer": str(answer.content)}
        seen.output = given if whole or "answer" in given else [product["id"] for product in given["found"]]
    return given


def _messages(name: str, state: Words) -> list[BaseMessage]:
    return [SystemMessage(ASKING[name]), HumanMessage(f"{state['question']} {state.get('found', '')}")]


def assistant(customers: list[Any]) -> Case:
    """The graph that answers questions, with the embedded composer; each run is another customer's."""
    from django.utils import timezone

    from recommendations.assistant.graph import graph
    from recommendations.assistant.state import Question
    from recommendations.engine.constraints import Constraints

    turn = 0

    def question() -> Any:
        nonlocal turn
        turn += 1
        of = customers[turn % len(customers)]
        return {"question": Question("a toaster under 50", of, 5, Constraints.from_filters({}), timezone.localdate())}

    def untraced(config: Any) -> object:
        with unobserved():
            return graph().invoke(question(), config)

    def traced() -> object:
        state = graph().invoke(question())
        return {"answer": state["answer"].words, "products": [item.product_id for item in state["ranked"]]}

    return Case("the assistant's graph", untraced=untraced, traced=traced)


@contextmanager
def unobserved() -> Iterator[None]:
    """`observe()` does nothing."""

    def entered(self: Observing) -> Observing:
        return self

    def nothing(self: Observing, *_: object) -> None:
        return None

    with patch.multiple(Observing, __enter__=entered, __exit__=nothing, event=nothing):
        yield
