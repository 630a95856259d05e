"""An embedding model that an Ollama server has."""

from collections.abc import Sequence
from functools import cache as keep

import httpx
import numpy as np
import ollama
from django.conf import settings
from django.core.cache import cache
from numpy.typing import NDArray

from recommendations.engine.embeddings.errors import Unavailable

REST_SECONDS = 30  # a server that did not answer is left alone for so long
CONNECT_SECONDS = 3.0
QUESTION_SECONDS = 5.0  # that a shopper waits at most; the background waits for as long as for an answer


def embed(model: str, texts: Sequence[str]) -> NDArray[np.float32]:
    """(texts, the model's dimensions). Raises Unavailable where the server has no good answer."""
    resting = f"embeddings:resting:{model}"
    if cache.get(resting):
        raise Unavailable(f"{model} did not answer a moment ago and is left alone for {REST_SECONDS} s")
    try:
        return _asked(model, texts)
    except Unavailable:
        cache.set(resting, True, REST_SECONDS)
        raise


def _asked(model: str, texts: Sequence[str]) -> NDArray[np.float32]:
    timeout = settings.OLLAMA_TIMEOUT if len(texts) > 1 else min(QUESTION_SECONDS, settings.OLLAMA_TIMEOUT)
    try:
        answer = _client(settings.OLLAMA_BASE_URL, timeout).embed(model, list(texts))
        vectors: NDArray[np.float32] = np.array(answer.embeddings, dtype=np.float32)
    except (httpx.HTTPError, ConnectionError, ollama.ResponseError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise Unavailable(f"{model} on Ollama failed: {reason}") from error
    except ValueError as error:  # no JSON, another shape, vectors of several lengths
        raise Unavailable(f"{model} on Ollama answered something that is no embedding") from error
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise Unavailable(f"{model} on Ollama gave {len(vectors)} embeddings of {len(texts)} texts")
    return vectors


@keep  # its connections are kept between questions
def _client(base_url: str, timeout: float) -> ollama.Client:
    return ollama.Client(base_url, timeout=httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)))
