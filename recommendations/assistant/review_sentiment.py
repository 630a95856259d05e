"""The sentiment of reviews as a language model reads it: in the background, once a review."""

import logging

from django.conf import settings
from django.db import transaction
from pydantic import BaseModel, Field

from customers.locks import lock_shop
from customers.models import Review
from customers.sentiment import combined, refresh_products
from recommendations.assistant.generation import ModelFailed, ServerFailed, generate_structured
from recommendations.assistant.models import chat_model, has_language_model
from tracing.alone import store_alone
from tracing.masking import introduced_names
from tracing.prompts import get_prompt
from tracing.spans import Root, observe_root
from tracing.storage import store

PROMPT = "review_sentiment"
BATCH = 20  # reviews a call; a small model reads about one a second
READ_AT_MOST = 2_000  # characters of a review
log = logging.getLogger(__name__)


class Verdict(BaseModel):
    sentiment: float = Field(ge=0, le=1)


def reread_reviews() -> int:
    """Lets the sentiment model read the newest reviews that it has not read; gives how many it read.

    Where the model fails, reviews keep the sentiment they have and are tried again with the next batch. So are
    those that an import changed meanwhile.
    """
    if not has_language_model("sentiment"):
        return 0
    model = settings.LLM_MODELS["sentiment"]
    unread = Review.objects.exclude(sentiment_model=model).exclude(text="").order_by("-pk").select_related("customer")
    if not (reviews := list(unread[:BATCH])):
        return 0
    version = str(get_prompt(PROMPT).version)
    read: list[Review] = []
    root = observe_root(PROMPT, input=[review.external_id for review in reviews])
    try:
        with root:
            root.sensitive += [review.customer.name for review in reviews if review.customer and review.customer.name]
            root.sensitive += introduced_names([review.text for review in reviews])
            try:
                for review in reviews:
                    if (words := _words_of(review)) is None:
                        review.sentiment_version = f"{version}, not understood"  # it keeps its own and is asked once
                    else:
                        review.sentiment, review.sentiment_version = combined(words, review.rating), version
                    review.sentiment_model = model
                    read.append(review)
            except ServerFailed as failure:
                root.warn(f"{len(reviews) - len(read)} reviews stay as they are: {failure}")
                log.warning("%s reviews keep their sentiment: %s", len(reviews) - len(read), failure)
            root.output = {review.external_id: review.sentiment for review in read}
        return _keep(read, root)
    except Exception as error:
        store_alone(root, error)
        raise


def _keep(read: list[Review], root: Root) -> int:
    """The sentiment of those whose words are still the same, with its trace; gives how many."""
    with transaction.atomic():
        lock_shop()  # before its rows, as every writer of many does
        known = set(Review.objects.filter(pk__in=[r.pk for r in read]).values_list("pk", "text", "rating"))
        unchanged = [review for review in read if (review.pk, review.text, review.rating) in known]
        Review.objects.bulk_update(unchanged, ["sentiment", "sentiment_model", "sentiment_version"])
        refresh_products({review.product_id for review in unchanged})
        store(root)
    return len(unchanged)


def _words_of(review: Review) -> float | None:
    """What the model makes of the review's words; None where it makes nothing of this one. Raises ServerFailed."""
    payload = {"review": review.text[:READ_AT_MOST]}
    try:
        return generate_structured(chat_model("sentiment"), PROMPT, payload, Verdict).sentiment
    except ServerFailed:
        raise
    except ModelFailed as failure:
        log.warning("Review %s keeps its sentiment: %s", review.pk, failure)
        return None
