"""Which chat model answers in which role."""

from functools import cache
from typing import Literal

import httpx
from django.conf import settings
from langchain_core.language_models import BaseChatModel
from langchain_ollama import ChatOllama

from recommendations.assistant.composer import EmbeddedComposer

Role = Literal["intent", "sentiment", "response", "judge"]
CONNECT_SECONDS = 3.0


def has_language_model(role: Role) -> bool:
    return settings.LLM_BACKEND == "ollama" and bool(settings.LLM_MODELS[role])


def chat_model(role: Role) -> BaseChatModel:
    """The role's model on Ollama, or the embedded composer where no language model is configured."""
    if not has_language_model(role):
        return EmbeddedComposer()
    return ollama_model(
        settings.LLM_MODELS[role],
        settings.OLLAMA_BASE_URL,
        settings.OLLAMA_TIMEOUT,
        settings.OLLAMA_NUM_CTX,
        settings.OLLAMA_NUM_PREDICT,
        settings.OLLAMA_TEMPERATURE,
    )


@cache  # its connections are kept between questions
def ollama_model(
    name: str, base_url: str, timeout: float, num_ctx: int, num_predict: int, temperature: float
) -> ChatOllama:
    return ChatOllama(
        model=name,
        base_url=base_url,
        num_ctx=num_ctx,
        num_predict=num_predict,
        temperature=temperature,
        reasoning=False,
        client_kwargs={"timeout": httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout))},
    )
