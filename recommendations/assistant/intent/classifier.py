"""Which of the two intents a question has, and which category an informational one.

One linear support vector machine a class over the features; the margin between "recommendation" and the best of the
informational categories decides the intent, and a logistic curve fitted on cross-validated margins turns it into a
probability (Platt, 1999, "Probabilistic outputs for support vector machines"). Training takes about two seconds, so no
trained model is kept anywhere: a process trains at its first question, or when `warm_up` is called.
"""

import csv
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from .features import Features

INFORMATIONAL, RECOMMENDATION = "informational", "recommendation"
QUESTIONS = Path(__file__).with_name("questions.csv")
SEED = 887  # of the folds
STRICTNESS = 1.0  # C of the machines; 0.2 to 1 differ by less than the folds do
CALIBRATION_FOLDS = 3

_training = threading.Lock()


@dataclass(frozen=True)
class Guess:
    """`confidence` is the probability that `intent` is right, 0.5..1; `category` is "" for a recommendation."""

    intent: str
    category: str
    confidence: float


@dataclass(frozen=True)
class Machine:
    """A straight line a class through the space of features."""

    classes: NDArray[np.str_]
    slopes: NDArray[np.float64]  # features × classes
    offsets: NDArray[np.float64]

    @classmethod
    def fit(cls, rows: csr_matrix, labels: NDArray[np.str_]) -> "Machine":
        """`labels` are the informational categories and RECOMMENDATION, one a row."""
        svm = LinearSVC(C=STRICTNESS, random_state=SEED).fit(rows, labels)
        return cls(svm.classes_, svm.coef_.T.copy(), svm.intercept_)

    def margins(self, rows: csr_matrix) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
        """For each row the margin (over 0 is a recommendation) and the best informational category."""
        scores = rows @ self.slopes + self.offsets
        wanted = self.classes == RECOMMENDATION
        informational = scores[:, ~wanted]
        return scores[:, wanted][:, 0] - informational.max(axis=1), self.classes[~wanted][informational.argmax(axis=1)]


@dataclass(frozen=True)
class Classifier:
    """Features, machine, and the logistic curve from margin to probability of a recommendation."""

    features: Features
    machine: Machine
    steepness: float
    shift: float

    @classmethod
    def fit(cls, questions: list[str], labels: NDArray[np.str_]) -> "Classifier":
        features, rows = Features.fit(questions)
        margins = np.zeros(len(labels))
        folds = StratifiedKFold(CALIBRATION_FOLDS, shuffle=True, random_state=SEED)
        for past, rest in folds.split(labels, labels):
            margins[rest] = Machine.fit(rows[past], labels[past]).margins(rows[rest])[0]
        curve = LogisticRegression().fit(margins[:, None], labels == RECOMMENDATION)
        return cls(features, Machine.fit(rows, labels), float(curve.coef_[0, 0]), float(curve.intercept_[0]))

    def guess(self, questions: list[str]) -> list[Guess]:
        margins, categories = self.machine.margins(self.features.rows(questions))
        chances = 1 / (1 + np.exp(-(self.steepness * margins + self.shift)))
        return [
            Guess(RECOMMENDATION, "", float(chance))
            if chance > 0.5
            else Guess(INFORMATIONAL, str(category), float(1 - chance))
            for chance, category in zip(chances, categories, strict=True)
        ]


def read_questions(path: Path = QUESTIONS) -> tuple[list[str], NDArray[np.str_]]:
    """Questions of a CSV file (question, intent, category) and their labels: category or RECOMMENDATION."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["question"] for row in rows], np.array([row["category"] or row["intent"] for row in rows])


@lru_cache(maxsize=1)
def _trained() -> Classifier:
    return Classifier.fit(*read_questions())


def warm_up() -> None:
    """Train now, so that the first question need not wait. Safe to call from several threads."""
    with _training:
        _trained()


def classify(question: str) -> Guess:
    """The intent of a question in any words; an empty one is as informational as it is likely."""
    warm_up()
    return _trained().guess([question])[0]
