"""Asking a chat model: each attempt a generation in the trace, bounded in time, its output checked."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import ollama
from django.conf import settings
from django.core.cache import cache
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_ollama import ChatOllama
from pydantic import BaseModel, ValidationError

from recommendations.models import EMBEDDED
from tracing.prompts import get_prompt
from tracing.spans import Observing, observe

REST_SECONDS = 30  # a model that did not answer is left alone for so long
CHARACTERS_A_TOKEN = 8  # more than any tokenizer packs into one on average, so fewer tokens mean a cut prompt

Schema = TypeVar("Schema", bound=BaseModel)
Payload = Mapping[str, Any]


class ModelFailed(Exception):
    """The model gave nothing usable. The message says why, for the trace and the list of fallbacks."""


class ServerFailed(ModelFailed):
    """It is the server that failed; until it has rested, asking again only makes shoppers wait."""


@dataclass(frozen=True)
class Generated:
    words: str
    model: str


def generate_structured(model: BaseChatModel, prompt_name: str, payload: Payload, schema: type[Schema]) -> Schema:
    """The model's answer in the shape of `schema`; one that does not fit is repaired once. Raises ModelFailed."""
    first = generate(model, prompt_name, payload, schema).words
    try:
        return schema.model_validate_json(first)
    except ValidationError as error:
        complaint = "; ".join(problem["msg"] for problem in error.errors()[:3])
    repair = {**payload, "your_last_answer": first[:500], "what_is_wrong_with_it": complaint}
    try:
        return schema.model_validate_json(generate(model, prompt_name, repair, schema).words)
    except ValidationError as error:
        raise ModelFailed(f"{_name(model)} answered twice in another shape than asked for") from error


def generate(
    model: BaseChatModel, prompt_name: str, payload: Payload, schema: type[BaseModel] | None = None
) -> Generated:
    """The model's words about the payload. Raises ModelFailed."""
    resting = f"assistant:resting:{_name(model)}"
    if cache.get(resting):
        raise ServerFailed(f"{_name(model)} did not answer a moment ago and is left alone for {REST_SECONDS} s")
    for _ in range(settings.OLLAMA_RETRIES):
        try:
            return _attempt(model, prompt_name, payload, schema)
        except ServerFailed:
            continue  # its generation in the trace says what happened
    try:
        return _attempt(model, prompt_name, payload, schema)
    except ServerFailed:
        cache.set(resting, True, REST_SECONDS)
        raise


def _attempt(model: BaseChatModel, prompt_name: str, payload: Payload, schema: type[BaseModel] | None) -> Generated:
    prompt = get_prompt(prompt_name)
    messages = [SystemMessage(prompt.text), HumanMessage(json.dumps(payload, ensure_ascii=False, default=str))]
    with observe(prompt_name, "generation") as seen:
        seen.input = [{"role": message.type, "content": message.content} for message in messages]
        seen.prompt = prompt
        seen.model = _name(model)
        if isinstance(model, ChatOllama):
            seen.model_parameters = {
                "temperature": model.temperature,
                "num_ctx": model.num_ctx,
                "num_predict": model.num_predict,
            }
        answer = _whole(model, messages, schema)
        seen.output = words = str(answer.content).strip()
        if usage := answer.usage_metadata:
            seen.usage = {"input": usage["input_tokens"], "output": usage["output_tokens"]}
        _judge_ending(answer, messages, seen)
        return Generated(words, seen.model)


def _whole(model: BaseChatModel, messages: list[BaseMessage], schema: type[BaseModel] | None) -> AIMessage:
    """The whole answer. httpx bounds the wait between two pieces, this the wait for all of them."""
    give_up = time.monotonic() + settings.OLLAMA_TIMEOUT
    options: dict[str, Any] = {"format": schema.model_json_schema()} if schema else {}
    answer: AIMessage | None = None
    try:
        for piece in model.stream(messages, **options):
            answer = answer + piece if isinstance(answer, AIMessageChunk) else piece
            if time.monotonic() > give_up:
                raise ServerFailed(f"{_name(model)} gave no whole answer within {settings.OLLAMA_TIMEOUT:g} s")
    except (httpx.HTTPError, ConnectionError, ollama.ResponseError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise ServerFailed(f"{_name(model)} on Ollama failed: {reason}") from error
    except ValueError as error:  # a line that is no JSON, or no line at all
        raise ServerFailed(f"{_name(model)} on Ollama answered something that is no answer") from error
    if answer is None:
        raise ServerFailed(f"{_name(model)} answered with nothing")
    return answer


def _judge_ending(answer: AIMessage, messages: list[BaseMessage], seen: Observing) -> None:
    """Ollama cuts a prompt that is too long, and an answer that is, without a word."""
    if not str(answer.content).strip():
        raise ModelFailed(f"{seen.model} answered with nothing")
    if answer.response_metadata.get("done_reason") == "length":
        raise ModelFailed(f"{seen.model} did not come to an end within {settings.OLLAMA_NUM_PREDICT} tokens")
    written = sum(len(str(message.content)) for message in messages)
    if (read := seen.usage.get("input", 0)) and read < written / CHARACTERS_A_TOKEN:
        seen.warn(f"Of a prompt of {written} characters only {read} tokens were read: OLLAMA_NUM_CTX is too small.")


def _name(model: BaseChatModel) -> str:
    return model.model if isinstance(model, ChatOllama) else EMBEDDED
