"""What reviews rule out, and what they praise."""

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Any

from recommendations.engine.candidates import Candidate

TELLING_FROM = 3  # reviews that judge an aspect
MOSTLY = 2 / 3  # of them praise it
SURE = 1.96  # standard deviations


def filter_by_sentiment(candidates: Iterable[Candidate], threshold: float) -> tuple[list[Candidate], list[Candidate]]:
    """Kept and removed, in their order. A product passes at the threshold (0..1), and without reviews."""
    kept: list[Candidate] = []
    removed: list[Candidate] = []
    for candidate in candidates:
        passes = candidate.sentiment is None or candidate.sentiment >= threshold
        (kept if passes else removed).append(candidate)
    return kept, removed


def aspect_fact(aspects: Mapping[str, Mapping[str, int]] | None) -> dict[str, Any] | None:
    """The aspect that reviews most surely praise, as a reason; None where none is praised by most.

    `aspects` are a product's: {"fit": {"praised": 12, "criticised": 3}}. The surest has the highest lower bound of its
    share of praise (Wilson 1927), so that 12 of 15 outweigh 3 of 3.
    """
    praised = {}
    for aspect, counts in (aspects or {}).items():
        reviews = counts["praised"] + counts["criticised"]
        if reviews >= TELLING_FROM and counts["praised"] / reviews >= MOSTLY:
            praised[aspect] = (_at_least(counts["praised"], reviews), counts["praised"], reviews)
    if not praised:
        return None
    aspect = max(sorted(praised), key=lambda name: praised[name])
    _, count, reviews = praised[aspect]
    these = f"All {reviews} reviews" if count == reviews else f"{count} of {reviews} reviews"
    text = f"{these} that judge its {aspect} praise it"
    return {"kind": "aspect", "text": text, "aspect": aspect, "praised": count, "reviews": reviews}


def _at_least(count: int, of: int) -> float:
    """The lower end of the 95 % interval of a share, by Wilson's formula."""
    share = count / of
    middle = share + SURE**2 / (2 * of)
    return float((middle - SURE * sqrt(share * (1 - share) / of + SURE**2 / (4 * of**2))) / (1 + SURE**2 / of))
