"""Percentiles that can be added up over days: a histogram with bins that grow by a constant factor.

After Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees"
(VLDB 2019). Bin i holds the durations in (γ^(i-1), γ^i] microseconds, with γ = (1 + ε) / (1 - ε), and stands for
2 γ^i / (γ + 1). So a percentile is at most ε off the duration that has this rank among all, of any number of days;
durations below a microsecond count as one.
"""

import math
from collections.abc import Mapping

ERROR = 0.05
GAMMA = (1 + ERROR) / (1 - ERROR)

# The bin of a duration in milliseconds, in SQL; named alike, in the FROM clause, as `milliseconds`.
BIN = f"ceil(ln(greatest(milliseconds * 1000, 1)) / {math.log(GAMMA)!r})::smallint"


def duration_of(number: int) -> float:
    """The milliseconds that a bin stands for."""
    return 2 * GAMMA**number / (GAMMA + 1) / 1_000


def percentile(sizes: Mapping[int, int], q: float) -> float | None:
    """Milliseconds; `sizes` by bin, 0 <= q <= 1. None of nothing.

    Of n durations it is the one of rank ⌊q (n - 1)⌋ from 0, which numpy calls the "lower" one.
    """
    rank = math.floor(q * (sum(sizes.values()) - 1))
    seen = 0
    for number in sorted(sizes):
        seen += sizes[number]
        if seen > rank:
            return duration_of(number)
    return None
