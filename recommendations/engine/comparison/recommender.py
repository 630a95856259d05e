"""What every method under comparison can do, ours included."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommendations.engine.purchases import Ints, Purchases

Scores = NDArray[np.float64]  # (customers asked about, products)
SCORED_AT_ONCE = 4_000_000  # numbers of a dense block


class Recommender(Protocol):
    def fit(self, train: Purchases) -> None: ...

    def rank(self, customers: Ints, times: Ints, n: int) -> Ints:
        """Rows of customers and when each asks -> (customers, n) rows of products, best first, -1 pads.

        Never a product that the customer has in train.
        """


@dataclass
class Scorer(ABC):
    """A recommender that scores every product."""

    train: Purchases = field(init=False, repr=False)

    def fit(self, train: Purchases) -> None:
        self.train = train
        self.learn(train)

    @abstractmethod
    def learn(self, train: Purchases) -> None: ...

    @abstractmethod
    def scores(self, customers: Ints, times: Ints) -> Scores:
        """A new array, which the caller may change."""

    def rank(self, customers: Ints, times: Ints, n: int) -> Ints:
        lists = np.full((len(customers), n), -1)
        for part in blocks(len(customers), self.train.shape[1]):
            scores = self.scores(customers[part], times[part])
            lists[part] = best(scores, self.train.bought[customers[part]], n)
        return lists


def blocks(rows: int, columns: int) -> Iterator[slice]:
    """Slices of rows such that a dense block stays small."""
    step = max(1, SCORED_AT_ONCE // max(1, columns))
    return (slice(start, start + step) for start in range(0, rows, step))


def best(scores: Scores, bought: csr_array, n: int) -> Ints:
    """(customers, n) the open products of the highest scores, the lower row first where they are equal; -1 pads."""
    customers, products = scores.shape
    scores[np.repeat(np.arange(customers), np.diff(bought.indptr)), bought.indices] = -np.inf
    lists = np.full((customers, n), -1)
    width = min(n, products)
    found = largest(scores, width)
    ordered = np.take_along_axis(scores, found, axis=1)
    lists[:, :width] = np.where(np.isfinite(ordered), found, -1)
    return lists


def largest(scores: Scores, n: int) -> Ints:
    """(rows, n) columns of the largest numbers, in descending order; the lower column first where they are equal."""
    if n >= scores.shape[1]:
        return np.argsort(-scores, axis=1, kind="stable")
    found = np.sort(np.argpartition(-scores, n - 1, axis=1)[:, :n], axis=1)
    order = np.argsort(-np.take_along_axis(scores, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)
