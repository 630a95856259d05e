"""How good a review is, from 0 (bad) to 1 (good), and what that says of a product.

A review's words are read by VADER (Hutto & Gilbert 2014) sentence by sentence; the mean of the
sentences' compound scores, moved from -1..1 to 0..1, is the words' score. A long text read as one saturates VADER.
Stars, (stars - 1) / 4, are the customer's own verdict and count twice as much as the words:

    sentiment = (2 * stars + words) / 3        stars alone or words alone where the other is missing

A product's sentiment is shrunk towards the shop's mean by PRIOR reviews of that mean:

    (sum of its reviews + PRIOR * shop's mean) / (its reviews + PRIOR)
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection, transaction

from customers.locks import lock_shop

MODEL = "vader"
VERSION = "3.3.2/1"  # of the package, and of the formula above
STARS_WEIGHT, WORDS_WEIGHT = 2.0, 1.0
NEUTRAL = 0.5
PRIOR = 5.0
READ_AT_MOST = 10_000  # characters of a review
SENTENCE_AT_MOST = 1_000  # VADER takes quadratic time in the length of what it is given
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def review_sentiment(text: str, stars: float | None = None) -> float:
    """0..1 of a review's words and stars (1 to 5, if any); 0.5 of neither."""
    return combined(words_sentiment(text) if text.strip() else None, stars)


def combined(words: float | None, stars: float | None) -> float:
    """What the words say (0..1, whoever read them) and the stars (1 to 5), by the formula above."""
    if stars is None:
        return NEUTRAL if words is None else words
    verdict = (stars - 1) / 4
    if words is None:
        return verdict
    return (STARS_WEIGHT * verdict + WORDS_WEIGHT * words) / (STARS_WEIGHT + WORDS_WEIGHT)


def words_sentiment(text: str) -> float:
    """0..1 of the words alone; 0.5 if they say nothing that VADER knows."""
    sentences = [part for part in SENTENCE_END.split(text[:READ_AT_MOST]) if part.strip()]
    scores = [_analyzer().polarity_scores(part[:SENTENCE_AT_MOST])["compound"] for part in sentences]
    compound: float = sum(scores) / len(scores) if scores else 0.0
    return (compound + 1) / 2


@cache
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


REFRESH = """
WITH shop AS (SELECT coalesce(avg(sentiment), %(neutral)s) AS mean FROM customers_review),
reviewed AS (
    SELECT product_id, count(*) AS reviews, sum(sentiment) AS total FROM customers_review
    WHERE %(products)s::bigint[] IS NULL OR product_id = ANY(%(products)s::bigint[])
    GROUP BY product_id
),
fresh AS (
    SELECT product.id, coalesce(reviews, 0) AS reviews,
           (total + %(prior)s * shop.mean) / (reviews + %(prior)s) AS sentiment
    FROM customers_product AS product CROSS JOIN shop LEFT JOIN reviewed ON reviewed.product_id = product.id
    WHERE %(products)s::bigint[] IS NULL OR product.id = ANY(%(products)s::bigint[])
)
UPDATE customers_product AS product SET review_count = fresh.reviews, sentiment = fresh.sentiment
FROM fresh WHERE fresh.id = product.id
AND (product.review_count, product.sentiment) IS DISTINCT FROM (fresh.reviews::int, fresh.sentiment)
"""


def refresh_products(product_ids: Iterable[int] | None = None) -> int:
    """Bring products' sentiment and review count up to their reviews: of all, or of these primary keys.

    Returns how many changed. Products without reviews have no sentiment.
    """
    products = None if product_ids is None else list(product_ids)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_shop()
        cursor.execute(REFRESH, {"products": products, "prior": PRIOR, "neutral": NEUTRAL})
        changed: int = cursor.rowcount
    return changed
