"""The model that EMBEDDING_MODEL names: the one of the extra, one that Ollama serves, or none."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from recommendations.engine.embeddings import minilm, served
from recommendations.engine.embeddings.errors import Unavailable

OLLAMA = "ollama:"
REMEMBERED = 1024  # texts, of some kilobytes each: a question is looked at by several


def available() -> bool:
    """Whether a model is set up; an Ollama server may be down all the same."""
    name = settings.EMBEDDING_MODEL
    return minilm.installed() if name == minilm.NAME else bool(name.startswith(OLLAMA))


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """(texts, the model's dimensions), rows of length 1. Raises Unavailable without a model or its answer."""
    name: str = settings.EMBEDDING_MODEL
    if not available():
        raise Unavailable(f"EMBEDDING_MODEL={name} is not installed" if name == minilm.NAME else "it is switched off")
    if not texts:
        return np.zeros((0, 0), np.float32)
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]  # lone surrogates are no text to either
    vectors = minilm.embed(texts) if name == minilm.NAME else served.embed(name.removeprefix(OLLAMA), texts)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise Unavailable(f"{name} gave a vector without a direction")
    unit: NDArray[np.float32] = vectors / lengths
    return unit


def warm_up() -> None:
    """Load a model of this process, so that no question waits for it."""
    if settings.EMBEDDING_MODEL == minilm.NAME and minilm.installed():
        minilm.embed(["warm"])


def embed_one(text: str) -> NDArray[np.float32]:
    """(dimensions,); what was asked lately is remembered. Raises Unavailable."""
    return _remembered(settings.EMBEDDING_MODEL, text)


@lru_cache(maxsize=REMEMBERED)
def _remembered(model: str, text: str) -> NDArray[np.float32]:
    vector: NDArray[np.float32] = embed([text])[0]
    vector.flags.writeable = False
    return vector
