"""Who bought both, and what was bought after what: counted, and weighed without learning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, vstack

from recommendations.engine.gathering import Ints, by_blocks, multiplied, strongest
from recommendations.engine.purchases import Purchases

NEAREST = 100  # products that each is regressed on in larger shops
ALL_BELOW = 1500  # products; in smaller shops each is regressed on all others
K1, B = 1.2, 0.2  # of BM25
BM25_NEAREST = 200
FADE = 0.8  # what a moment counts of the one after it; a moment is one purchase time
REMEMBERED = 50  # purchases that a next one is said to follow
DAMPING = 5.0  # purchases, so that what is rare proves little
FOLLOWING = 200
TABLE = 12_000  # products up to which all pairs are kept as a full table, of 4 bytes a pair

Factors = NDArray[np.float32]
Places = NDArray[np.int32]
Memory = tuple[Places, Places, Places, csr_array, Factors]


@dataclass(frozen=True)
class Together:
    """Pairs of products and their buyers."""

    counts: "csr_array | NDArray[np.float32]"  # (products, products) customers who bought both; diagonal: buyers
    neighbours: Ints  # (products, nearest) of product j those with the largest c_ij / √c_ii; padded with `products`
    bm25: csr_array  # (products, products)

    def looked_up(self, rows: Ints, columns: Ints) -> NDArray[np.float32]:
        """The counts of these pairs, in the shape of `rows` and `columns`, which broadcast."""
        rows, columns = np.broadcast_arrays(rows, columns)
        if isinstance(self.counts, np.ndarray):
            return np.asarray(self.counts[rows, columns])
        if not rows.size:  # of no pairs scipy gives a table
            return np.zeros(rows.shape, np.float32)
        return np.asarray(self.counts[rows.ravel(), columns.ravel()]).reshape(rows.shape)


def count_together(bought: csr_array, *, nearest: int = NEAREST, all_below: int = ALL_BELOW) -> Together:
    """One pass over (customers, products) 0/1.

    BM25 (Robertson & Zaragoza 2009) takes a customer as the document and a product as the term: short histories and
    rare products count more. Its sums over the same customers ride along as the imaginary part of the counts.
    """
    products = bought.shape[1]
    weighed, scale, rarity = weighed_for_counting(bought)
    width = nearest_of(products, nearest, all_below)
    counts: list[csr_array | NDArray[np.float32]] = []
    neighbours, bm25 = [np.zeros((0, width), np.int64)], []
    for block, sums in multiplied(csr_array(bought.T), weighed):
        both, closest, similar = counted(sums, block.start, scale, rarity, width)
        counts.append(both.toarray() if products <= TABLE else both)
        neighbours.append(closest)
        bm25.append(similar)
    whole = np.concatenate(counts) if products <= TABLE and counts else vstack(counts) if counts else np.zeros((0, 0))
    return Together(whole, np.concatenate(neighbours), stacked(bm25, products))


def nearest_of(products: int, nearest: int = NEAREST, all_below: int = ALL_BELOW) -> int:
    """How many others each product is regressed on."""
    others = max(products - 1, 0)
    return min(nearest, others) if products >= all_below else others


def weighed_for_counting(bought: csr_array) -> tuple[csr_array, Factors, Factors]:
    """(customers, products) purchases as `counted` wants them summed; (products,) 1/√buyers; (products,) BM25's idf."""
    customers, products = bought.shape
    buyers = np.bincount(bought.indices, minlength=products)
    lengths = np.diff(bought.indptr)
    saturation = (K1 + 1) / (K1 * (1 - B + B * lengths / max(bought.nnz / max(customers, 1), 1)) + 1)
    rarity = np.maximum(np.log(max(customers, 1)) - np.log1p(buyers), 0).astype(np.float32)
    weighed = csr_array(diags_array(1 + 1j * saturation**2) @ bought).astype(np.complex64)
    return weighed, (1 / np.sqrt(np.maximum(buyers, 1))).astype(np.float32), rarity


def counted(
    sums: csr_array, start: int, scale: Factors, rarity: Factors, width: int
) -> tuple[csr_array, Ints, csr_array]:
    """Of the products from `start` on, whose rows of bought.T @ weighed these are: their rows of a Together."""
    rows, products = sums.shape
    sums.sort_indices()
    distinct = sums.indices != np.repeat(np.arange(start, start + rows), np.diff(sums.indptr))
    closest = strongest(_like(sums, sums.data.real * distinct * scale[sums.indices]), width)
    lengths = np.diff(closest.indptr)
    neighbours = np.full((rows, width), products)
    which = np.repeat(np.arange(rows), lengths)
    neighbours[which, np.arange(len(which)) - np.repeat(closest.indptr[:-1], lengths)] = closest.indices
    similar = strongest(_like(sums, sums.data.imag * distinct * rarity[sums.indices]), BM25_NEAREST)
    bm25 = csr_array(diags_array(rarity[start : start + rows]) @ similar, dtype=np.float32)
    return _like(sums, sums.data.real), neighbours, bm25


def transition_table(purchases: Purchases) -> csr_array:
    """(before, after): how often `after` was first bought with `before` in the memory, the latest moment counting
    most, over the root of how often each was seen on its side."""
    bought, memory = memories(purchases)
    kept = [table for _, table in by_blocks(lambda _, rows: followed(rows, *memory), bought)]
    return stacked(kept, purchases.shape[1])


def memories(purchases: Purchases) -> tuple[csr_array, Memory]:
    """(products, purchases) where each product was bought; and what `followed` needs to know of all purchases.

    A moment here is one at which the customer bought something new, named by the first purchase of that time.
    """
    products, everything = purchases.shape[1], np.arange(len(purchases.product))
    bought = csr_array(
        (np.ones(len(everything), np.int8), (purchases.product, everything)), (products, len(everything))
    )
    first = np.flatnonzero(purchases.first_ever)
    moments, moment = np.unique(purchases.moment_starts[first], return_inverse=True)
    new = csr_array((np.ones(len(first), np.float32), (moment, purchases.product[first])), (len(moments), products))
    ago = purchases.moments_ago.astype(np.int32)
    oldest = np.maximum(moments - REMEMBERED, purchases.history_starts[purchases.customer[moments]])
    remembered = np.zeros(len(moments))
    for back in range(1, REMEMBERED + 1):
        at = np.flatnonzero(moments - back >= oldest)
        remembered[at] += FADE ** (ago[moments[at] - back] - ago[moments[at]] - 1)
    seen = (1 / np.sqrt(remembered @ new + DAMPING)).astype(np.float32)
    ends = purchases.history_starts[purchases.customer + 1]
    until = np.minimum(everything + REMEMBERED, ends - 1)
    return bought, (until.astype(np.int32), ago, moments.astype(np.int32), new, seen)


def followed(
    bought: csr_array, until: Places, ago: Places, moments: Places, new: csr_array, seen: Factors
) -> csr_array:
    """The rows of the transitions of some products, whose purchases these are.

    `until`: (purchases,) the last purchase whose moment may still remember this one; `ago`: (purchases,) moments of the
    customer since; `new`: (moments, products) what was first bought; `seen`: (products,) what its column is scaled by.
    """
    rows = np.repeat(np.arange(bought.shape[0]), np.diff(bought.indptr))
    next_one = np.searchsorted(moments, bought.indices, side="right")
    lengths = np.maximum(np.searchsorted(moments, until[bought.indices], side="right") - next_one, 0)
    which = np.repeat(np.arange(len(rows)), lengths)
    after = np.repeat(next_one - np.cumsum(lengths) + lengths, lengths) + np.arange(len(which))
    weight = (FADE ** (ago[bought.indices[which]] - ago[moments[after]] - 1)).astype(np.float32)
    before = csr_array((weight, (rows[which], after)), (bought.shape[0], len(moments)))
    scale = (1 / np.sqrt(before @ np.diff(new.indptr) + DAMPING)).astype(np.float32)
    sums = before @ new
    kept = strongest(_like(sums, sums.data * seen[sums.indices]), FOLLOWING)
    return csr_array(diags_array(scale) @ kept, dtype=np.float32)


def stacked(rows: Sequence[csr_array], columns: int) -> csr_array:
    """The tables below each other; of no table, one without rows."""
    return csr_array(vstack([csr_array((0, columns), dtype=np.float32), *rows]))


def _like(table: csr_array, data: NDArray[np.float32]) -> csr_array:
    return csr_array((data, table.indices, table.indptr), shape=table.shape)
