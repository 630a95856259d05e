"""How good lists are: of each customer's list, and of all lists together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommendations.engine.purchases import Ints

Floats = NDArray[np.float64]
LONGEST = 100  # products of a list that count at all
METRICS = ("hr_5", "hr_10", "recall_20", "ndcg_10", "mrr")


@dataclass(frozen=True)
class Quality:
    of_customers: Floats  # (customers, METRICS)
    coverage: float  # share of the products that are in some list of 10
    gini: float  # of how often each product is in a list of 10; 0: all alike, 1: always the same


def quality(lists: Ints, targets: csr_array, wanted: Ints) -> Quality:
    """`lists`: (customers, n) rows of products, best first, -1 pads. `targets`: (customers, products) 1 where wanted.
    `wanted`: (customers,) how many are wanted, at least 1: some may be no product that could be listed."""
    hits = is_wanted(lists[:, :LONGEST], targets)
    shown = np.bincount(lists[:, :10][lists[:, :10] >= 0], minlength=targets.shape[1])
    return Quality(of_customers(hits, wanted), float((shown > 0).mean()) if len(shown) else 0.0, gini(shown))


def of_customers(hits: NDArray[np.bool_], wanted: Ints) -> Floats:
    """(customers, n) whether each place holds something wanted -> (customers, METRICS).

    NDCG: Järvelin & Kekäläinen 2002, binary. MRR: of the first hit. Without a list all are 0.
    """
    gains = 1 / np.log2(np.arange(2, 12))
    ideal = np.cumsum(gains)[np.minimum(wanted, 10) - 1]
    first = np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1), 0) if hits.shape[1] else np.zeros(len(hits))
    top = hits[:, :10]
    return np.stack(
        [
            hits[:, :5].any(axis=1),
            top.any(axis=1),
            hits[:, :20].sum(axis=1) / wanted,
            (top * gains[: top.shape[1]]).sum(axis=1) / ideal,
            first,
        ],
        axis=1,
    ).astype(float)


def is_wanted(lists: Ints, targets: csr_array) -> NDArray[np.bool_]:
    """(customers, n) whether the customer wants the listed product."""
    products = targets.shape[1]
    rows = np.repeat(np.arange(len(lists)), np.diff(targets.indptr))
    pairs = np.arange(len(lists))[:, None] * products + lists
    return np.isin(pairs, rows * products + targets.indices) & (lists >= 0)


def gini(counts: Ints) -> float:
    """Of counts that may be 0: 0 where all are alike or none counts, near 1 where one has all."""
    total = counts.sum()
    if not total:
        return 0.0
    n = len(counts)
    return float(np.sort(counts) @ (2 * np.arange(1, n + 1) - n - 1) / (n * total))
