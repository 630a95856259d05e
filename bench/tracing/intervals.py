"""Medians and what they are uncertain by: bootstrapped over the rounds, 95 %."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLED = 2_000
Numbers = NDArray[np.float64]


def interval(statistic: Callable[..., float], *samples: Sequence[float], paired: bool = True) -> list[float]:
    """[value, lower, upper] of a statistic of samples; paired ones were measured in the same rounds."""
    chance = np.random.default_rng(1)
    given = [np.asarray(sample, dtype=float) for sample in samples]
    drawn = []
    for _ in range(RESAMPLED):
        places = chance.integers(0, len(given[0]), len(given[0]))
        picked = [one[places if paired else chance.integers(0, len(one), len(one))] for one in given]
        drawn.append(statistic(*picked))
    lower, upper = np.percentile(drawn, [2.5, 97.5])
    return [round(float(value), 3) for value in (statistic(*given), lower, upper)]


def median(sample: Numbers) -> float:
    return float(np.median(sample))


def ratio_of_medians(ours: Numbers, theirs: Numbers) -> float:
    return float(np.median(ours) / np.median(theirs))


def p95(sample: Numbers) -> float:
    return float(np.percentile(sample, 95))


def ratio_of_p95(ours: Numbers, theirs: Numbers) -> float:
    return p95(ours) / p95(theirs)
