"""Products by what a shopper calls them: the words decide what may appear."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from customers.models import Customer
from recommendations.engine.allowed import allowed_values, storable
from recommendations.engine.constraints import Constraints
from recommendations.engine.search import queries, statements
from recommendations.engine.search.relevance import relevance
from recommendations.engine.search.wanted import Term, Wanted, understand

LIMIT = 1000


@dataclass(frozen=True)
class Match:
    product_pk: int
    relevance: float  # 0..1, comparable within one search
    words: tuple[str, ...] = ()  # that it matches, as the catalogue writes them; empty if found by meaning alone


@dataclass(frozen=True)
class Matches:
    products: list[Match]  # the best first
    wanted: Wanted
    notes: list[str]


def find_matching(
    text: str,
    constraints: Constraints,
    customer: Customer | None,
    limit: int = LIMIT,
    favoured: Sequence[int] = (),
) -> Matches:
    """Up to `limit` products that the text names and the constraints allow, in two queries.

    All the words if any product of the shop has them all; else the thing itself with as many of the other words as can
    be had; nothing if the shop has nothing called so. Of more than `limit` those `favoured` (our integer keys) and
    those that are the thing itself come before those that only mention it; which of the rest is left to the index.
    """
    wanted = understand(storable(text))
    if not wanted.words:
        return Matches([], wanted, [])
    levels = queries.levels(wanted)
    if wanted.thing is None or not levels:
        return Matches([], wanted, [f"The shop has nothing called “{wanted.head}”."])
    rows = _rows(
        wanted,
        wanted.thing,
        levels,
        {**allowed_values(constraints, customer), "limit": limit, "favoured": list(favoured)},
    )
    reached = rows[0][0]
    if reached is None:
        wanted = replace(wanted, head_known=False)
        return Matches([], wanted, [f"The shop has nothing called “{wanted.head}”."])
    found = sorted((_match(wanted, *row[1:3], *row[4:]) for row in rows if row[1]), key=lambda match: -match.relevance)
    return Matches(found, wanted, _notes(wanted, found))


def _rows(wanted: Wanted, thing: Term, levels: list[str], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    mark = queries.called(thing)
    values |= {
        "words": levels,
        "things": [f"{level} & ({mark})" for level in levels],
        "near": [],
        **{f"level{number}": level for number, level in enumerate(levels)},
        **{f"thing_{field}": queries.called(thing, sign) for field, sign in queries.MARKS.items()},
    }
    for number, term in enumerate(wanted.terms):
        query = queries.said(term)
        fields = {"name": queries.in_field(query, "A"), "brand": queries.in_field(query, "B"), "any": query}
        values |= {f"{field}{number}": text for field, text in fields.items()}
    with connection.cursor() as cursor:
        cursor.execute(statements.matches(len(levels), len(wanted.terms)), values)
        return cursor.fetchall()


def _match(wanted: Wanted, product_pk: int, name: str, called: int, *fields: int) -> Match:
    score = relevance(called, fields, len(wanted.terms), name)
    words = tuple(_written(term, name) for term, field in zip(wanted.terms, fields, strict=True) if field)
    return Match(product_pk, score, words)


def _written(term: Term, name: str) -> str:
    """The way to say it that the name shows, as far as it shows one."""
    name = name.lower()
    return next((way.word for way in term.ways if way.word in name), term.word)


def _notes(wanted: Wanted, found: list[Match]) -> list[str]:
    notes = [f"“{wrote}” was read as “{meant}”." for wrote, meant in wanted.corrections]
    if found and len(matched := found[0].words) < len(wanted.words):
        notes.append(f"Nothing matches all of “{' '.join(wanted.words)}”; these match “{' '.join(matched)}”.")
    return notes
