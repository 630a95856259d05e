"""The list: candidates in order of a score that is a sum of parts, with reasons that can be checked."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from recommendations.engine.candidates import Candidate
from recommendations.engine.constraints import Constraints
from recommendations.engine.reasons import reasons_for

Item = TypeVar("Item")


@dataclass(frozen=True)
class Ranked:
    """One product of the list. `score` is the sum of `parts`; the first reason names the largest part."""

    product_pk: int
    product_id: str
    name: str
    category: str
    price: Decimal | None
    score: float
    parts: dict[str, float]
    reasons: list[dict[str, Any]]
    similar_customer_count: int
    sentiment: float | None
    source: str


def rank(candidates: Sequence[Candidate], constraints: Constraints, top_n: int, max_per_category: int) -> list[Ranked]:
    """The best `top_n`, at most `max_per_category` of one category while others fit. No query."""
    chosen = diverse(
        sorted(candidates, key=best_first),
        top_n,
        max_per_category,
        category=lambda candidate: candidate.category,
        name=lambda candidate: candidate.name.casefold() or candidate.product_id,
    )
    return [_ranked(candidate, constraints) for candidate in sorted(chosen, key=best_first)]


def total(parts: Mapping[str, float]) -> float:
    return sum(parts.values(), 0.0)


def best_first(candidate: Candidate) -> tuple[float, int]:
    """Of equal ones the newest."""
    return -total(candidate.parts), -candidate.product_pk


def diverse(
    items: Iterable[Item],
    n: int,
    cap: int,
    *,
    category: Callable[[Item], Hashable],
    name: Callable[[Item], Hashable],
) -> list[Item]:
    """The first `n`, passing over a name that is there already and a category that is there `cap` times.

    What was passed over fills the list where it stays short, other names first. An empty category is no category.
    """
    chosen: list[Item] = []
    full: list[Item] = []
    repeated: list[Item] = []
    names: set[Hashable] = set()
    categories: Counter[Hashable] = Counter()
    for item in items:
        if len(chosen) == n:
            return chosen
        if name(item) in names:
            repeated.append(item)
            continue
        shelf = category(item)
        if shelf and categories[shelf] >= cap:
            full.append(item)
            continue
        names.add(name(item))
        categories[shelf] += 1
        chosen.append(item)
    for item in full:
        if name(item) in names:
            repeated.append(item)
        elif len(chosen) < n:
            names.add(name(item))
            chosen.append(item)
    return chosen + repeated[: n - len(chosen)]


def _ranked(candidate: Candidate, constraints: Constraints) -> Ranked:
    return Ranked(
        product_pk=candidate.product_pk,
        product_id=candidate.product_id,
        name=candidate.name,
        category=candidate.category,
        price=candidate.price,
        score=total(candidate.parts),
        parts=dict(candidate.parts),
        reasons=reasons_for(candidate, constraints),
        similar_customer_count=candidate.proposal.similar_customers,
        sentiment=candidate.sentiment,
        source=candidate.source,
    )
