"""Reviews read again in batches by whoever reads best now: the classifier that was adopted last, or VADER.

What a language model read stays as it is. Reading happens outside of transactions; a review whose words or stars were
changed meanwhile keeps what it has, and is found again. Two at once do the same work twice and come to the same end.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Count, QuerySet

from customers.locks import lock_shop
from customers.models import Review, SentimentModel
from customers.sentiment import classifier, reading
from customers.sentiment.classifier import Classifier, Reviews
from customers.sentiment.products import refresh_products
from customers.sentiment.reading import READ_AT_MOST
from customers.sentiment.verdict import NEUTRAL, combined, read_words

Progress = Callable[[str], None]
BATCH = 2_000  # reviews, or those of one product if they are more

UPDATE = """
UPDATE customers_review AS review
SET sentiment = fresh.sentiment, aspects = string_to_array(fresh.aspects, ' '),
    sentiment_model = %(model)s, sentiment_version = %(version)s
FROM unnest(%(ids)s::bigint[], %(said)s::text[], %(stars)s::float8[], %(sentiments)s::float8[], %(aspects)s::text[])
    AS fresh(id, said, stars, sentiment, aspects)
WHERE review.id = fresh.id AND md5(review.text) = fresh.said AND review.rating IS NOT DISTINCT FROM fresh.stars
"""


@dataclass(frozen=True)
class Reader:
    model: str
    version: str
    classifier: Classifier | None = None  # else VADER

    def words(self, texts: list[str], by_vader: list[float]) -> list[float]:
        """0..1 of each text, of which VADER's is known."""
        if self.classifier is None or not texts:
            return by_vader
        reviews = Reviews([text[:READ_AT_MOST] for text in texts], 2 * np.array(by_vader) - 1)
        return [float(chance) for chance in self.classifier.probabilities(reviews)]


def current_reader() -> Reader:
    latest = SentimentModel.objects.first()  # in one query with its weights, which a newer trial takes away
    if latest and latest.adopted and latest.reading == reading.VERSION:
        return Reader(classifier.MODEL, str(latest.pk), Classifier.from_rows(latest.terms, bytes(latest.weights)))
    return Reader(reading.MODEL, reading.VERSION)


def unread_reviews(reader: Reader | None = None) -> "QuerySet[Review]":
    """Those with words that neither the reader (default: the current one) nor a language model has read."""
    reader = reader or current_reader()
    ours = Review.objects.filter(sentiment_model__in=[reading.MODEL, classifier.MODEL]).exclude(text="")
    return ours.exclude(sentiment_model=reader.model, sentiment_version=reader.version)


def reread_reviews(progress: Progress = lambda sentence: None) -> int:
    """Read what the current reader has not read, refresh its products, and give how many reviews changed hands."""
    reader = current_reader()
    unread = unread_reviews(reader)
    done = 0
    for products in _batches(unread):
        done += _reread(reader, unread.filter(product__in=products))
        progress(f"{done:,} reviews read by {reader.model} {reader.version}.")
    return done


def _batches(unread: "QuerySet[Review]") -> Iterator[list[int]]:
    """Products, as many together as have a batch of unread reviews."""
    batch, size = [], 0
    for product, count in unread.order_by("product_id").values_list("product_id").annotate(Count("pk")):
        batch.append(product)
        size += count
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _reread(reader: Reader, unread: "QuerySet[Review]") -> int:
    rows = list(unread.values_list("pk", "text", "rating", "product_id"))
    texts = [text for _, text, _, _ in rows]
    readings = [read_words(text) for text in texts]
    words = reader.words(texts, [NEUTRAL if read.words is None else read.words for read in readings])
    values: dict[str, Any] = {
        "model": reader.model,
        "version": reader.version,
        "ids": [pk for pk, *_ in rows],
        "said": [hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for text in texts],
        "stars": [rating for _, _, rating, _ in rows],
        "sentiments": [combined(said, rating) for said, (_, _, rating, _) in zip(words, rows, strict=True)],
        "aspects": [" ".join(read.aspects) for read in readings],
    }
    with transaction.atomic():
        lock_shop()  # before its rows, as every writer of many does
        with connection.cursor() as cursor:
            cursor.execute(UPDATE, values)
            changed: int = cursor.rowcount
        refresh_products({product for *_, product in rows})
    return changed
