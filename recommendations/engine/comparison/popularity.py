"""What sells, to everybody alike."""

from dataclasses import dataclass, field

import numpy as np

from recommendations.engine.comparison.recommender import Scorer, Scores
from recommendations.engine.purchases import Ints, Purchases

DAY = 86_400


@dataclass
class Popularity(Scorer):
    """Customers who bought it, ever."""

    buyers: Scores = field(init=False, repr=False)

    def learn(self, train: Purchases) -> None:
        self.buyers = np.asarray(train.bought.sum(axis=0), float).ravel()

    def scores(self, customers: Ints, times: Ints) -> Scores:
        return np.tile(self.buyers, (len(customers), 1))


@dataclass
class RecentPopularity(Scorer):
    """Purchases, or only customers' first ones, of the last days before the request."""

    days: int
    first_only: bool
    product: Ints = field(init=False, repr=False)  # (purchases,) by time
    time: Ints = field(init=False, repr=False)

    def learn(self, train: Purchases) -> None:
        counted = train.only(train.first_ever) if self.first_only else train
        order = np.argsort(counted.time, kind="stable")
        self.product, self.time = counted.product[order], counted.time[order]

    def scores(self, customers: Ints, times: Ints) -> Scores:
        starts = np.searchsorted(self.time, times - self.days * DAY)
        ends = np.searchsorted(self.time, times)
        scores = np.zeros((len(times), self.train.shape[1]))
        for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
            scores[row] = np.bincount(self.product[start:end], minlength=scores.shape[1])
        return scores
