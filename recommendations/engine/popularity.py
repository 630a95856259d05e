"""How well each product sold before any moment: what was first bought later is not known then."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recommendations.engine.gathering import Floats, Ints
from recommendations.engine.purchases import Purchases

DAY = 86_400.0
HALF_LIVES = (7.0, 30.0, 120.0)  # days
CHECKPOINTS = 64  # moments whose counts are kept, to count on from


@dataclass(frozen=True)
class Sales:
    """As seen at one moment, (products,) each."""

    recent: Floats  # (half-lives, products) customers who bought it before, each halved every half-life since
    buyers: Floats  # customers who had bought it
    first: Floats  # seconds since 1970 of its first sale; infinite if there was none
    last: Floats  # of the last time that a customer bought it for the first time; minus infinite if there was none

    def until(self, products: Ints, times: Ints, at: float) -> "Sales":
        """With further first purchases, in order of time, and seen at a later moment."""
        n, latest = len(self.buyers), self.last.copy()
        latest[products] = times  # the last one stays
        first = self.first.copy()
        np.minimum.at(first, products, times.astype(float))
        ages = (at - times) / DAY
        added = [np.bincount(products, 0.5 ** (ages / half_life), n) for half_life in HALF_LIVES]
        return Sales(self.recent + added, self.buyers + np.bincount(products, minlength=n), first, latest)

    def faded(self, seconds: float) -> "Sales":
        fading = [[0.5 ** (seconds / DAY / half_life)] for half_life in HALF_LIVES]
        return Sales(self.recent * fading, self.buyers, self.first, self.last)


@dataclass(frozen=True)
class Popularity:
    """The first purchases of all customers, in order of time."""

    product: Ints  # (first purchases,)
    time: Ints  # (first purchases,) seconds since 1970, ascending
    products: int

    @classmethod
    def of(cls, purchases: Purchases) -> "Popularity":
        first = purchases.only(purchases.first_ever)
        order = np.argsort(first.time, kind="stable")
        return cls(first.product[order], first.time[order], purchases.shape[1])

    def before(self, at: float) -> Sales:
        """Sales strictly before that moment."""
        # Looked for as a whole number: for a fraction numpy would make fractions of all times.
        end = int(np.searchsorted(self.time, int(np.ceil(at)))) if np.isfinite(at) else len(self.time)
        checkpoint = min(end // self._step, len(self._checkpoints) - 1)
        start = checkpoint * self._step
        known = self._checkpoints[checkpoint]
        known = known.faded(at - float(self.time[start - 1])) if start else known
        return known.until(self.product[start:end], self.time[start:end], at)

    @cached_property
    def _step(self) -> int:
        return max(len(self.time) // CHECKPOINTS, 1)

    @cached_property
    def _checkpoints(self) -> list[Sales]:
        """After every `_step` first purchases, as seen at the last of them."""
        none = np.full(self.products, np.inf)
        seen = [Sales(np.zeros((len(HALF_LIVES), self.products)), np.zeros(self.products), none, -none)]
        for start in range(0, len(self.time) - self._step + 1, self._step):
            part = slice(start, start + self._step)
            now = float(self.time[part][-1])
            faded = seen[-1].faded(now - float(self.time[start - 1])) if start else seen[-1]
            seen.append(faded.until(self.product[part], self.time[part], now))
        return seen
