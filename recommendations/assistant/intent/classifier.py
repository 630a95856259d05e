"""Which of the two intents a question has, and which category an informational one.

One linear support vector machine a class over the words; where there are embeddings, a ridge regression a class over
the question's meaning beside it. A logistic regression on cross-validated scores of both turns them into probabilities
(stacking: Wolpert 1992; calibration: Platt 1999). Training takes a few seconds, so no trained model is kept anywhere: a
process trains at its first question, or when `warm_up` is called. A question whose meaning cannot be had is judged by
its words alone.
"""

import csv
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from .features import Features
from .machines import SEED, Judge, Lines, Numbers
from .meanings import meaning, remembered_meanings

INFORMATIONAL, RECOMMENDATION = "informational", "recommendation"
QUESTIONS = Path(__file__).with_name("questions.csv")
CALIBRATION_FOLDS = 3

_training = threading.Lock()
_kept: dict[str, "Classifier"] = {}


@dataclass(frozen=True)
class Guess:
    """`confidence` is the probability that `intent` is right, 0.5..1; `category` is "" for a recommendation."""

    intent: str
    category: str
    confidence: float


@dataclass(frozen=True)
class ByMeaning:
    """What is learnt beside the words where there are embeddings."""

    lines: Lines
    judge: Judge  # of both


@dataclass(frozen=True)
class Classifier:
    features: Features
    words: Lines
    judge: Judge  # of the words alone
    by_meaning: ByMeaning | None = None

    @classmethod
    def fit(cls, questions: list[str], labels: NDArray[np.str_], meanings: Numbers | None = None) -> Self:
        """`labels` are the informational categories and RECOMMENDATION, one a question, as are rows of `meanings`."""
        features, rows = Features.fit(questions)
        scores = np.zeros((len(labels), len(np.unique(labels))))
        closeness = np.zeros_like(scores)
        for past, rest in StratifiedKFold(CALIBRATION_FOLDS, shuffle=True, random_state=SEED).split(labels, labels):
            scores[rest] = Lines.of_words(rows[past], labels[past]).scores(rows[rest])
            if meanings is not None:
                closeness[rest] = Lines.of_meanings(meanings[past], labels[past]).scores(meanings[rest])
        words, judge = Lines.of_words(rows, labels), Judge.fit(scores, labels)
        if meanings is None:
            return cls(features, words, judge)
        both = Judge.fit(np.hstack([scores, closeness]), labels)
        return cls(features, words, judge, ByMeaning(Lines.of_meanings(meanings, labels), both))

    def guess(self, questions: list[str], meanings: Numbers | None = None) -> list[Guess]:
        """By words and meaning where both were learnt and given, else by words alone."""
        scores = self.words.scores(self.features.rows(questions))
        if self.by_meaning is None or meanings is None:
            chances = self.judge.chances(scores)
        else:
            chances = self.by_meaning.judge.chances(np.hstack([scores, self.by_meaning.lines.scores(meanings)]))
        wanted = self.words.classes == RECOMMENDATION
        categories = self.words.classes[~wanted][chances[:, ~wanted].argmax(axis=1)]
        return [
            Guess(RECOMMENDATION, "", float(chance))
            if chance > 0.5
            else Guess(INFORMATIONAL, str(category), float(1 - chance))
            for chance, category in zip(chances[:, wanted][:, 0], categories, strict=True)
        ]


def read_questions(path: Path = QUESTIONS) -> tuple[list[str], NDArray[np.str_]]:
    """Questions of a CSV file (question, intent, category) and their labels: category or RECOMMENDATION."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["question"] for row in rows], np.array([row["category"] or row["intent"] for row in rows])


def warm_up() -> None:
    """Train now, so that the first question need not wait. Safe to call from several threads."""
    with _training:
        if "now" not in _kept:
            _kept["now"] = _trained()


def train_anew() -> None:
    """With meanings that have come since; until then questions are judged as before."""
    with _training:
        _kept["now"] = _trained()


def classify(question: str) -> Guess:
    """The intent of a question in any words; an empty one is as informational as it is likely."""
    warm_up()
    classifier = _kept["now"]
    [guess] = classifier.guess([question], meaning(question) if classifier.by_meaning else None)
    return guess


def _trained() -> Classifier:
    questions, labels = read_questions()
    return Classifier.fit(questions, labels, remembered_meanings(questions))
