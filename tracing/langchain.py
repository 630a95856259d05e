"""What LangChain runs, as observations: chains, models, tools and retrievers of a shop's own."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langgraph.errors import GraphBubbleUp

from tracing.alone import store_alone
from tracing.spans import Observing, Root, present

PARAMETERS = ("temperature", "top_p", "top_k", "max_tokens", "seed", "stop")  # others may hold what nobody should see


class Handler(BaseCallbackHandler):
    """One for all runs, threads and tasks; a run is known by its id, and told once however often it is listed.

    `run_inline` because what a run does has to find the run's observation in its context, also with `ainvoke`.
    """

    run_inline = True

    def __init__(self) -> None:
        self._open: dict[UUID, Observing] = {}
        self._began: dict[UUID, float] = {}

    def on_chain_start(self, serialized: Any, inputs: Any, *, run_id: UUID, **about: Any) -> None:
        self._start("chain", run_id, serialized, about, input=inputs)

    def on_tool_start(self, serialized: Any, input_str: str, *, run_id: UUID, **about: Any) -> None:
        self._start("tool", run_id, serialized, about, input=about.get("inputs") or input_str)

    def on_retriever_start(self, serialized: Any, query: str, *, run_id: UUID, **about: Any) -> None:
        self._start("retriever", run_id, serialized, about, input=query)

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: UUID, **about: Any) -> None:
        self._start_model(run_id, serialized, about, [shown(message) for batch in messages for message in batch])

    def on_llm_start(self, serialized: Any, prompts: list[str], *, run_id: UUID, **about: Any) -> None:
        self._start_model(run_id, serialized, about, prompts[0] if len(prompts) == 1 else prompts)

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **about: Any) -> None:
        if (began := self._began.pop(run_id, None)) and (seen := self._open.get(run_id)):
            seen.metadata["first_token_ms"] = round((perf_counter() - began) * 1000, 3)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **about: Any) -> None:
        self._end(run_id, outputs)

    def on_tool_end(self, output: Any, *, run_id: UUID, **about: Any) -> None:
        self._end(run_id, output)

    def on_retriever_end(self, documents: Sequence[Document], *, run_id: UUID, **about: Any) -> None:
        self._end(run_id, [{"text": found.page_content, "metadata": found.metadata} for found in documents])

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **about: Any) -> None:
        if seen := self._open.get(run_id):
            answers = [answer for batch in response.generations for answer in batch]
            messages = [answer.message for answer in answers if isinstance(answer, ChatGeneration)]
            told: list[Any] = [shown(message) for message in messages] or [answer.text for answer in answers]
            seen.model = model_of(response, messages) or seen.model
            seen.usage = usage_of(response, messages)
            self._end(run_id, told[0] if len(told) == 1 else told)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **about: Any) -> None:
        self._end(run_id, None, error)

    on_chain_error = on_tool_error = on_retriever_error = on_llm_error

    def _start_model(self, run_id: UUID, serialized: Any, about: dict[str, Any], told: Any) -> None:
        given = about.get("invocation_params") or {}
        if seen := self._start("generation", run_id, serialized, about, input=told):
            known = {key.removeprefix("ls_"): value for key, value in (about.get("metadata") or {}).items()}
            seen.model = str(given.get("model") or given.get("model_name") or known.get("model_name") or "")
            options = known | {key: value for key, value in given.items() if value is not None}
            seen.model_parameters = {name: options[name] for name in PARAMETERS if name in options}
            self._began[run_id] = perf_counter()

    def _start(self, type: str, run_id: UUID, serialized: Any, about: dict[str, Any], input: Any) -> Observing | None:
        if run_id in self._open:
            return None
        name = about.get("name") or (serialized or {}).get("name") or type
        parent = self._parent(about.get("parent_run_id"))
        seen = Observing(name, type, input=input) if parent else Root(name, type, input=input)
        seen.begin(parent, enter=type != "generation")  # nothing of ours happens inside a model
        self._open[run_id] = seen
        return seen

    def _parent(self, run_id: UUID | None) -> Observing | None:
        """The run that this one belongs to, or the span that was opened inside that one."""
        run, here = self._open.get(run_id) if run_id else None, present()
        return here if run is None or (here and here.is_within(run)) else run

    def _end(self, run_id: UUID, output: Any, error: BaseException | None = None) -> None:
        self._began.pop(run_id, None)
        if not (seen := self._open.pop(run_id, None)):
            return
        seen.output = output
        if isinstance(error, GraphBubbleUp):  # how LangGraph interrupts a run and hands over
            seen.metadata["left_by"] = type(error).__name__
            error = None
        seen.finish(error)
        if isinstance(seen, Root):
            store_alone(seen)


def shown(message: BaseMessage) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.type, "content": message.content}
    if calls := getattr(message, "tool_calls", None):
        told["tool_calls"] = [{"name": call["name"], "args": call["args"]} for call in calls]
    return told


def model_of(response: LLMResult, messages: list[BaseMessage]) -> str:
    """As the server says it."""
    told = messages[0].response_metadata if messages else {}
    return str(told.get("model_name") or told.get("model") or (response.llm_output or {}).get("model_name") or "")


def usage_of(response: LLMResult, messages: list[BaseMessage]) -> dict[str, int]:
    """Tokens as LangChain counts them; where it does not, as the server does."""
    counted = [usage for message in messages if (usage := getattr(message, "usage_metadata", None))]
    if counted:
        return {
            "input": sum(usage["input_tokens"] for usage in counted),
            "output": sum(usage["output_tokens"] for usage in counted),
        }
    told = response.llm_output or {}
    raw = told.get("token_usage") or told.get("usage") or {}
    both = {
        "input": raw.get("prompt_tokens", raw.get("input_tokens")),
        "output": raw.get("completion_tokens", raw.get("output_tokens")),
    }
    return {name: count for name, count in both.items() if count is not None}


handler = Handler()
