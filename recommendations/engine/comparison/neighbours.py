"""Nearest products and nearest customers."""

import warnings
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix, diags_array, vstack

from recommendations.engine.comparison.extra import implicit_module
from recommendations.engine.comparison.recommender import Scorer, Scores, blocks, largest
from recommendations.engine.purchases import Ints, Purchases


@dataclass
class Neighbours(Scorer):
    """What has no neighbour among the customer's products follows in the order of popularity."""

    buyers: NDArray[np.float64] = field(init=False, repr=False)

    def learn(self, train: Purchases) -> None:
        self.buyers = np.asarray(train.bought.sum(axis=0), float).ravel()

    @abstractmethod
    def likeness(self, customers: Ints) -> csr_array:
        """(customers asked about, products), never negative."""

    def scores(self, customers: Ints, times: Ints) -> Scores:
        scores = self.likeness(customers).toarray().astype(float)
        popular = self.buyers / (self.buyers.max(initial=0) + 1) - 1
        return np.asarray(np.where(scores > 0, scores, popular), float)


@dataclass
class ItemNeighbours(Neighbours):
    """The sum over the customer's products of their likeness to each product."""

    similarity: csr_array = field(init=False, repr=False)  # (products, products)

    def learn(self, train: Purchases) -> None:
        super().learn(train)
        self.similarity = self.similar(train)

    @abstractmethod
    def similar(self, train: Purchases) -> csr_array: ...

    def likeness(self, customers: Ints) -> csr_array:
        return self.train.bought[customers] @ self.similarity


@dataclass
class ItemKnn(ItemNeighbours):
    """Deshpande & Karypis 2004, as `implicit` has it. weighting: Cosine or TFIDF."""

    weighting: str
    nearest: int

    def similar(self, train: Purchases) -> csr_array:
        module = implicit_module("nearest_neighbours")
        return _fitted(getattr(module, f"{self.weighting}Recommender")(K=self.nearest, num_threads=1), train)


@dataclass
class Bm25Knn(ItemNeighbours):
    nearest: int
    k1: float
    b: float

    def similar(self, train: Purchases) -> csr_array:
        module = implicit_module("nearest_neighbours")
        return _fitted(module.BM25Recommender(K=self.nearest, K1=self.k1, B=self.b, num_threads=1), train)


@dataclass
class RP3beta(ItemNeighbours):
    """Paudel et al. 2017: a random walk customer, product, customer, product, and the popular held down."""

    nearest: int
    alpha: float
    beta: float

    def similar(self, train: Purchases) -> csr_array:
        bought = train.bought.astype(float)
        to_product = _by_row(bought).power(self.alpha)
        to_customer = _by_row(csr_array(bought.T)).power(self.alpha)
        held_down = diags_array(np.maximum(self.buyers, 1) ** -self.beta)
        step = csr_array(to_product @ held_down)
        parts = [
            _nearest(csr_array(to_customer[part] @ step).toarray(), part.start, self.nearest)
            for part in blocks(train.shape[1], train.shape[1])
        ]
        return csr_array(vstack(parts))


@dataclass
class UserKnn(Neighbours):
    """The sum of the cosines of the nearest customers who bought the product."""

    nearest: int
    unit: csr_array = field(init=False, repr=False)  # (customers, products) rows of length 1

    def learn(self, train: Purchases) -> None:
        super().learn(train)
        lengths = np.sqrt(np.diff(train.bought.indptr))
        self.unit = csr_array(diags_array(1 / np.maximum(lengths, 1)) @ train.bought)

    def likeness(self, customers: Ints) -> csr_array:
        alike = (self.unit[customers] @ self.unit.T).toarray().astype(float)
        alike[np.arange(len(customers)), customers] = 0
        return _kept(alike, self.nearest) @ self.train.bought


def _fitted(model: Any, train: Purchases) -> csr_array:
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")  # it says that it converts what it made itself
        model.fit(csr_matrix(train.bought, dtype=float), show_progress=False)
    return csr_array(model.similarity)


def _by_row(counts: csr_array) -> csr_array:
    return csr_array(diags_array(1 / np.maximum(np.diff(counts.indptr), 1)) @ counts)


def _nearest(similar: Scores, first: int, n: int) -> csr_array:
    """Rows `first` and following of a similarity, without what is like itself."""
    rows = np.arange(len(similar))
    similar[rows, first + rows] = 0
    return _kept(similar, n)


def _kept(similar: Scores, n: int) -> csr_array:
    columns = largest(similar, min(n, similar.shape[1]))
    values = np.take_along_axis(similar, columns, axis=1)
    rows = np.broadcast_to(np.arange(len(similar))[:, None], columns.shape)
    some = values > 0
    return csr_array((values[some], (rows[some], columns[some])), shape=similar.shape)
