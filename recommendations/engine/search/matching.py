"""Products by what a shopper calls them: the words decide what may appear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from customers.models import Customer
from recommendations.engine.allowed import allowed_values, storable
from recommendations.engine.constraints import Constraints
from recommendations.engine.search import queries, statements
from recommendations.engine.search.meaning import additions, both, cosines
from recommendations.engine.search.relevance import relevance
from recommendations.engine.search.wanted import Term, Wanted, understand

LIMIT = 1000
FEW = 5  # found by words: then what is near in meaning is shown as well


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

    With embeddings, where no product has all the words, those nearest in meaning to the whole text rank first; where
    fewer than FEW are found by words, what is near in meaning is added, which takes a query more.
    """
    text = storable(text)
    wanted = understand(text)
    if wanted.thing is None:
        return Matches([], wanted, [])
    levels = queries.levels(wanted)
    allowed = {**allowed_values(constraints, customer), "limit": limit, "favoured": list(favoured)}
    rows = _rows(wanted, wanted.thing, levels, allowed) if levels else [(None, None)]
    level = rows[0][0]
    found = [_match(wanted, *row[1:]) for row in rows if row[1] is not None]
    if level is None:
        wanted = replace(wanted, head_known=False)
    notes = [f"“{wrote}” was read as “{meant}”." for wrote, meant in wanted.corrections if wanted.head_known]
    if level == 0 and all(term.known for term in wanted.terms):
        return Matches(_best_first(found), wanted, notes)
    near = cosines(text)
    # What the shop has but a filter rules out is not replaced by something else.
    added = additions(near, constraints, customer) if level is None or 0 < len(found) < FEW else []
    found = _best_first(_with_meaning(found, near, added))[:limit]
    return Matches(found, wanted, [*notes, *_notes(wanted, found)])


def _rows(wanted: Wanted, thing: Term, levels: list[str], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    mark = queries.called(thing)
    values |= {
        "thing": queries.said(thing),
        "words": levels,
        "things": [f"{level} & ({mark})" for level in levels],
        **{f"level{number}": level for number, level in enumerate(levels)},
        **{f"thing_{field}": queries.called(thing, sign) for field, sign in queries.MARKS.items()},
    }
    for number, term in enumerate(wanted.terms):
        query = queries.said(term)
        fields = {"name": queries.in_field(query, "A"), "brand": queries.in_field(query, "B"), "any": query}
        values |= {f"{field}{number}": text for field, text in fields.items()}
    statement = statements.matches(len(levels), [term.known for term in wanted.terms])
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _match(wanted: Wanted, product_pk: int, name: str, called: int, *fields: int) -> Match:
    score = relevance(called, fields, len(wanted.terms), name)
    words = tuple(_written(term, name) for term, field in zip(wanted.terms, fields, strict=True) if field)
    return Match(product_pk, score, words)


def _written(term: Term, name: str) -> str:
    """The way to say it that the name shows, as far as it shows one."""
    name = name.lower()
    return next((way.word for way in term.ways if way.word in name), term.word)


def _with_meaning(found: list[Match], near: Mapping[int, float], added: Sequence[int]) -> list[Match]:
    """By words and meaning together. What is not among the nearest is taken to be as near as the last of them."""
    if not near:
        return found
    last = min(near.values())
    known = {match.product_pk for match in found}
    return [
        *(replace(match, relevance=both(match.relevance, near.get(match.product_pk, last))) for match in found),
        *(Match(pk, both(0, near[pk])) for pk in added if pk not in known),
    ]


def _best_first(found: list[Match]) -> list[Match]:
    return sorted(found, key=lambda match: -match.relevance)


def _notes(wanted: Wanted, found: list[Match]) -> list[str]:
    by_words = [match for match in found if match.words]
    by_meaning = len(found) - len(by_words)
    if not wanted.head_known:
        instead = "; these are near in meaning" if by_meaning else ""
        return [f"The shop has nothing called “{wanted.head}”{instead}."]
    notes = []
    if by_words and len(matched := by_words[0].words) < len(wanted.words):
        notes.append(f"Nothing matches all of “{' '.join(wanted.words)}”; these match “{' '.join(matched)}”.")
    if by_meaning:
        notes.append(f"{by_meaning} of them {'is' if by_meaning == 1 else 'are'} only near in meaning.")
    return notes
