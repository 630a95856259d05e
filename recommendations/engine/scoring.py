"""The served score over all products at once, to measure it: the same formula as candidates, similar and ranking."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from recommendations.engine.candidates import FADE, FLOOR
from recommendations.engine.purchases import Ints, Purchases
from recommendations.engine.ranking import BLEND

Scores = NDArray[np.float64]  # (customers asked about, products)


def profiles(purchases: Purchases, customers: Ints) -> csr_array:
    """(customers, products): 1 for the latest moment's products, fading to FLOOR for the oldest."""
    row = np.full(purchases.shape[0], -1)
    row[customers] = np.arange(len(customers))
    theirs = row[purchases.customer] >= 0
    rows, products = row[purchases.customer[theirs]], purchases.product[theirs]
    counts = FLOOR + (1 - FLOOR) * FADE ** purchases.moments_ago[theirs].astype(float)
    order = np.lexsort((-counts, products, rows))
    rows, products, counts = rows[order], products[order], counts[order]
    latest = np.ones(len(rows), bool)
    latest[1:] = (np.diff(rows) != 0) | (np.diff(products) != 0)
    return csr_array((counts[latest], (rows[latest], products[latest])), shape=(len(customers), purchases.shape[1]))


def similar_scores(bought: csr_array, customers: Ints, n: int = 20) -> Scores:
    """Sum of the similarities of the `n` most similar customers who bought a product."""
    buyers = np.asarray(bought.sum(axis=0)).ravel()
    rarity = np.log1p(bought.shape[0] / np.maximum(buyers, 1))
    vectors = csr_array(bought @ diags_array(np.sqrt(rarity)))
    lengths = np.sqrt(bought @ rarity)
    vectors = csr_array(diags_array(1 / np.where(lengths > 0, lengths, 1)) @ vectors)
    alike = (vectors[customers] @ vectors.T).toarray()
    alike[np.arange(len(customers)), customers] = 0
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :n]
    kept = np.zeros_like(alike)
    np.put_along_axis(kept, nearest, np.take_along_axis(alike, nearest, axis=1), axis=1)
    return np.asarray((csr_array(kept) @ bought).toarray())


def blended(co_purchase: Scores, similar: Scores, recent: Scores, known: csr_array) -> Scores:
    """The served score without words and reviews; minus infinity where the product is known to be bought."""
    bought = known.toarray() > 0
    score = np.zeros(bought.shape)
    parts = {"co-purchase": co_purchase, "similar customers": similar, "popular": np.log1p(recent)}
    for name, part in parts.items():
        open_part = np.where(bought, 0, part)
        largest = open_part.max(axis=1, keepdims=True, initial=0)
        score += BLEND[name] * np.divide(open_part, largest, out=np.zeros_like(open_part), where=largest > 0)
    score[bought] = -np.inf
    return score
