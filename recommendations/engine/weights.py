"""What having bought one product says about another: ridge regression of each product on the others."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

DENSE_BELOW = 1500  # products; below it every product is regressed on all others
NEAREST = 100  # products that each is regressed on in larger shops
BATCH = 64  # systems of equations solved at once

Floats = NDArray[np.float32]


def gram_of(bought: csr_array) -> csr_array:
    """(customers, products) 0/1 -> (products, products): customers who bought both; on the diagonal, buyers."""
    gram = csr_array(bought.T @ bought)
    gram.sort_indices()
    return gram


def item_weights(
    gram: csr_array, ridges: Sequence[float], *, nearest: int = NEAREST, dense_below: int = DENSE_BELOW
) -> list[csr_array]:
    """For each ridge (products, products): column j predicts product j from the others; diagonal 0.

    Steck 2019 (EASE), column by column on the nearest products in shops of `dense_below` products and more.
    """
    if gram.shape[0] < dense_below:
        return [_dense(gram.toarray().astype(float), ridge) for ridge in ridges]
    return _sparse(gram, ridges, nearest)


def _dense(gram: NDArray[np.float64], ridge: float) -> csr_array:
    if not len(gram):
        return csr_array((0, 0), dtype=np.float32)
    inverse = np.linalg.inv(gram + ridge * np.eye(len(gram)))
    weights = -inverse / inverse.diagonal()
    np.fill_diagonal(weights, 0)
    return csr_array(weights.astype(np.float32))


def _sparse(gram: csr_array, ridges: Sequence[float], nearest: int) -> list[csr_array]:
    products = gram.shape[0]
    neighbours = nearest_products(gram, nearest)
    solved = [np.zeros(neighbours.shape, np.float32) for _ in ridges]
    position = np.full(products + 1, -1)
    for start in range(0, products, BATCH):
        batch = neighbours[start : start + BATCH]
        systems = np.stack([_among(gram, row, position) for row in batch])
        towards = np.stack([_towards(gram, start + at, row) for at, row in enumerate(batch)])
        for weights, ridge in zip(solved, ridges, strict=True):
            regularised = systems + ridge * np.eye(nearest)
            weights[start : start + BATCH] = np.linalg.solve(regularised, towards[:, :, None])[:, :, 0]
    real = neighbours < products
    columns = np.broadcast_to(np.arange(products)[:, None], neighbours.shape)[real]
    return [csr_array((weights[real], (neighbours[real], columns)), shape=gram.shape) for weights in solved]


def nearest_products(gram: csr_array, nearest: int) -> NDArray[np.int64]:
    """(products, nearest): of product j the largest c_ij / √n_i, ascending; padded with `products`."""
    products = gram.shape[0]
    scale = 1 / np.sqrt(np.maximum(gram.diagonal(), 1))
    found = np.full((products, nearest), products)
    for product in range(products):
        row = slice(gram.indptr[product], gram.indptr[product + 1])
        others, together = gram.indices[row], gram.data[row]
        others, together = others[others != product], together[others != product]
        strongest = np.lexsort((others, -together * scale[others]))[:nearest]
        found[product, : len(strongest)] = np.sort(others[strongest])
    return found


def _among(gram: csr_array, row: NDArray[np.int64], position: NDArray[np.int64]) -> NDArray[np.float64]:
    """The part of the Gram matrix that these products span; the padding is independent of all."""
    kept = row[row < gram.shape[0]]
    system = np.zeros((len(row), len(row)))
    position[kept] = np.arange(len(kept))
    for at, product in enumerate(kept):
        span = slice(gram.indptr[product], gram.indptr[product + 1])
        columns = position[gram.indices[span]]
        inside = columns >= 0
        system[at, columns[inside]] = gram.data[span][inside]
    position[kept] = -1
    return system


def _towards(gram: csr_array, product: int, row: NDArray[np.int64]) -> NDArray[np.float64]:
    span = slice(gram.indptr[product], gram.indptr[product + 1])
    towards = np.zeros(len(row))
    kept = row < gram.shape[0]
    towards[kept] = gram.data[span][np.searchsorted(gram.indices[span], row[kept])]
    return towards
