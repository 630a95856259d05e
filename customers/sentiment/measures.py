"""How well positive reviews are told from negative ones, with intervals by the bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Weights = NDArray[np.intp]  # how often a review was drawn
SAMPLES, SEED = 1000, 887
BINS = 10


@dataclass(frozen=True)
class Figure:
    value: float
    low: float  # of the 95 % interval
    high: float


@dataclass(frozen=True)
class Figures:
    macro_f1: Figure
    negative_recall: Figure
    auc: Figure
    calibration_error: float


def measure(probabilities: Floats, verdicts: Bools, positive: Bools) -> Figures:
    """Of each review: the probability of being positive, the verdict, and the truth. ValueError if all are alike."""
    if positive.all() or not positive.any():
        raise ValueError("Positive and negative reviews are needed.")
    dice = np.random.default_rng(SEED)
    reviews = len(positive)
    draws = [np.bincount(dice.integers(reviews, size=reviews), minlength=reviews) for _ in range(SAMPLES)]

    def figure(of: Callable[[Weights], float]) -> Figure:
        found = np.array([of(weights) for weights in draws])
        low, high = np.nanquantile(found, [0.025, 0.975])
        return Figure(of(np.ones(reviews, np.intp)), float(low), float(high))

    rank = np.unique(probabilities, return_inverse=True)[1]
    return Figures(
        figure(lambda weights: macro_f1(verdicts, positive, weights)),
        figure(lambda weights: _share(weights, ~verdicts & ~positive, ~positive)),
        figure(lambda weights: auc(rank, positive, weights)),
        calibration_error(probabilities, positive),
    )


def macro_f1(verdicts: Bools, positive: Bools, weights: Weights) -> float:
    """The mean of both kinds' F1; a kind that is neither there nor said counts as 0."""
    scores = []
    for said, true in ((verdicts, positive), (~verdicts, ~positive)):
        together = weights[said].sum() + weights[true].sum()
        scores.append(2 * weights[said & true].sum() / together if together else 0.0)
    return float(np.mean(scores))


def auc(rank: NDArray[np.intp], positive: Bools, weights: Weights) -> float:
    """How often a positive review ranks above a negative one, ties half. `rank` counts from 0; nan if all are alike."""
    of_positive = np.bincount(rank, weights * positive)
    of_negative = np.bincount(rank, weights * ~positive)
    below = np.cumsum(of_negative) - of_negative
    pairs = of_positive.sum() * of_negative.sum()
    return float((of_positive * (below + of_negative / 2)).sum() / pairs) if pairs else float("nan")


def calibration_error(probabilities: Floats, positive: Bools) -> float:
    """The mean gap between the probability said and the share that came true, over 10 equally wide bins."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = np.abs(np.bincount(bins, probabilities - positive, BINS))
    return float(gaps.sum() / len(positive))


def _share(weights: Weights, part: Bools, whole: Bools) -> float:
    total = weights[whole].sum()
    return float(weights[part].sum() / total) if total else float("nan")
