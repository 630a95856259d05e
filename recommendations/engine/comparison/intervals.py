"""How far a mean over customers may be off: the percentile bootstrap (Efron 1979)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]
DRAWS = 1000
AT_ONCE = 50  # draws


def resampled_means(values: Floats, seed: int) -> Floats:
    """(customers, m) -> (DRAWS, m): the means over as many customers, drawn with replacement.

    All columns see the same customers in a draw, so what differs between columns may be subtracted.
    """
    customers = len(values)
    chance = np.random.default_rng(seed)
    means = []
    for _ in range(0, DRAWS, AT_ONCE):
        drawn = chance.integers(0, customers, (AT_ONCE, customers))
        times_drawn = np.stack([np.bincount(draw, minlength=customers) for draw in drawn])
        means.append(times_drawn @ values / customers)
    return np.concatenate(means)


def interval(draws: Floats) -> Interval:
    """95 % of the draws lie inside; nan where a draw is."""
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)
