"""The list: candidates in order of a score that is a sum of parts, with reasons that can be checked."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log1p
from typing import Any, TypeVar

from recommendations.engine.candidates import Candidate
from recommendations.engine.constraints import Constraints
from recommendations.engine.reasons import reasons_for

# What each signal counts where it is strongest: a part lies between 0 and this, that of the reviews
# between minus and plus half of it. Set by hand; a shop's own data does not move it.
BLEND = {
    "co-purchase": 1.0,
    "similar customers": 0.3,
    "popular": 0.3,
    "search": 0.5,
    "reviews": 0.1,
}

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
    parts = _parts(candidates)
    scored = sorted(zip(candidates, parts, strict=True), key=lambda pair: (-total(pair[1]), pair[0].product_pk))
    chosen = diverse(
        scored,
        top_n,
        max_per_category,
        category=lambda pair: pair[0].category,
        name=lambda pair: pair[0].name.casefold() or pair[0].product_id,
    )
    chosen.sort(key=lambda pair: (-total(pair[1]), pair[0].product_pk))
    return [_ranked(candidate, parts, constraints) for candidate, parts in chosen]


def total(parts: Mapping[str, float]) -> float:
    return sum(parts.values(), 0.0)


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


def _parts(candidates: Sequence[Candidate]) -> list[dict[str, float]]:
    """Each signal as a share of its largest among the candidates, times what it counts."""
    signals: dict[str, list[float]] = {
        "co-purchase": [candidate.co_purchase for candidate in candidates],
        "similar customers": [candidate.similar for candidate in candidates],
        "popular": [log1p(candidate.recent) for candidate in candidates],
        "search": [candidate.text for candidate in candidates],
    }
    shares = {name: _shares(values) for name, values in signals.items()}
    shares["reviews"] = [0.0 if item.sentiment is None else item.sentiment - 0.5 for item in candidates]
    return [
        {name: BLEND[name] * share for name, values in shares.items() if (share := values[row])}
        for row in range(len(candidates))
    ]


def _shares(values: list[float]) -> list[float]:
    largest = max(values, default=0.0)
    return [value / largest if largest > 0 else 0.0 for value in values]


def _ranked(candidate: Candidate, parts: dict[str, float], constraints: Constraints) -> Ranked:
    return Ranked(
        product_pk=candidate.product_pk,
        product_id=candidate.product_id,
        name=candidate.name,
        category=candidate.category,
        price=candidate.price,
        score=total(parts),
        parts=parts,
        reasons=reasons_for(candidate, parts, constraints),
        similar_customer_count=candidate.similar_customer_count,
        sentiment=candidate.sentiment,
        source=candidate.source,
    )
