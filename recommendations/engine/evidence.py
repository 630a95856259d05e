"""What became of every candidate, as it is stored with the answer: product ids and numbers, nothing else."""

from collections.abc import Sequence
from typing import Any

from recommendations.engine.candidates import Candidate, Found
from recommendations.engine.ranking import Ranked, best_first, total

VERSION = 1
DIGITS = 3  # of a score, behind the point

Row = list[Any]


def evidence_of(
    found: Found, kept: Sequence[Candidate], ranked: Sequence[Ranked], *, wanted: int, sentiment: float, cap: int
) -> dict[str, Any]:
    """JSON-ready.

    `candidates`: [product id, score], the best first; what was not simply listed or too low in the order has its
    station and a number besides: "reviews" and its sentiment, "name" and the rank of the product of the same name,
    "category" and how many of its category were listed before it. `excluded`: [product id, place by taste, what ruled
    it out, price]. `limits`: the numbers that all were measured by.
    """
    passed = {candidate.product_pk for candidate in kept}
    listed = {item.product_pk for item in ranked}
    rows: list[Row] = []
    before: list[Ranked] = []  # of the list, those with a higher score than the candidate at hand
    for candidate in sorted(found.candidates, key=best_first):
        row: Row = [candidate.product_id, round(total(candidate.parts), DIGITS)]
        if candidate.product_pk in listed:
            before.append(ranked[len(before)])
        elif candidate.product_pk not in passed:
            row += ["reviews", round(candidate.sentiment or 0.0, DIGITS + 1)]
        elif len(before) < len(ranked):
            row += _passed_over(candidate, before)
        rows.append(row)
    return {
        "version": VERSION,
        "candidates": rows,
        "excluded": [
            [one.product_id, one.place, one.ruled_out_by, None if one.price is None else float(one.price)]
            for one in found.excluded
        ],
        "limits": {
            "wanted": wanted,
            "sentiment": sentiment,
            "per_category": cap,
            "again": found.again,
            "bought": found.evidence,
            "matched": found.matched,
            "known": found.known,
            "newest": found.newest,
        },
    }


def _passed_over(candidate: Candidate, before: Sequence[Ranked]) -> Row:
    """A candidate that others of the list overtook has a twin before it, or its category was there too often."""
    name = candidate.name.casefold()
    twin = next((rank for rank, item in enumerate(before, start=1) if name and item.name.casefold() == name), None)
    if twin:
        return ["name", twin]
    return ["category", sum(item.category == candidate.category for item in before)]
