"""Matrix factorisations of `implicit`."""

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommendations.engine.comparison.extra import implicit_module
from recommendations.engine.comparison.recommender import Scorer, Scores
from recommendations.engine.purchases import Ints, Purchases


@dataclass
class Factors(Scorer):
    customer_factors: NDArray[np.float32] = field(init=False, repr=False)
    product_factors: NDArray[np.float32] = field(init=False, repr=False)

    @abstractmethod
    def model(self) -> Any: ...

    def learn(self, train: Purchases) -> None:
        model = self.model()
        model.fit(csr_matrix(train.bought), show_progress=False)
        self.customer_factors, self.product_factors = model.user_factors, model.item_factors

    def scores(self, customers: Ints, times: Ints) -> Scores:
        return (self.customer_factors[customers] @ self.product_factors.T).astype(float)


@dataclass
class ALS(Factors):
    """Hu, Koren & Volinsky 2008."""

    factors: int
    regularization: float
    alpha: float
    iterations: int
    seed: int

    def model(self) -> Any:
        return implicit_module("cpu.als").AlternatingLeastSquares(
            factors=self.factors,
            regularization=self.regularization,
            alpha=self.alpha,
            iterations=self.iterations,
            num_threads=1,
            random_state=self.seed,
        )


@dataclass
class BPR(Factors):
    """Rendle et al. 2009."""

    factors: int
    learning_rate: float
    regularization: float
    iterations: int
    seed: int

    def model(self) -> Any:
        return implicit_module("cpu.bpr").BayesianPersonalizedRanking(
            factors=self.factors,
            learning_rate=self.learning_rate,
            regularization=self.regularization,
            iterations=self.iterations,
            num_threads=1,
            random_state=self.seed,
        )
