"""What speaks for which product, for one shopper at one moment: the same code learns, measures and serves."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommendations.engine.gathering import Floats, Ints, entries, largest, summed
from recommendations.engine.model import Tables
from recommendations.engine.popularity import DAY, Sales
from recommendations.engine.purchases import Purchases
from recommendations.engine.together import FADE, REMEMBERED

Bools = NDArray[np.bool_]

MOST_PRODUCTS = 1000  # of a customer's latest that are looked at
NEIGHBOURS = 100  # most similar customers whose purchases speak
PROFILE_HALF_LIFE, NEIGHBOUR_HALF_LIFE = 90.0, 60.0  # days
BEST = 60  # candidates by each kind of evidence
FEW = 100  # products that are all candidates
NEWEST = 20  # products that are candidates for being new
RARE = 0.03  # share of the largest score, so that none is no abyss
SHELF = 0.05  # of the shop's range that a customer is taken to like besides their own

# Each with the part of the score that it belongs to, and the scale on which one step means as much as in others.
SIGNALS = {
    "ridge": ("co-purchase", 1.0),
    "ridge, log": ("co-purchase", 1.0),
    "ridge, lately": ("co-purchase", 1.0),
    "ridge, lately, log": ("co-purchase", 1.0),
    "ridge, last moment": ("co-purchase", 1.0),
    "ridge, by days": ("co-purchase", 1.0),
    "bm25": ("co-purchase", 1.0),
    "bm25, lately": ("co-purchase", 1.0),
    "transitions": ("co-purchase", 1.0),
    "transitions, log": ("co-purchase", 1.0),
    "similar customers": ("similar customers", 1.0),
    "similar customers, lately": ("similar customers", 1.0),
    "sold in 7 days": ("popular", 1.5),
    "sold in 30 days": ("popular", 1.5),
    "sold in 120 days": ("popular", 1.5),
    "sold ever": ("popular", 1.5),
    "days on sale": ("season", 2.0),
    "days unsold": ("season", 1.5),
    "never sold": ("season", 0.2),
    "category": ("category", 1.5),
    "name": ("name", 1.0),
    "price": ("price", 1.0),
    "reviews": ("reviews", 1.0),
}
SCALES = np.array([scale for _, scale in SIGNALS.values()])
PARTS = tuple(dict.fromkeys(part for part, _ in SIGNALS.values()))
OF_PART = np.array([[part == other for other in PARTS] for part, _ in SIGNALS.values()], float)  # (signals, parts)


@dataclass(frozen=True)
class Shopper:
    """One customer's purchases as they are known at a moment; nobody in particular has none."""

    products: Ints  # (distinct,) rows of the tables, the latest purchase first
    ago: Ints  # (distinct,) purchase times of the customer since
    times: Floats  # (distinct,) of the latest purchase, seconds since 1970
    counts: Ints  # (distinct,) purchases
    at: float  # the moment of the request, seconds since 1970
    row: int | None = None  # of the tables, where these know the customer

    @classmethod
    def of(cls, products: Ints, times: Ints, at: float, row: int | None = None) -> "Shopper":
        """(purchases,) each, in any order and with repeats."""
        order = np.lexsort((products, -times))
        products, times = products[order], times[order]
        ago = np.cumsum(np.concatenate([[0], np.diff(times) != 0])) if len(times) else times
        _, latest, counts = np.unique(products, return_index=True, return_counts=True)
        kept = np.argsort(latest)[:MOST_PRODUCTS]
        latest = latest[kept]
        return cls(products[latest], np.asarray(ago[latest]), times[latest].astype(float), counts[kept], at, row)

    @classmethod
    def among(cls, purchases: Purchases, row: int, at: float) -> "Shopper":
        """The customer of that row, as these purchases know them."""
        theirs = slice(purchases.history_starts[row], purchases.history_starts[row + 1])
        return cls.of(purchases.product[theirs], purchases.time[theirs], at, row)


@dataclass(frozen=True)
class Evidence:
    """For one shopper: scores over all products, from which candidates and their signals are drawn."""

    tables: Tables
    shopper: Shopper

    @cached_property
    def neighbours(self) -> tuple[Ints, Floats]:
        """(neighbours,) rows of the most similar customers, the most similar first, and their cosines."""
        own = self.shopper.products
        lengths = self.tables.basket_lengths
        at, _ = entries(self.tables.buyers, own)
        shared = np.bincount(self.tables.buyers.indices[at], minlength=len(lengths))
        if self.shopper.row is not None:
            shared[self.shopper.row] = 0
        others = np.flatnonzero(shared)  # few of all
        cosine = shared[others] / np.sqrt(lengths[others] * max(len(own), 1))
        best = largest(cosine, NEIGHBOURS)
        best = best[np.lexsort((best, -cosine[best]))]
        return others[best], cosine[best]

    @cached_property
    def co_purchase(self) -> dict[str, Floats]:
        """(products,) each."""
        own, tables, ago = self.shopper.products, self.tables, self.shopper.ago.astype(float)
        days = np.maximum(self.shopper.at - self.shopper.times, 0) / DAY
        flat, lately = np.ones(len(own)), FADE**ago
        ridge = summed(tables.ridge, own, np.stack([flat, lately, ago == 0, 0.5 ** (days / PROFILE_HALF_LIFE)]))
        bm25 = summed(tables.bm25, own, np.stack([flat, lately]))
        [transitions] = summed(tables.transitions, own[:REMEMBERED], lately[None, :REMEMBERED])
        names = ("ridge", "ridge, lately", "ridge, last moment", "ridge, by days", "bm25", "bm25, lately")
        return {**dict(zip(names, [*ridge, *bm25], strict=True)), "transitions": transitions}

    @cached_property
    def similar(self) -> dict[str, Floats]:
        """(products,) each."""
        cosine = self.neighbours[1]
        at, which = self._theirs
        products, when = self.tables.bought.indices[at], self.tables.bought.data[at]
        days = (self.shopper.at - when) / DAY
        lately = np.where(days > 0, 0.5 ** (np.maximum(days, 0) / NEIGHBOUR_HALF_LIFE), 0)
        n = self.tables.bought.shape[1]
        return {
            "similar customers": np.bincount(products, cosine[which], n).astype(float),
            "similar customers, lately": np.bincount(products, cosine[which] * lately, n).astype(float),
        }

    @cached_property
    def neighbours_who_bought(self) -> Ints:
        """(products,) of the neighbours."""
        at, _ = self._theirs
        return np.bincount(self.tables.bought.indices[at], minlength=self.tables.bought.shape[1])

    @cached_property
    def _theirs(self) -> tuple[Ints, Ints]:
        """Where the neighbours' purchases lie in the tables, and which neighbour's each is."""
        return entries(self.tables.bought, self.neighbours[0])

    @cached_property
    def sales(self) -> Sales:
        return self.tables.popularity.before(self.shopper.at)

    @property
    def unbought(self) -> Bools:
        """(products,) what the shopper does not have yet."""
        new = np.ones(self.tables.bought.shape[1], bool)
        new[self.shopper.products] = False
        return new

    def candidates(self, allowed: Bools, best: int = BEST) -> Ints:
        """Rows of allowed products, ascending: all where these are few, else the `best` by each kind of evidence
        and the newest."""
        if np.count_nonzero(allowed) <= FEW:
            return np.flatnonzero(allowed)
        by_kind = [
            self.co_purchase["ridge"],
            self.co_purchase["ridge, lately"],
            self.co_purchase["bm25"],
            self.co_purchase["transitions"],
            self.similar["similar customers"],
            self.sales.recent[1],
        ]
        found = [largest(np.where(allowed, scores, 0), best) for scores in by_kind]
        return np.unique(np.concatenate([*found, np.flatnonzero(allowed)[-NEWEST:]]))

    def signals(self, products: Ints) -> Floats:
        """(products, signals) in the order of SIGNALS, each in its scale."""
        scores = {name: values[products] for name, values in (self.co_purchase | self.similar).items()}
        columns = dict(zip(scores, _standing(np.stack(list(scores.values()))), strict=True))
        columns |= {f"{name}, log": _share(scores[name]) for name in ("ridge", "ridge, lately", "transitions")}
        columns |= self._popularity(products) | self._taste(products)
        return np.asarray(np.stack([columns[name] for name in SIGNALS], axis=1) / SCALES)

    def repeat_signals(self) -> Floats:
        """(distinct products bought, repeat signals), in the order of the shopper's products."""
        shopper = self.shopper
        return self.tables.rhythm.signals(shopper.products, shopper.counts, shopper.times, shopper.at)

    def parts(self, products: Ints, weights: Floats) -> Floats:
        """(products, PARTS): what each kind of evidence adds to a product's score, above its mean over these."""
        counted = (self.signals(products) * weights) @ OF_PART
        return np.asarray(counted - counted.mean(axis=0)) if len(products) else counted

    def scored(self, products: Ints, weights: Floats) -> Floats:
        """(products,) the sums of the parts."""
        return np.asarray(self.parts(products, weights).sum(axis=1))

    def _popularity(self, products: Ints) -> dict[str, Floats]:
        sales, at = self.sales, self.shopper.at
        sold = sales.buyers[products] > 0
        age, since = (
            np.where(sold, np.log1p(np.maximum(at - np.where(sold, moment[products], 0), 0) / DAY), 0.0)
            for moment in (sales.first, sales.last)
        )
        recent = np.log(0.3 + sales.recent[:, products])
        return {
            "sold in 7 days": recent[0],
            "sold in 30 days": recent[1],
            "sold in 120 days": recent[2],
            "sold ever": np.log(0.3 + sales.buyers[products]),
            "days on sale": age,
            "days unsold": since,
            "never sold": (~sold).astype(float),
        }

    @cached_property
    def usual_price(self) -> float | None:
        """The geometric mean of what the customer's products cost, of those that have a price."""
        prices = self.tables.catalogue.log_price[self.shopper.products]
        prices = prices[~np.isnan(prices)]
        return float(np.exp(prices.mean())) if len(prices) else None

    def own_on_shelf(self, products: Ints) -> Ints:
        """(products,) how many of the customer's products are of the same category."""
        category = self.tables.catalogue.category
        counts = np.bincount(category[self.shopper.products], minlength=len(self.tables.catalogue.shelf_shares))
        return np.where(category[products] > 0, counts[category[products]], 0)

    def names_alike(self, products: Ints) -> Floats:
        """(products,) the sum of the likenesses of the name with those of the customer's products."""
        names = self.tables.catalogue.names
        return np.asarray(names[products] @ self._own_names) if names.shape[1] else np.zeros(len(products))

    @cached_property
    def _own_names(self) -> Floats:
        """(terms,) the sum of the names of the customer's products."""
        return np.asarray(self.tables.catalogue.names[self.shopper.products].sum(axis=0)).ravel()

    def _taste(self, products: Ints) -> dict[str, Floats]:
        """How near products are to what the customer bought; nothing where one of the two is unknown."""
        catalogue, own = self.tables.catalogue, self.shopper.products
        shelves = catalogue.shelf_shares
        mine = np.bincount(catalogue.category[own], minlength=len(shelves)) / max(len(own), 1)
        liking = np.log(np.maximum(mine + SHELF * shelves, 1e-9) / np.maximum((1 + SHELF) * shelves, 1e-9))
        category = np.where(
            (catalogue.category[products] > 0) & (len(own) > 0), liking[catalogue.category[products]], 0
        )
        usual = np.log(self.usual_price) if self.usual_price else np.nan
        price = -np.abs(catalogue.log_price[products] - usual)
        return {
            "category": category,
            "name": _standing(self.names_alike(products)),
            "price": np.nan_to_num(price, nan=float(np.nanmean(price)) if not np.isnan(price).all() else 0.0),
            "reviews": _standing(np.nan_to_num(catalogue.sentiment[products], nan=catalogue.usual_sentiment)),
        }


def _standing(values: Floats) -> Floats:
    """(…, candidates) above the mean of the candidates, in standard deviations."""
    if not values.size:
        return values
    spread = values.std(axis=-1, keepdims=True)
    return np.asarray((values - values.mean(axis=-1, keepdims=True)) * (spread > 0) / np.where(spread > 0, spread, 1))


def _share(values: Floats) -> Floats:
    """The logarithm of the share of the largest."""
    top = values.max(initial=0.0)
    return np.log(np.maximum(values, 0) / top + RARE) if top > 0 else np.zeros(len(values))
