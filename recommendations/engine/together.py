"""Who bought both, and what was bought after what: counted, and weighed without learning."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, vstack

from recommendations.engine.gathering import Ints, multiplied, strongest
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
        return np.asarray(self.counts[rows.ravel(), columns.ravel()]).reshape(rows.shape)


def count_together(bought: csr_array, *, nearest: int = NEAREST, all_below: int = ALL_BELOW) -> Together:
    """One pass over (customers, products) 0/1.

    BM25 (Robertson & Zaragoza 2009) takes a customer as the document and a product as the term: short histories and
    rare products count more. Its sums over the same customers ride along as the imaginary part of the counts.
    """
    customers, products = bought.shape
    buyers = np.bincount(bought.indices, minlength=products)
    lengths = np.diff(bought.indptr)
    saturation = (K1 + 1) / (K1 * (1 - B + B * lengths / max(bought.nnz / max(customers, 1), 1)) + 1)
    rarity = np.maximum(np.log(max(customers, 1)) - np.log1p(buyers), 0).astype(np.float32)
    weighed = csr_array(diags_array(1 + 1j * saturation**2) @ bought).astype(np.complex64)
    scale = (1 / np.sqrt(np.maximum(buyers, 1))).astype(np.float32)
    others = max(products - 1, 0)
    width = min(nearest, others) if products >= all_below else others
    counts: list[csr_array | NDArray[np.float32]] = []
    neighbours = np.full((products, width), products)
    bm25 = []
    for block, sums in multiplied(csr_array(bought.T), weighed):
        sums.sort_indices()
        distinct = sums.indices != np.repeat(np.arange(products)[block], np.diff(sums.indptr))
        counts.append(_like(sums, sums.data.real).toarray() if products <= TABLE else _like(sums, sums.data.real))
        closest = strongest(_like(sums, sums.data.real * distinct * scale[sums.indices]), width)
        lengths = np.diff(closest.indptr)
        rows = np.repeat(np.arange(products)[block], lengths)
        neighbours[rows, np.arange(len(rows)) - np.repeat(closest.indptr[:-1], lengths)] = closest.indices
        bm25.append(strongest(_like(sums, sums.data.imag * distinct * rarity[sums.indices]), BM25_NEAREST))
    table = csr_array(diags_array(rarity) @ vstack(bm25)) if bm25 else csr_array((0, 0))
    whole = np.concatenate(counts) if products <= TABLE and counts else vstack(counts) if counts else np.zeros((0, 0))
    return Together(whole, neighbours, csr_array(table, dtype=np.float32))


def transition_table(purchases: Purchases) -> csr_array:
    """(before, after): how often `after` was first bought with `before` in the memory, the latest moment counting
    most, over the root of how often each was seen on its side."""
    products = purchases.shape[1]
    before, after = _memories(purchases)
    totals_before = before.T @ np.diff(after.indptr)
    totals_after = np.asarray(before.sum(axis=1)).ravel() @ after
    scale_before = (1 / np.sqrt(totals_before + DAMPING)).astype(np.float32)
    scale_after = (1 / np.sqrt(totals_after + DAMPING)).astype(np.float32)
    kept = [
        strongest(_like(sums, sums.data * scale_after[sums.indices]), FOLLOWING)
        for _, sums in multiplied(csr_array(before.T), after)
    ]
    if not kept:
        return csr_array((products, products), dtype=np.float32)
    return csr_array(diags_array(scale_before) @ vstack(kept), dtype=np.float32)


def _memories(purchases: Purchases) -> tuple[csr_array, csr_array]:
    """(moments with something new, products) twice: what was bought before, faded; what was new."""
    products = purchases.shape[1]
    first = np.flatnonzero(purchases.first_ever)
    moments, moment = np.unique(purchases.moment_starts[first], return_inverse=True)
    new = csr_array((np.ones(len(first), np.float32), (moment, purchases.product[first])), (len(moments), products))
    oldest = np.maximum(moments - REMEMBERED, purchases.history_starts[purchases.customer[moments]])
    lengths = moments - oldest
    which = np.repeat(np.arange(len(moments)), lengths)
    before = np.repeat(oldest - np.cumsum(lengths) + lengths, lengths) + np.arange(len(which))
    ago = purchases.moments_ago
    weight = (FADE ** (ago[before] - ago[moments][which] - 1)).astype(np.float32)
    return csr_array((weight, (which, purchases.product[before])), (len(moments), products)), new


def _like(table: csr_array, data: NDArray[np.float32]) -> csr_array:
    return csr_array((data, table.indices, table.indptr), shape=table.shape)
