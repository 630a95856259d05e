"""How often such a list held the next new product, measured on customers held out at fit time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommendations.engine.heldout import HeldOut, popularity_before
from recommendations.engine.purchases import Ints
from recommendations.engine.ranking import BLEND, diverse
from recommendations.engine.scoring import Scores, blended, profiles, similar_scores
from recommendations.models import EngineFit

LONGEST = 20  # products in a list
FEWEST = 30  # customers that a rate has to rest on
BANDS = (0, 1, 3, 6, 11, 21, 51, 101)  # distinct products known: where the bands begin
DEPTH = 200  # products looked at to fill a list
HALF_LIFE = 30 * 86_400.0  # seconds, of popularity
BATCH = 200  # customers scored at once


class Band(TypedDict):
    """Hit rates of customers who bought this many distinct products; `at_most` is None in the last band."""

    at_least: int
    at_most: int | None
    customers: int
    hit_rates: list[float]  # [n - 1]: of lists of n products


@dataclass(frozen=True)
class Shelf:
    """What a list has to heed of each product: (products,) each."""

    category: Ints  # 0: none
    name: list[str]
    sentiment: NDArray[np.float64]  # nan: no reviews


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


def measured(last: HeldOut, first: HeldOut, weights: csr_array, shelf: Shelf) -> dict[str, list[Band]]:
    """The hit rates of both strategies that need no words; `weights` may not know what is held out."""
    personal, popular = [], []
    for held_out, scores, recent in _batches(last, weights):
        personal.append(_hits(held_out.targets, scores, shelf))
        popular.append(_hits(held_out.targets, _open(recent, held_out), shelf))
    new = [_hits(held_out.targets, np.log1p(_popular_before(held_out)), shelf) for held_out in _split(first)]
    none_known = np.zeros(len(first.customers), np.int64)
    return {
        "personal": bands(last.evidence, _stacked(personal)),
        "popular": bands(np.concatenate([none_known, last.evidence]), _stacked(new + popular)),
    }


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


def ndcg(scores: Scores, targets: csr_array, n: int = 10) -> float:
    """Järvelin & Kekäläinen 2002, for targets that are one random product of each row; nan without customers."""
    if not len(scores):
        return float("nan")
    best = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    hits = np.take_along_axis(targets.toarray(), best, axis=1)
    return float((hits / np.log2(np.arange(2, 2 + hits.shape[1]))).sum(axis=1).mean())


def _split(held_out: HeldOut) -> Iterator[HeldOut]:
    for start in range(0, len(held_out.customers), BATCH):
        part = slice(start, start + BATCH)
        yield HeldOut(held_out.known, held_out.customers[part], held_out.times[part], held_out.targets[part])


def _batches(held_out: HeldOut, weights: csr_array) -> Iterator[tuple[HeldOut, Scores, Scores]]:
    bought = held_out.known.bought
    for part in _split(held_out):
        co_purchase = (profiles(part.known, part.customers) @ weights).toarray()
        recent = _popular_before(part)
        similar = similar_scores(bought, part.customers)
        yield part, blended(co_purchase, similar, recent, bought[part.customers]), np.log1p(recent)


def _popular_before(held_out: HeldOut) -> Scores:
    return popularity_before(held_out.known, held_out.times, HALF_LIFE)[1]


def _open(scores: Scores, held_out: HeldOut) -> Scores:
    return np.where(held_out.known.bought[held_out.customers].toarray() > 0, -np.inf, scores)


def _hits(targets: csr_array, scores: Scores, shelf: Shelf) -> NDArray[np.float64]:
    """(customers, LONGEST): how much of the targets the first n of the list hold."""
    reviewed = ~np.isnan(shelf.sentiment)
    liked = scores + np.where(reviewed, BLEND["reviews"] * (shelf.sentiment - 0.5), 0)
    liked[:, reviewed & (shelf.sentiment < settings.SENTIMENT_THRESHOLD)] = -np.inf
    found = np.zeros((len(scores), LONGEST))
    wanted = targets.toarray()
    for row, score in enumerate(liked):
        best = np.argsort(-score, kind="stable")[:DEPTH]
        chosen = diverse(
            best[np.isfinite(score[best])].tolist(),
            LONGEST,
            settings.MAX_PER_CATEGORY,
            category=lambda product: int(shelf.category[product]),
            name=lambda product: shelf.name[product],
        )
        found[row, : len(chosen)] = wanted[row, chosen]
    return found.cumsum(axis=1)


def _stacked(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros((0, LONGEST)), *parts])
