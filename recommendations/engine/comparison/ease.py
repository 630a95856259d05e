"""Dense ridge regression of each product on all others."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri

from recommendations.engine.comparison.recommender import Scorer, Scores
from recommendations.engine.purchases import Ints, Purchases


@dataclass
class EASE(Scorer):
    """Steck 2019. In memory two dense (products, products) of 8 bytes."""

    ridge: float
    weights: NDArray[np.float64] = field(init=False, repr=False)

    def learn(self, train: Purchases) -> None:
        gram = (train.bought.T @ train.bought).toarray().astype(float)
        np.fill_diagonal(gram, gram.diagonal() + self.ridge)
        inverse = _inverse(gram)
        self.weights = inverse / -inverse.diagonal()
        np.fill_diagonal(self.weights, 0)

    def scores(self, customers: Ints, times: Ints) -> Scores:
        return np.asarray(self.train.bought[customers] @ self.weights)


def _inverse(positive: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a positive definite matrix, by Cholesky: half of the work of a general inverse."""
    factor, failed = dpotrf(positive, lower=True, overwrite_a=True)
    if failed:
        raise ValueError("the matrix is not positive definite")
    lower, _ = dpotri(factor, lower=True, overwrite_c=True)
    lower = np.tril(lower)
    return np.asarray(lower + np.tril(lower, -1).T)
