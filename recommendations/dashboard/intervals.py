"""How far a share or a mean may be off by chance: intervals that hold the true one in 95 of 100 cases."""

import math

from scipy.special import stdtrit

Z = 1.959964  # of the normal distribution, 97.5 %


def wilson(successes: float, trials: float) -> tuple[float, float] | None:
    """Of a share (Wilson 1927, "Probable inference, the law of succession, and statistical inference"): unlike the
    textbook's, right for few trials and for shares near 0 and 1. None without trials."""
    if trials == 0:
        return None
    p, square = successes / trials, Z * Z
    middle = p + square / (2 * trials)
    half = Z * math.sqrt(p * (1 - p) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def student(number: float, total: float, squares: float) -> tuple[float, float] | None:
    """Of a mean of stars (Student 1908, "The probable error of a mean"), from how many there are, their sum and that
    of their squares; within the 1 to 5 that stars can be. None for fewer than two."""
    if number < 2:
        return None
    mean = total / number
    variance = max(0.0, (squares - total * mean) / (number - 1))
    half = float(stdtrit(number - 1, 0.975)) * math.sqrt(variance / number)
    return max(1.0, mean - half), min(5.0, mean + half)
