"""What having bought one product says about another: ridge regression of each product on the others."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommendations.engine.gathering import CORES, Ints
from recommendations.engine.together import Together

BATCH = 64  # systems of equations solved at once

Floats = NDArray[np.float32]


def item_weights(together: Together, ridges: Sequence[float]) -> list[csr_array]:
    """For each ridge (products, products): column j predicts product j from the others; diagonal 0.

    Steck 2019 (EASE), column by column on the nearest products, which in small shops are all others.
    """
    products, nearest = together.neighbours.shape
    if nearest >= products - 1:
        return [_dense(together, ridge) for ridge in ridges]
    each = solve(together, np.arange(products), ridges)
    return [weights_table(together.neighbours, weights) for weights in each]


def weights_table(neighbours: Ints, weights: Floats) -> csr_array:
    """(products, nearest) of each column twice -> (products, products)."""
    products = len(neighbours)
    real = neighbours < products
    columns = np.broadcast_to(np.arange(products)[:, None], neighbours.shape)[real]
    return csr_array((weights[real], (neighbours[real], columns)), shape=(products, products))


def solve(together: Together, columns: Ints, ridges: Sequence[float]) -> list[Floats]:
    """For each ridge (columns, nearest): the weights of each column's neighbours.

    A column needs nothing but its own part of the counts, so columns can be solved anywhere.
    """
    batches = [columns[start : start + BATCH] for start in range(0, len(columns), BATCH)]
    with ThreadPoolExecutor(CORES) as threads:
        parts = list(threads.map(lambda batch: _solve_batch(together, batch, ridges), batches))
    return [np.concatenate(of_ridge) for of_ridge in zip(*parts, strict=True)]


def _solve_batch(together: Together, columns: Ints, ridges: Sequence[float]) -> list[Floats]:
    neighbours = together.neighbours[columns]
    inside = neighbours < len(together.neighbours)
    rows = np.where(inside, neighbours, 0)
    both = inside[:, :, None] & inside[:, None, :]
    systems = np.where(both, together.looked_up(rows[:, :, None], rows[:, None, :]), 0).astype(float)
    towards = np.where(inside, together.looked_up(rows, columns[:, None]), 0).astype(float)
    return solved(systems, towards, ridges)


def solved(systems: NDArray[np.float64], towards: NDArray[np.float64], ridges: Sequence[float]) -> list[Floats]:
    """(columns, nearest, nearest) and (columns, nearest) of counts -> for each ridge (columns, nearest)."""
    diagonal = np.eye(systems.shape[1])
    return [
        np.linalg.solve(systems + ridge * diagonal, towards[:, :, None])[:, :, 0].astype(np.float32) for ridge in ridges
    ]


def _dense(together: Together, ridge: float) -> csr_array:
    gram = np.asarray(together.counts, float)
    inverse = np.linalg.inv(gram + ridge * np.eye(len(gram)))
    weights = -inverse / inverse.diagonal()
    np.fill_diagonal(weights, 0)
    return csr_array(weights.astype(np.float32))
