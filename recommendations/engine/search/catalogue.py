"""What the catalogue knows of a shopper's words: one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from recommendations.engine.search.spelling import SHORTEST_CORRECTED
from recommendations.engine.search.text import Token
from recommendations.engine.search.vocabulary import OTHER_NUMBER

CLOSEST = 20  # catalogue words that are compared letter by letter
COMPLETIONS = 5
SHORTEST_KEPT = 3  # letters of the words that a fit keeps; of shorter ones nobody knows whether a product has them
SHORTEST_HALF = 3  # letters, of two words that were written as one

# A word is asked for twice over, see statements.py; and as a constant, as of an array's elements nothing is known.
ONE_WORD = """(%s, %s, ({query})::text, numnode({query}) = 0,
    EXISTS (SELECT FROM customers_product p WHERE p.search_vector @@ (({query}) && ({query}))), %s::varchar[], %s)"""
PHRASE = "phraseto_tsquery('shopassist', %s)"
WORDS = """
WITH token (position, word, query, is_stop, known, numbers, is_word) AS MATERIALIZED (VALUES {tokens})
SELECT token.position, token.query, token.is_stop, token.known, same.kind, same.word, same.query, same.products
FROM token LEFT JOIN LATERAL (
    SELECT 'synonym' AS kind, other AS word, phraseto_tsquery('shopassist', other)::text AS query, 0 AS products
    FROM recommendations_synonym s CROSS JOIN LATERAL unnest(s.words) other
    WHERE s.words && token.numbers AND other <> ALL (token.numbers) AND NOT EXISTS (
        SELECT FROM string_to_table(other, ' ') part
        WHERE length(part) >= {shortest} AND NOT EXISTS (
            SELECT FROM recommendations_catalogueword w WHERE w.word IN (part, part || 's', part || 'es')
        )
    )
    UNION ALL (
        SELECT 'near', w.word, phraseto_tsquery('shopassist', w.word)::text, w.products
        FROM recommendations_catalogueword w
        WHERE token.is_word AND NOT token.known AND (w.word %% token.word
            OR (w.word LIKE left(token.word, 1) || '%%' AND abs(length(w.word) - length(token.word)) <= 2))
        ORDER BY similarity(w.word, token.word) DESC, w.products DESC, w.word LIMIT {closest}
    )
    UNION ALL (
        SELECT 'longer', w.word, phraseto_tsquery('shopassist', w.word)::text, w.products
        FROM recommendations_catalogueword w
        WHERE token.is_word AND NOT token.known AND w.word LIKE token.word || '%%'
        ORDER BY w.products DESC, w.word LIMIT {longer}
    )
    UNION ALL (
        SELECT 'halves', one.word || ' ' || two.word,
            phraseto_tsquery('shopassist', one.word || ' ' || two.word)::text, least(one.products, two.products)
        FROM generate_series({half}, length(token.word) - {half}) cut
        JOIN recommendations_catalogueword one ON one.word = left(token.word, cut)
        JOIN recommendations_catalogueword two ON two.word = substr(token.word, cut + 1)
            OR two.word = substr(token.word, cut + 1) || 's' OR two.word = rtrim(substr(token.word, cut + 1), 's')
        WHERE token.is_word
        ORDER BY 4 DESC, 2 LIMIT 1
    )
) same ON true
ORDER BY token.position, same.kind, same.products DESC, same.word
"""


@dataclass(frozen=True)
class Way:
    """A way to say something: the words, and PostgreSQL's query for them, as text."""

    word: str
    query: str
    products: int = 0  # that have it, at the last fit


@dataclass(frozen=True)
class Known:
    """A token and what the catalogue has of it."""

    token: Token
    query: str  # empty if it says nothing, as "the"
    says_nothing: bool
    known: bool  # to the catalogue, as it is written
    synonyms: tuple[Way, ...]
    near: tuple[Way, ...]  # in spelling; of unknown words alone
    longer: tuple[Way, ...]  # that begin with it; of unknown words alone
    halves: tuple[Way, ...]  # two words that it joins


def look_up(tokens: Sequence[Token]) -> list[Known]:
    if not tokens:
        return []
    rows: list[str] = []
    values: list[Any] = []
    for position, token in enumerate(tokens):
        query = " || ".join([PHRASE] * len(token.forms))
        rows.append(ONE_WORD.format(query=query))
        is_word = token.text.isalpha() and len(token.text) >= SHORTEST_CORRECTED
        values += [position, token.text, *token.forms * 4, _numbers(token.text), is_word]
    statement = WORDS.format(
        tokens=", ".join(rows), shortest=SHORTEST_KEPT, closest=CLOSEST, longer=COMPLETIONS, half=SHORTEST_HALF
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return _read(tokens, cursor.fetchall())


def _read(tokens: Sequence[Token], rows: Sequence[tuple[int, str, bool, bool, str, str, str, int]]) -> list[Known]:
    said: dict[int, tuple[str, bool, bool]] = {}
    ways: dict[tuple[int, str], list[Way]] = {}
    for position, query, is_stop, known, kind, word, other, products in rows:
        said[position] = query, is_stop, known
        if other:
            ways.setdefault((position, kind), []).append(Way(word, other, products))
    return [
        Known(token, *said[position], *(tuple(ways.get((position, kind), ())) for kind in WAYS))
        for position, token in enumerate(tokens)
    ]


WAYS = ("synonym", "near", "longer", "halves")


def _numbers(word: str) -> list[str]:
    """The word in singular and plural, as far as spelling tells."""
    singular = (
        [word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ies") + "y"] if word[-1:] == "s" else []
    )
    return [word, *singular, word + "s", OTHER_NUMBER.get(word, word)]
