"""Recommenders on a split: tuned, fitted, timed, and their lists judged."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommendations.engine.comparison.intervals import Floats, resampled_means
from recommendations.engine.comparison.metrics import LONGEST, METRICS, Quality, quality
from recommendations.engine.comparison.recommender import Recommender
from recommendations.engine.comparison.shop_files import Split
from recommendations.engine.comparison.tuning import tuned
from recommendations.engine.heldout import last_moment

TIMED = 100  # customers
SHOWN = 10  # products of the lists that are timed

Choices = Callable[[int], Sequence[Recommender]]  # of a seed


@dataclass(frozen=True)
class Measured:
    name: str
    options: str  # the recommender with what was chosen
    quality: Quality
    tuning_seconds: float
    fit_seconds: float  # on all of train
    milliseconds: float  # to rank for one customer, the median


@dataclass(frozen=True)
class ShopResult:
    shop: str
    methods: list[Measured]
    seed: int

    @property
    def names(self) -> list[str]:
        return [method.name for method in self.methods]

    @cached_property
    def means(self) -> Floats:
        """(methods, METRICS)"""
        return np.stack([method.quality.of_customers.mean(axis=0) for method in self.methods])

    @cached_property
    def draws(self) -> Floats:
        """(DRAWS, methods, METRICS), all methods on the same customers."""
        values = np.concatenate([method.quality.of_customers for method in self.methods], axis=1)
        return resampled_means(values, self.seed).reshape(-1, len(self.methods), len(METRICS))


def measure(split: Split, methods: Mapping[str, Choices], seed: int) -> Iterator[Measured]:
    """Every method chooses its options on customers held out of train, the same for all, before it sees all of it."""
    held_out = last_moment(split.train, np.random.default_rng(seed))
    for name, choices in methods.items():
        started = time.perf_counter()
        recommender, _ = tuned(choices(seed), held_out)
        chosen = time.perf_counter()
        recommender.fit(split.train)
        fitted = time.perf_counter()
        lists = recommender.rank(split.customers, split.times, LONGEST)
        yield Measured(
            name,
            str(recommender),
            quality(lists, split.targets, split.wanted),
            tuning_seconds=chosen - started,
            fit_seconds=fitted - chosen,
            milliseconds=_milliseconds(recommender, split, seed),
        )


def _milliseconds(recommender: Recommender, split: Split, seed: int) -> float:
    tested = len(split.customers)
    sample = np.random.default_rng(seed).permutation(tested)[:TIMED]
    taken = []
    for row in sample:
        started = time.perf_counter()
        recommender.rank(split.customers[row : row + 1], split.times[row : row + 1], SHOWN)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken) * 1000)
