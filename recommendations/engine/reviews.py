"""What reviews rule out."""

from collections.abc import Iterable

from recommendations.engine.candidates import Candidate


def filter_by_sentiment(candidates: Iterable[Candidate], threshold: float) -> tuple[list[Candidate], list[Candidate]]:
    """Kept and removed, in their order. A product passes at the threshold (0..1), and without reviews."""
    kept: list[Candidate] = []
    removed: list[Candidate] = []
    for candidate in candidates:
        passes = candidate.sentiment is None or candidate.sentiment >= threshold
        (kept if passes else removed).append(candidate)
    return kept, removed
