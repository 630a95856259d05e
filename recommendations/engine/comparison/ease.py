"""Dense ridge regression of each product on all others."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri

from recommendations.engine.comparison.recommender import Scorer, Scores
from recommendations.engine.purchases import Ints, Purchases


@dataclass
class EASE(Scorer):
    """Steck 2019. Dense: 8 bytes for each pair of products, and while it learns 4 more."""

    ridge: float
    weights: NDArray[np.float64] = field(init=False, repr=False)

    def learn(self, train: Purchases) -> None:
        gram = (train.bought.T @ train.bought).toarray().astype(float)
        np.fill_diagonal(gram, gram.diagonal() + self.ridge)
        self.weights = _inverted(gram)
        self.weights /= -self.weights.diagonal()
        np.fill_diagonal(self.weights, 0)

    def scores(self, customers: Ints, times: Ints) -> Scores:
        return np.asarray(self.train.bought[customers] @ self.weights)


def _inverted(positive: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a positive definite matrix, in its place, by Cholesky: half of the work of a general inverse."""
    # LAPACK reads columns first; the transpose is the same matrix and saves a copy.
    factor, failed = dpotrf(positive.T, lower=True, overwrite_a=True)
    if failed:
        raise ValueError("the matrix is not positive definite")
    inverse, _ = dpotri(factor, lower=True, overwrite_c=True)
    for row in range(len(inverse)):
        inverse[row, row + 1 :] = inverse[row + 1 :, row]
    return np.asarray(inverse.T)
