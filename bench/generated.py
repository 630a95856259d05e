"""A generated shop of any size with the structure of a real one, as arrays: for benchmarks.

Customers have tastes for a few of the latent groups of products, so that what one group's customers buy
goes together. Within a group, products come in sets that are bought one after the other. Products
have best sellers and a long tail, seasons, a day when they came and a life after it; some are used up and
bought again. Customers come, buy between once and hundreds of times, and leave; December is the best month.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST_DAY = np.datetime64("2023-01-01", "s")
DAYS = 730
PRODUCTS_A_GROUP, PRODUCTS_A_SET = 125, 6
TASTES = (0.55, 0.2, 0.1, 0.15)  # a customer's three groups, and any group at all
NEW_VISIT = 0.45  # of lines: the others are in the basket of the line before
COMPANION, AGAIN = 0.35, 0.5  # of lines: of the line's before set; something bought earlier, if it is used up
USED_UP = 0.3  # of products
REDRAWN = 5  # times, what is out of season

Integers = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shop:
    """The purchases, the oldest first; `group` and `list_price` are of products, by their number."""

    customer: Integers  # 0 ..
    product: Integers  # 0 ..
    at: NDArray[np.datetime64]  # seconds
    quantity: Integers
    price: Floats  # of one, to the cent
    group: Integers
    list_price: Floats


def purchases(rows: int, customers: int = 100_000, products: int = 10_000, seed: int = 1) -> Shop:
    """So many lines of receipts, the same for the same arguments.

    Every customer has one purchase at least where there are enough rows. About 100 bytes a row while it works.
    """
    chance = np.random.default_rng(seed)
    goods = _Goods(chance, products)
    customer = _shares_of_customers(chance, rows, customers)
    day = _days(chance, customer, customers)
    product = _products(chance, goods, customer, customers, day)
    quantity = np.where(goods.is_used_up[product], chance.geometric(0.6, rows), 1).astype(np.int32)
    discount = 0.05 * chance.binomial(3, 0.15, rows)
    price = (goods.list_price[product] * (1 - discount)).round(2)
    at = FIRST_DAY + (day * 86_400).astype("timedelta64[s]")
    order = np.argsort(at, kind="stable")
    return Shop(
        customer[order], product[order], at[order], quantity[order], price[order], goods.group, goods.list_price
    )


class _Goods:
    """What is for sale, group by group."""

    def __init__(self, chance: np.random.Generator, products: int) -> None:
        self.groups = max(1, products // PRODUCTS_A_GROUP)
        self.group = np.sort(np.arange(products) % self.groups).astype(np.int32)
        self.popularity = chance.permutation(np.arange(1, products + 1) ** -1.0)
        self.upto = np.cumsum(self.popularity)
        ends = np.searchsorted(self.group, np.arange(self.groups), side="right")
        self.group_to = self.upto[ends - 1]
        self.group_from = np.concatenate([[0.0], self.group_to[:-1]])
        self.came = chance.uniform(-1500, DAYS - 60, products)
        self.fades = chance.exponential(0.3, products)  # a year
        self.season, self.height = chance.uniform(0, 1, products), chance.beta(1, 3, products)
        self.is_used_up = chance.random(products) < USED_UP
        self.list_price = np.round(chance.lognormal(3, 1, products) + 0.5, 2)

    def of_groups(self, chance: np.random.Generator, group: NDArray[Any]) -> NDArray[Any]:
        low, high = self.group_from[group], self.group_to[group]
        drawn: NDArray[Any] = np.searchsorted(self.upto, low + chance.random(len(group)) * (high - low), side="right")
        return drawn

    def appeal(self, product: NDArray[Any], day: Floats) -> Floats:
        """0..1: how much of its popularity a product has on a day."""
        age = day - self.came[product]
        season = 1 - self.height[product] * (0.5 - 0.5 * np.cos(2 * np.pi * (day / 365 - self.season[product])))
        appeal: Floats = season * np.clip(age / 30, 0, 1) * np.exp(-self.fades[product] * np.maximum(age, 0) / 365)
        return appeal

    def same_set(self, chance: np.random.Generator, product: NDArray[Any]) -> NDArray[Any]:
        first = product - product % PRODUCTS_A_SET
        other: NDArray[Any] = first + chance.integers(0, PRODUCTS_A_SET, len(product))
        return other.clip(max=len(self.group) - 1)


def _shares_of_customers(chance: np.random.Generator, rows: int, customers: int) -> Integers:
    """Whose each row is, in the order of customers."""
    eagerness = np.cumsum(chance.lognormal(0, 1.2, customers))
    certain = np.arange(min(rows, customers))
    drawn = np.searchsorted(eagerness, chance.random(rows - len(certain)) * eagerness[-1], side="right")
    return np.sort(np.concatenate([certain, drawn])).astype(np.int32)


def _days(chance: np.random.Generator, customer: Integers, customers: int) -> Floats:
    """Each row's day and its time, as days since the first; the lines of one basket have the same."""
    days = np.arange(DAYS + 1)
    busy = 1 + 0.3 * days / DAYS + np.where(days % 365 > 330, 0.8, 0) + np.where(days % 7 < 2, 0.3, 0)
    upto = np.concatenate([[0.0], np.cumsum(busy[:-1])]) / busy[:-1].sum()
    joined = chance.uniform(-0.5, 0.98, customers).clip(0)
    left = joined + (1 - joined) * chance.beta(2, 0.7, customers)
    is_new = (chance.random(len(customer)) < NEW_VISIT) | (np.diff(customer, prepend=-1) > 0)
    visitor = customer[is_new]
    visits = np.interp(joined[visitor] + chance.random(len(visitor)) * (left - joined)[visitor], upto, days)
    visits = np.floor(visits) + chance.beta(3, 2.5, len(visits)) * 0.999
    ordered: Floats = visits[np.lexsort((visits, visitor))][np.cumsum(is_new) - 1]
    return ordered


def _products(
    chance: np.random.Generator, goods: _Goods, customer: Integers, customers: int, day: Floats
) -> NDArray[np.int32]:
    rows = len(customer)
    favour = chance.integers(0, goods.groups, (customers, len(TASTES)))
    slot = chance.choice(len(TASTES), rows, p=TASTES)
    group = np.where(slot == len(TASTES) - 1, chance.integers(0, goods.groups, rows), favour[customer, slot])
    product = goods.of_groups(chance, group)
    out = np.arange(rows)
    for _ in range(REDRAWN):
        out = out[chance.random(len(out)) > goods.appeal(product[out], day[out])]
        product[out] = goods.of_groups(chance, group[out])

    place = np.arange(rows)
    first = np.searchsorted(customer, customer)  # the customer's first row
    follows = (chance.random(rows) < COMPANION) & (place > first)
    product = np.where(follows, goods.same_set(chance, product[_origin(np.where(follows, place - 1, place))]), product)
    earlier = first + (chance.random(rows) * (place - first)).astype(np.int64)
    again = product[_origin(np.where(chance.random(rows) < AGAIN, earlier, place))]
    return np.where(goods.is_used_up[again], again, product).astype(np.int32)


def _origin(parent: NDArray[Any]) -> NDArray[Any]:
    """Where each row's chain of parents ends."""
    while True:
        grandparent: NDArray[Any] = parent[parent]
        if np.array_equal(grandparent, parent):
            return grandparent
        parent = grandparent
