"""How often a list held the next new product, measured on customers held out at fit time."""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from recommendations.engine.blend import Choices
from recommendations.engine.catalogue import Catalogue
from recommendations.engine.gathering import Floats, Ints
from recommendations.engine.learning import Learnt
from recommendations.engine.ranking import diverse
from recommendations.models import EngineFit

LONGEST = 20  # products in a list
FEWEST = 30  # customers that a rate has to rest on
BANDS = (0, 1, 3, 6, 11, 21, 51, 101)  # distinct products known: where the bands begin


class Band(TypedDict):
    """Hit rates of customers who bought this many distinct products; `at_most` is None in the last band."""

    at_least: int
    at_most: int | None
    customers: int
    hit_rates: list[float]  # [n - 1]: of lists of n products


@dataclass(frozen=True)
class Shelf:
    """What a list has to heed beside the score: (products,) each."""

    name: list[str]
    catalogue: Catalogue


def confidence(fit: EngineFit | None, evidence: int, length: int, strategy: str) -> float | None:
    """The measured probability that a list of this length holds the next new product of such a customer.

    `fit`: the one that the list was made from; `evidence`: distinct products bought. None where nothing was
    measured: a strategy that starts from words, too few customers held out, or no fit.
    """
    if fit is None or length < 1:
        return None
    for band in fit.quality.get(strategy, []):
        if band["at_least"] <= evidence and (band["at_most"] is None or evidence <= band["at_most"]):
            return float(band["hit_rates"][min(length, LONGEST) - 1])
    return None


def measured(learnt: Learnt, shelf: Shelf) -> dict[str, list[Band]]:
    """The hit rates of both strategies that need no words, by blends that did not know the customers."""
    quality: dict[str, list[Band]] = {"personal": [], "popular": []}
    if learnt.personal is not None:
        quality["personal"] = bands(
            learnt.personal.evidence, _hits(learnt.personal.choices, learnt.personal.scores, shelf)
        )
    if learnt.popular is not None:
        quality["popular"] = bands(learnt.popular.evidence, _hits(learnt.popular.choices, learnt.popular.scores, shelf))
    return quality


def bands(evidence: Ints, hits: NDArray[np.float64]) -> list[Band]:
    """(customers,), (customers, LONGEST) -> the mean by band, each of at least FEWEST customers; else []."""
    starts = _starts(evidence)
    measured_bands = []
    for start, end in zip(starts, [*starts[1:], None], strict=True) if starts else ():
        inside = (evidence >= start) & (evidence < (np.inf if end is None else end))
        rates = [round(float(rate), 4) for rate in hits[inside].mean(axis=0)]
        measured_bands.append(
            Band(
                at_least=start,
                at_most=None if end is None else end - 1,
                customers=int(inside.sum()),
                hit_rates=rates,
            )
        )
    return measured_bands


def _starts(evidence: Ints) -> list[int]:
    """Where bands of at least FEWEST customers begin; one too small joins the one below, the lowest the one above."""
    counts = np.bincount(np.searchsorted(BANDS, evidence, side="right") - 1, minlength=len(BANDS))
    starts: list[int] = []
    waiting = 0
    for band in range(len(BANDS) - 1, -1, -1):
        waiting += int(counts[band])
        if waiting >= FEWEST:
            starts.insert(0, BANDS[band])
            waiting = 0
    if starts and waiting:
        starts[0] = BANDS[int(np.flatnonzero(counts)[0])]
    return starts


def _hits(choices: Choices, scores: Floats, shelf: Shelf) -> NDArray[np.float64]:
    """(customers, LONGEST): how much of the targets the first n of the list hold, as lists are served: without what
    reviewers found bad, and diverse."""
    bad = shelf.catalogue.sentiment < settings.SENTIMENT_THRESHOLD
    ranks = choices.ranks(scores)
    found = np.zeros((choices.customers, LONGEST))
    for row, (start, end) in enumerate(zip(choices.starts, choices.starts[1:], strict=False)):
        best_first = start + np.argsort(ranks[start:end])
        chosen = diverse(
            best_first[~bad[choices.products[best_first]]].tolist(),
            LONGEST,
            settings.MAX_PER_CATEGORY,
            category=lambda at: int(shelf.catalogue.category[choices.products[at]]),
            name=lambda at: shelf.name[choices.products[at]],
        )
        found[row, : len(chosen)] = choices.targets[chosen]
    return found.cumsum(axis=1)
