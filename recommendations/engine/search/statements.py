"""The SQL that finds products by what was said. Values are always bound."""

from collections.abc import Sequence

from recommendations.engine.allowed import ALLOWED

# Where a term stands: 3 in the name, 2 in the brand, 1 in the category, 0 nowhere.
_FIELD = """CASE WHEN vector @@ %(name{0})s::tsquery THEN 3 WHEN vector @@ %(brand{0})s::tsquery THEN 2
    WHEN vector @@ %(any{0})s::tsquery THEN 1 ELSE 0 END"""
# What is called so: 3 by its name, 2 by its brand, 1 by its category, 0 not.
_CALLED = """CASE WHEN vector @@ %(thing_name)s::tsquery THEN 3 WHEN vector @@ %(thing_brand)s::tsquery THEN 2
    WHEN vector @@ %(thing_category)s::tsquery THEN 1 ELSE 0 END"""

_PRODUCTS = f"""
SELECT p.id, p.name, p.search_vector AS vector
FROM customers_product p LEFT JOIN customers_category c ON c.id = p.category_id WHERE {ALLOWED}
"""  # noqa: S608 (made of this module's constants)

# The first level that any product of the shop reaches: decided without the filters, so that a filter never widens the
# search. The thing is in each once more: of words that few or no products have the planner believes that each 200th has
# them, and would read the table up to the first; that of those one in 200 has them again is rare enough for the index.
_LEVEL = """WHEN EXISTS (
    SELECT FROM customers_product WHERE search_vector @@ (%(level{0})s::tsquery && %(thing)s::tsquery)) THEN {0}"""

# The work is bounded by `limit`, however common the words: first what the caller favours, then what is called so, then
# what has the words anywhere; the first that the index gives of each, and nothing after the limit.
_POOL = f"""
query AS MATERIALIZED (
    SELECT (%(words)s::text[])[level + 1]::tsquery AS words, (%(things)s::text[])[level + 1]::tsquery AS thing
    FROM reached WHERE level IS NOT NULL
), pool AS MATERIALIZED (
    SELECT * FROM (
        ({_PRODUCTS} AND p.id = ANY (%(favoured)s::bigint[]) AND p.search_vector @@ (SELECT words FROM query)
            LIMIT %(limit)s)
        UNION ALL
        ({_PRODUCTS} AND p.id <> ALL (%(favoured)s::bigint[]) AND p.search_vector @@ (SELECT thing FROM query)
            LIMIT %(limit)s)
        UNION ALL
        ({_PRODUCTS} AND p.id <> ALL (%(favoured)s::bigint[]) AND p.search_vector @@ (SELECT words FROM query)
            AND NOT p.search_vector @@ (SELECT thing FROM query) LIMIT %(limit)s)
    ) found LIMIT %(limit)s
)
"""  # noqa: S608 (made of this module's constants)


def matches(levels: int, known: Sequence[bool]) -> str:
    """Rows of: the level reached (null for none), product, name, called, a field for each term.

    Of a term that is not `known` to the catalogue the field is 0. Where nothing is allowed: one row, the level alone.
    """
    cases = " ".join(_LEVEL.format(number) for number in range(levels))
    fields = ", ".join(
        [_CALLED, *(_FIELD.format(number) if is_known else "0" for number, is_known in enumerate(known))]
    )
    return f"""
WITH reached AS MATERIALIZED (SELECT CASE {cases} END AS level), {_POOL}
SELECT reached.level, pool.id, pool.name, {fields} FROM reached LEFT JOIN pool ON true
"""  # noqa: S608 (made of this module's constants)
