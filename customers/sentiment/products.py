"""What a product's reviews say together.

A product's sentiment is the weighted mean of its reviews, shrunk towards the shop's mean by PRIOR reviews of that mean:

    (sum of weight * sentiment + PRIOR * shop's mean) / (sum of weights + PRIOR)
    weight = 2 ** -(days before the shop's newest review / HALF_LIFE) * min(1, sqrt(A_DAY / reviews of that day))

Recency: a review counts half as much as one that is HALF_LIFE days younger; one without a date is as old as the oldest.
Age is counted from the shop's newest review, so that nothing changes while nothing is said. A year is a default, not
a measurement: no set of reviews with dates was at hand.

Bursts: a customer counts once a product, by the latest review; so do those who wrote the same text (of SAME_TEXT_FROM
characters or more, whatever its case: a short "Great!" is nobody's copy). A product's reviews of one day (UTC) count
in full up to A_DAY, and n of them as sqrt(A_DAY * n) beyond: 3 as 3, 12 as 6, 300 as 30. `review_count` counts all.

Aspects are counted over the same reviews (one a customer, one a text), each as one:
`{"fit": {"praised": 12, "criticised": 3}}`.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from customers.locks import lock_shop
from customers.sentiment.verdict import NEUTRAL

PRIOR = 5.0
HALF_LIFE = 365.0  # days
A_DAY = 3.0  # reviews of one product on one day that count in full
SAME_TEXT_FROM = 20  # characters

REFRESH = """
WITH shop AS (
    SELECT coalesce(avg(sentiment), %(neutral)s) AS mean, max(reviewed_at) AS newest, min(reviewed_at) AS oldest
    FROM customers_review
), named AS MATERIALIZED (
    SELECT id, product_id, customer_id, sentiment, reviewed_at, aspects,
        CASE WHEN length(text) >= %(same_text_from)s THEN hashtextextended(lower(text), 0) END AS said
    FROM customers_review WHERE %(products)s::bigint[] IS NULL OR product_id = ANY(%(products)s::bigint[])
), own AS (
    SELECT *, customer_id IS NOT NULL AND row_number() OVER (
        PARTITION BY product_id, customer_id ORDER BY reviewed_at DESC NULLS LAST, id DESC) > 1 AS again
    FROM named
), once AS (
    SELECT *, NOT again AND (said IS NULL OR row_number() OVER (
        PARTITION BY product_id, said, again ORDER BY reviewed_at DESC NULLS LAST, id DESC) = 1) AS counts
    FROM own
), weighed AS (
    SELECT once.*, CASE WHEN counts THEN
        power(2::float8, -coalesce(age, 0)) * CASE WHEN reviewed_at IS NULL THEN 1 ELSE
            least(1, sqrt(%(a_day)s::float8 / count(*) FILTER (WHERE counts) OVER (
                PARTITION BY product_id, (reviewed_at AT TIME ZONE 'UTC')::date))) END
    ELSE 0 END AS weight
    FROM once CROSS JOIN shop CROSS JOIN LATERAL (
        SELECT extract(epoch FROM newest - coalesce(reviewed_at, oldest))::float8 / 86400 / %(half_life)s::float8 AS age
    ) AS lived
), reviewed AS (
    SELECT product_id, count(*) AS reviews, sum(weight) AS weight, sum(weight * sentiment) AS total
    FROM weighed GROUP BY product_id
), judged AS (
    SELECT product_id, left(aspect, -1) AS aspect,
        count(*) FILTER (WHERE right(aspect, 1) = '+') AS praised,
        count(*) FILTER (WHERE right(aspect, 1) = '-') AS criticised
    FROM weighed CROSS JOIN unnest(aspects) AS aspect WHERE counts GROUP BY product_id, left(aspect, -1)
), aspects AS (
    SELECT product_id,
        jsonb_object_agg(aspect, jsonb_build_object('praised', praised, 'criticised', criticised)) AS aspects
    FROM judged GROUP BY product_id
), fresh AS (
    SELECT product.id, coalesce(reviews, 0) AS reviews, coalesce(aspects.aspects, '{}') AS aspects,
        (total + %(prior)s::float8 * shop.mean) / (weight + %(prior)s::float8) AS sentiment
    FROM customers_product AS product CROSS JOIN shop
    LEFT JOIN reviewed ON reviewed.product_id = product.id LEFT JOIN aspects ON aspects.product_id = product.id
    WHERE %(products)s::bigint[] IS NULL OR product.id = ANY(%(products)s::bigint[])
)
UPDATE customers_product AS product
SET review_count = fresh.reviews, sentiment = fresh.sentiment, aspects = fresh.aspects
FROM fresh WHERE fresh.id = product.id AND (product.review_count, product.sentiment, product.aspects)
    IS DISTINCT FROM (fresh.reviews::int, fresh.sentiment, fresh.aspects)
"""


def refresh_products(product_ids: Iterable[int] | None = None) -> int:
    """Bring products' sentiment, aspects and review count up to their reviews: of all, or of these primary keys.

    Returns how many changed. Products without reviews have no sentiment.
    """
    values = {
        "products": None if product_ids is None else list(product_ids),
        "prior": PRIOR,
        "neutral": NEUTRAL,
        "half_life": HALF_LIFE,
        "a_day": A_DAY,
        "same_text_from": SAME_TEXT_FROM,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        lock_shop()
        cursor.execute(REFRESH, values)
        changed: int = cursor.rowcount
    return changed
