"""What questions mean, by the embedding model of the shop.

Embedding thousands of questions takes half a minute, so it is done in the background and kept as a row; whoever trains
before there is one trains on the words alone.
"""

import hashlib
import logging

import numpy as np
from django.conf import settings
from django.core.cache import cache

from recommendations.engine.embeddings import Unavailable, available, embed, embed_one
from recommendations.models import QuestionVectors

from .machines import Numbers

CLAIM_SECONDS = 1800
BATCH = 64  # questions that one request to a server has

logger = logging.getLogger(__name__)


def meaning(question: str) -> Numbers | None:
    """(1, dimensions); None where the model fails."""
    try:
        return embed_one(question)[None]
    except Unavailable as failure:
        logger.warning("The intent is read from words alone: %s.", failure)
        return None


def remembered_meanings(questions: list[str]) -> Numbers | None:
    """(questions, dimensions), where there is a model and its vectors of just these questions are kept."""
    if not available():
        return None
    kept = QuestionVectors.objects.filter(model=settings.EMBEDDING_MODEL, digest=_digest(questions)).first()
    if kept is None:
        return None
    halves = np.frombuffer(kept.vectors, np.float16)
    return halves.reshape(len(questions), -1).astype(np.float32)


def remember_meanings(questions: list[str]) -> bool:
    """Embed the questions unless that was done or is being done; whether it was done now. Raises Unavailable."""
    wanted = {"model": settings.EMBEDDING_MODEL, "digest": _digest(questions)}
    claim = f"intent:embedding:{wanted['model']}"
    if QuestionVectors.objects.filter(**wanted).exists() or not cache.add(claim, True, CLAIM_SECONDS):
        return False
    try:
        halves = meanings_of(questions).astype(np.float16)
    finally:
        cache.delete(claim)
    QuestionVectors.objects.exclude(digest=wanted["digest"]).delete()  # of an earlier release
    _, made = QuestionVectors.objects.get_or_create(**wanted, defaults={"vectors": halves.tobytes()})
    return made


def meanings_of(questions: list[str]) -> Numbers:
    """(questions, dimensions). Raises Unavailable."""
    return np.vstack([embed(questions[at : at + BATCH]) for at in range(0, len(questions), BATCH)])


def _digest(questions: list[str]) -> str:
    return hashlib.sha256("\0".join(questions).encode()).hexdigest()
