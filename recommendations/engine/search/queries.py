"""What was said as PostgreSQL's text search queries."""

import re
from collections.abc import Iterable, Sequence
from itertools import combinations
from math import comb

from recommendations.engine.search.wanted import Term, Wanted

LEXEME = re.compile(r"'((?:[^']|'')*)'")
MOST_CHOSEN = 30  # words in one query
MARKS = {"name": "=", "brand": "@", "category": "~"}  # of what a thing is called, see migration customers 0005


def levels(wanted: Wanted) -> list[str]:
    """From all the words down to the thing alone: the first that any product of the shop meets is the search.

    In between as many of the other words as can be had; of more than four others some numbers are passed over, as the
    ways to choose them are too many.
    """
    if wanted.thing is None or not wanted.head_known:
        return []
    others = [f"({said(term)})" for term in wanted.terms if term is not wanted.thing and term.known]
    thing, every = f"({said(wanted.thing)})", len(others)
    sizes = [size for size in range(every, -1, -1) if size in (every, 1) or comb(every, size) * size <= MOST_CHOSEN]
    return [_and([thing, _any_of(others, size)] if size else [thing]) for size in sizes]


def said(term: Term) -> str:
    """Any way in which the catalogue says it."""
    return _or(f"({way.query})" for way in term.ways if way.query)


def in_field(query: str, weight: str) -> str:
    """The query for words of one field alone: A the name, B the brand, C the category."""
    return LEXEME.sub(lambda lexeme: lexeme[0] + ":" + weight, query)


def called(term: Term, marks: Iterable[str] = MARKS.values()) -> str:
    """What the thing is called so: by the last word of each way to say it."""
    lexemes = dict.fromkeys(
        LEXEME.findall(part)[-1] for way in term.ways for part in way.query.split(" | ") if LEXEME.search(part)
    )
    return _or(f"'{mark}{lexeme}'" for lexeme in lexemes for mark in marks)


def _any_of(queries: Sequence[str], size: int) -> str:
    return f"({_or(_and(chosen) for chosen in combinations(queries, size))})"


def _and(queries: Iterable[str]) -> str:
    return " & ".join(queries)


def _or(queries: Iterable[str]) -> str:
    return " | ".join(queries)
