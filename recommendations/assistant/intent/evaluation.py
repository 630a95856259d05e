"""Figures about the classifier, on questions that it was not trained on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from .classifier import RECOMMENDATION, Classifier, Guess
from .machines import SEED, Numbers

HELD_OUT = Path(__file__).with_name("held_out.csv")
VOICES = Path(__file__).with_name("held_out_voices.csv")  # hurried, foreign, polite and slangy ones
FOLDS = 5
BINS = 10


@dataclass(frozen=True)
class Figures:
    """Shares of right answers, 0..1. A category counts as right only if the intent was, too.

    `brier` is the mean squared distance of the confidence from what came true (Brier, 1950), `calibration_error` the
    expected calibration error: the gap between mean confidence and accuracy, weighted over equal bins of confidence.
    """

    intents: float
    categories: float
    brier: float
    calibration_error: float


def measured(guesses: list[Guess], labels: NDArray[np.str_]) -> Figures:
    wanted = labels == RECOMMENDATION
    guessed = np.array([guess.category or guess.intent for guess in guesses])
    confidence = np.array([guess.confidence for guess in guesses])
    right = (guessed == RECOMMENDATION) == wanted
    return Figures(
        intents=float(right.mean()),
        categories=float((guessed == labels)[~wanted].mean()),
        brier=float(np.mean((confidence - right) ** 2)),
        calibration_error=_calibration_error(confidence, right),
    )


def cross_validated(questions: list[str], labels: NDArray[np.str_], meanings: Numbers | None = None) -> Figures:
    """Each question judged by a classifier, features and calibration included, that never saw it."""
    guesses: dict[int, Guess] = {}
    for past, rest in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(questions, labels):
        learnt, asked = (None, None) if meanings is None else (meanings[past], meanings[rest])
        classifier = Classifier.fit([questions[i] for i in past], labels[past], learnt)
        guesses |= zip(rest.tolist(), classifier.guess([questions[i] for i in rest], asked), strict=True)
    return measured([guesses[i] for i in range(len(questions))], labels)


def _calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [(bins == b).mean() * abs(confidence[bins == b].mean() - right[bins == b].mean()) for b in np.unique(bins)]
    return float(sum(gaps))
