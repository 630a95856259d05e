"""The SQL that finds candidates. Parameters are always bound; ALLOWED is the same for every way in."""

from recommendations.engine.allowed import ALLOWED

# A customer's distinct products with the number of moments since each was bought last; undated is oldest.
HISTORY = """
SELECT product_id, min(ago), count(*) OVER ()
FROM (
    SELECT product_id, dense_rank() OVER (ORDER BY purchased_at DESC NULLS LAST) - 1 AS ago
    FROM customers_purchase WHERE customer_id = %(customer)s
) bought
GROUP BY product_id ORDER BY min(ago), product_id LIMIT %(limit)s
"""

_EVIDENCE = """
WITH history AS (
    SELECT * FROM unnest(%(history)s::bigint[], %(weights)s::float8[]) AS h(product_id, weight)
), co_purchase AS MATERIALIZED (
    SELECT n.neighbour_id AS product_id, sum(n.weight * history.weight) AS score
    FROM recommendations_neighbour n JOIN history USING (product_id)
    WHERE n.fit_id = %(fit)s GROUP BY n.neighbour_id
), liked AS MATERIALIZED (
    SELECT product_id, count(*) AS customers, sum(similarity) AS score
    FROM unnest(%(similar)s::bigint[], %(similarities)s::float8[]) AS s(customer_id, similarity)
    JOIN (
        SELECT DISTINCT customer_id, product_id FROM customers_purchase WHERE customer_id = ANY (%(similar)s)
    ) bought USING (customer_id)
    GROUP BY product_id
)
"""

_PRODUCT = """
    p.id AS product_pk, p.external_id AS product_id, p.name, coalesce(c.name, '') AS category, p.brand, p.price,
    p.sentiment, p.review_count, coalesce(co_purchase.score, 0) AS co_purchase, coalesce(liked.score, 0) AS "similar",
    coalesce(liked.customers, 0) AS similar_customer_count, coalesce(popularity.buyers, 0) AS buyers,
    coalesce(popularity.recent, 0) AS recent
"""

_JOINS = """
    LEFT JOIN customers_category c ON c.id = p.category_id
    LEFT JOIN co_purchase ON co_purchase.product_id = p.id
    LEFT JOIN liked ON liked.product_id = p.id
    LEFT JOIN recommendations_productpopularity popularity
        ON popularity.fit_id = %(fit)s AND popularity.product_id = p.id
"""

# Evidence of taste first, then what sells lately, then what is new.
_ORDER = """
    coalesce(co_purchase.score / max(co_purchase.score) OVER (), 0)
        + coalesce(liked.score / max(liked.score) OVER (), 0) DESC,
    popularity.recent DESC NULLS LAST, p.id DESC LIMIT %(limit)s
"""

BY_TASTE = f"""
{_EVIDENCE}, pool AS (
    SELECT product_id FROM co_purchase
    UNION SELECT product_id FROM liked
    UNION (
        SELECT p.id FROM recommendations_productpopularity popularity
        JOIN customers_product p ON p.id = popularity.product_id LEFT JOIN customers_category c ON c.id = p.category_id
        WHERE popularity.fit_id = %(fit)s AND {ALLOWED}
        ORDER BY popularity.recent DESC, p.id LIMIT %(limit)s
    )
    UNION (
        SELECT p.id FROM customers_product p LEFT JOIN customers_category c ON c.id = p.category_id
        WHERE {ALLOWED} ORDER BY p.id DESC LIMIT %(limit)s
    )
)
SELECT {_PRODUCT}, 0::float8 AS text, '{{}}'::text[] AS matched
FROM pool JOIN customers_product p ON p.id = pool.product_id {_JOINS}
WHERE {ALLOWED}
ORDER BY {_ORDER}
"""  # noqa: S608 (made of this module's constants)

# All the words if any product of the shop has them all; else the thing itself with as many of the
# others as any product has. Decided for the whole shop, so that a filter never widens the search.
BY_WORDS = f"""
{_EVIDENCE}, asked AS (
    SELECT plainto_tsquery('shopassist', %(all)s) AS everything, plainto_tsquery('shopassist', %(head)s) AS thing
), matching AS MATERIALIZED (
    SELECT p.id, ARRAY(
        SELECT word FROM unnest(%(words)s::text[]) WITH ORDINALITY AS w(word, position)
        WHERE p.search_vector @@ plainto_tsquery('shopassist', word) ORDER BY position
    ) AS words
    FROM customers_product p, asked
    WHERE p.search_vector @@ CASE
        WHEN EXISTS (SELECT FROM customers_product p WHERE p.search_vector @@ asked.everything) THEN asked.everything
        ELSE asked.thing END
), best AS (
    SELECT max(cardinality(words)) AS words FROM matching
)
SELECT {_PRODUCT},
    ts_rank(p.search_vector, plainto_tsquery('shopassist', array_to_string(matching.words, ' ')), 2) AS text,
    matching.words AS matched
FROM matching JOIN best ON cardinality(matching.words) = best.words JOIN customers_product p USING (id) {_JOINS}
WHERE {ALLOWED}
ORDER BY {_ORDER}
"""  # noqa: S608 (made of this module's constants)

TOGETHER = """
SELECT DISTINCT ON (n.neighbour_id) n.neighbour_id, p.external_id, p.name, n.together
FROM recommendations_neighbour n
JOIN unnest(%(history)s::bigint[], %(weights)s::float8[]) AS history(product_id, weight) USING (product_id)
JOIN customers_product p ON p.id = n.product_id
WHERE n.fit_id = %(fit)s AND n.neighbour_id = ANY (%(candidates)s)
ORDER BY n.neighbour_id, n.weight * history.weight DESC, n.product_id
"""
