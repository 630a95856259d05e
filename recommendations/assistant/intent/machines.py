"""The linear models that the classifier is made of."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.svm import LinearSVC

Numbers = NDArray[np.floating]

SEED = 887  # of the folds
STRICTNESS = 1.0  # C of the machines; 0.2 to 1 differ by less than the folds do
RIDGE = 1.0  # of the meanings; 0.3 to 3 differ by less than the folds do


@dataclass(frozen=True)
class Lines:
    """A straight line a class through a space."""

    classes: NDArray[np.str_]
    slopes: Numbers  # dimensions × classes
    offsets: Numbers

    @classmethod
    def of_words(cls, rows: csr_matrix, labels: NDArray[np.str_]) -> Self:
        svm = LinearSVC(C=STRICTNESS, random_state=SEED).fit(rows, labels)
        return cls(svm.classes_, svm.coef_.T.copy(), svm.intercept_)

    @classmethod
    def of_meanings(cls, rows: Numbers, labels: NDArray[np.str_]) -> Self:
        ridge = RidgeClassifier(alpha=RIDGE).fit(rows, labels)
        return cls(ridge.classes_, ridge.coef_.T.copy(), ridge.intercept_)

    def scores(self, rows: csr_matrix | Numbers) -> Numbers:
        """(rows, classes): over 0 speaks for the class."""
        scores: Numbers = rows @ self.slopes + self.offsets
        return scores


@dataclass(frozen=True)
class Judge:
    """From scores of questions that the lines had not learnt from to the probability of each class."""

    slopes: Numbers  # scores × classes
    offsets: Numbers

    @classmethod
    def fit(cls, scores: Numbers, labels: NDArray[np.str_]) -> Self:
        curve = LogisticRegression(max_iter=1000).fit(scores, labels)
        return cls(curve.coef_.T.copy(), curve.intercept_)

    def chances(self, scores: Numbers) -> Numbers:
        """(rows, classes), rows summing to 1."""
        weights = scores @ self.slopes + self.offsets
        weights = np.exp(weights - weights.max(axis=1, keepdims=True))
        chances: Numbers = weights / weights.sum(axis=1, keepdims=True)
        return chances
