"""The sentiment of reviews as a language model reads it: in the background, once a review."""

import logging

from django.conf import settings
from django.db import transaction
from pydantic import BaseModel, Field

from customers.models import Review
from customers.sentiment import combined, refresh_products
from recommendations.assistant.generation import ModelFailed, generate_structured
from recommendations.assistant.models import chat_model, has_language_model
from tracing.prompts import get_prompt
from tracing.spans import observe_root
from tracing.storage import store

PROMPT = "review_sentiment"
BATCH = 20  # reviews a call; a small model reads about one a second
READ_AT_MOST = 2_000  # characters of a review
log = logging.getLogger(__name__)


class Verdict(BaseModel):
    sentiment: float = Field(ge=0, le=1)


def reread_reviews() -> int:
    """Lets the sentiment model read the newest reviews that it has not read; gives how many it read.

    Where the model fails, the reviews keep the sentiment they have and are tried again with the next batch.
    """
    if not has_language_model("sentiment"):
        return 0
    model = settings.LLM_MODELS["sentiment"]
    unread = Review.objects.exclude(sentiment_model=model).exclude(text="").order_by("-pk")[:BATCH]
    if not (reviews := list(unread)):
        return 0
    version = str(get_prompt(PROMPT).version)
    read: list[Review] = []
    with observe_root(PROMPT, input=[review.external_id for review in reviews]) as root:
        try:
            for review in reviews:
                payload = {"review": review.text[:READ_AT_MOST]}
                words = generate_structured(chat_model("sentiment"), PROMPT, payload, Verdict).sentiment
                review.sentiment = combined(words, review.rating)
                review.sentiment_model, review.sentiment_version = model, version
                read.append(review)
        except ModelFailed as failure:
            root.warn(f"{len(reviews) - len(read)} reviews stay as they are: {failure}")
            log.warning("%s reviews keep their sentiment: %s", len(reviews) - len(read), failure)
        root.output = {review.external_id: review.sentiment for review in read}
    with transaction.atomic():
        Review.objects.bulk_update(read, ["sentiment", "sentiment_model", "sentiment_version"])
        refresh_products({review.product_id for review in read})
        store(root)
    return len(read)
