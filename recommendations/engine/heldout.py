"""Customers whose next purchase is hidden, to measure what would have foretold it."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from recommendations.engine.purchases import Ints, Purchases
from recommendations.engine.together import Together

MOST_CUSTOMERS = 2000  # a sample is enough: its standard error is below one percentage point


@dataclass(frozen=True)
class HeldOut:
    """What is known of some customers before a moment, and what they bought for the first time at it."""

    known: Purchases  # everybody's, less what the held-out customers bought from their moment on
    customers: Ints  # (held out,) rows of the matrices
    times: Ints  # (held out,) the moments, seconds since 1970
    targets: csr_array  # (held out, products) each row sums to 1: any of the new products counts alike

    @property
    def evidence(self) -> Ints:
        """(held out,) distinct products known."""
        return np.asarray(np.diff(self.known.bought.indptr)[self.customers], np.int64)


@dataclass(frozen=True)
class Split:
    """Customers held out, and what the purchases known of all say of pairs."""

    held_out: HeldOut
    together: Together

    def wanted(self) -> list[Ints]:
        """(held out,) rows of the products each bought next."""
        targets = self.held_out.targets
        return np.split(targets.indices, targets.indptr[1:-1])


def last_moment(purchases: Purchases, chance: np.random.Generator) -> HeldOut:
    """Hide each customer's last first-ever purchases and all after them, where something remains before."""
    first = purchases.only(purchases.first_ever)
    moment = np.full(purchases.shape[0], np.iinfo(np.int64).min)
    np.maximum.at(moment, first.customer, first.time)
    before = np.bincount(first.customer[first.time < moment[first.customer]], minlength=purchases.shape[0])
    chosen = _sample(np.flatnonzero(before), chance)
    hidden = np.zeros(purchases.shape[0], bool)
    hidden[chosen] = True
    known = purchases.only(~hidden[purchases.customer] | (purchases.time < moment[purchases.customer]))
    return HeldOut(known, chosen, moment[chosen], _targets(first, chosen, moment))


def first_moment(purchases: Purchases, chance: np.random.Generator) -> HeldOut:
    """Hide all purchases of every fifth customer, the first of which are to be foretold: nothing is known of who asks,
    and enough of the others."""
    first = purchases.only(purchases.first_ever)
    moment = np.full(purchases.shape[0], np.iinfo(np.int64).max)
    np.minimum.at(moment, first.customer, first.time)
    active = np.unique(purchases.customer)
    chosen = _sample(np.sort(chance.choice(active, len(active) // 5, replace=False)), chance)
    hidden = np.zeros(purchases.shape[0], bool)
    hidden[chosen] = True
    return HeldOut(purchases.only(~hidden[purchases.customer]), chosen, moment[chosen], _targets(first, chosen, moment))


def _sample(customers: Ints, chance: np.random.Generator) -> Ints:
    if len(customers) <= MOST_CUSTOMERS:
        return np.asarray(customers, np.int64)
    return np.sort(chance.choice(customers, MOST_CUSTOMERS, replace=False))


def _targets(first: Purchases, chosen: Ints, moment: Ints) -> csr_array:
    row = np.full(first.shape[0], -1)
    row[chosen] = np.arange(len(chosen))
    at_moment = (first.time == moment[first.customer]) & (row[first.customer] >= 0)
    rows, products = row[first.customer[at_moment]], first.product[at_moment]
    share = 1 / np.bincount(rows, minlength=len(chosen))[rows]
    return csr_array((share, (rows, products)), shape=(len(chosen), first.shape[1]))
