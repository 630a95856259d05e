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

# A product is a candidate if it is in the pool; `words` are those of the search that it matches. One
# aggregate in place of joins: how many rows a search finds is beyond the planner's knowledge.
_CANDIDATES = """
candidate AS MATERIALIZED (
    SELECT product_id, sum(co_purchase) AS co_purchase, sum(liking) AS liking, sum(customers)::int AS customers,
        max(words) AS words
    FROM (
        SELECT product_id, score AS co_purchase, 0::float8 AS liking, 0 AS customers, NULL::text[] AS words
        FROM co_purchase
        UNION ALL SELECT product_id, 0, score, customers, NULL FROM liked
        UNION ALL SELECT product_id, 0, 0, 0, words FROM pool
    ) evidence
    GROUP BY product_id HAVING max(words) IS NOT NULL
)
SELECT p.id AS product_pk, p.external_id AS product_id, p.name, coalesce(c.name, '') AS category, p.price,
    p.sentiment, p.review_count, candidate.co_purchase, candidate.liking AS "similar",
    candidate.customers AS similar_customer_count, coalesce(popularity.buyers, 0) AS buyers,
    coalesce(popularity.recent, 0) AS recent, candidate.words AS matched,
    ts_rank(p.search_vector, plainto_tsquery('shopassist', array_to_string(candidate.words, ' ')), 2) AS text
FROM candidate JOIN customers_product p ON p.id = candidate.product_id
LEFT JOIN customers_category c ON c.id = p.category_id
LEFT JOIN recommendations_productpopularity popularity
    ON popularity.fit_id = %(fit)s AND popularity.product_id = p.id
"""

# Evidence of taste first, then what sells lately, then what is new.
_ORDER = """
    coalesce(candidate.co_purchase / nullif(max(candidate.co_purchase) OVER (), 0), 0)
        + coalesce(candidate.liking / nullif(max(candidate.liking) OVER (), 0), 0) DESC,
    popularity.recent DESC NULLS LAST, p.id DESC LIMIT %(limit)s
"""

BY_TASTE = f"""
{_EVIDENCE}, popular AS (
    SELECT p.id FROM recommendations_productpopularity popularity
    JOIN customers_product p ON p.id = popularity.product_id LEFT JOIN customers_category c ON c.id = p.category_id
    WHERE popularity.fit_id = %(fit)s AND {ALLOWED}
    ORDER BY popularity.recent DESC, p.id LIMIT %(limit)s
), newest AS (
    SELECT p.id FROM customers_product p LEFT JOIN customers_category c ON c.id = p.category_id
    WHERE {ALLOWED} ORDER BY p.id DESC LIMIT %(limit)s
), pool AS (
    SELECT product_id, '{{}}'::text[] AS words FROM (
        SELECT product_id FROM co_purchase UNION ALL SELECT product_id FROM liked
        UNION ALL SELECT id FROM popular UNION ALL SELECT id FROM newest
    ) anything
), {_CANDIDATES}
WHERE {ALLOWED}
ORDER BY {_ORDER}
"""  # noqa: S608 (made of this module's constants)

# All the words if any product of the shop has them all; else the thing itself with as many of the
# others as any product has. Decided for the whole shop, so that a filter never widens the search.
BY_WORDS = f"""
{_EVIDENCE}, every_word AS MATERIALIZED (
    SELECT position, word, plainto_tsquery('shopassist', word) AS query
    FROM unnest(%(words)s::text[]) WITH ORDINALITY AS w(word, position)
), asked AS MATERIALIZED (
    SELECT EXISTS (
        SELECT FROM customers_product p WHERE p.search_vector @@ plainto_tsquery('shopassist', %(all)s)
    ) AS together
), matching AS MATERIALIZED (
    SELECT p.id, CASE WHEN (SELECT together FROM asked) THEN %(words)s::text[] ELSE ARRAY(
        SELECT word FROM every_word WHERE p.search_vector @@ query ORDER BY position
    ) END AS words
    FROM customers_product p
    WHERE p.search_vector @@ (
        SELECT plainto_tsquery('shopassist', CASE WHEN together THEN %(all)s ELSE %(head)s END) FROM asked
    )
), pool AS (
    SELECT id AS product_id, words FROM matching
    WHERE cardinality(words) = (SELECT max(cardinality(words)) FROM matching)
), {_CANDIDATES}
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
