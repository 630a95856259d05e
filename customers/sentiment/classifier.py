"""A review's words by a classifier of the shop's own: the probability that they are a satisfied customer's.

Logistic regression on TF-IDF of words and pairs of words, beside the mean of VADER's sentence scores: the words are
what this shop's customers say, VADER's score is what carries over to reviews unlike those it was trained on. Platt's
curve (1999), fitted on margins of reviews held out, makes probabilities of margins. Of those margins too comes the
probability above which a review counts as positive: the one with the best macro-F1.

What is kept is text and numbers, so that nothing is unpickled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from customers.sentiment.measures import macro_f1
from customers.sentiment.reading import READ_AT_MOST, sentence_scores, sentences

MODEL = "classifier"
TERMS = 10_000  # 30,000 do no better on reviews of clothing
STRICTNESS = 3.0  # C; 1 says less of this shop, 10 less of others
FOLDS = 5
SEED = 887
FORMAT = np.dtype("<f4")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reviews:
    """Texts, and what VADER's sentence scores are in the mean (-1..1), so that they are read once."""

    texts: Sequence[str]
    vader: Floats

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Reviews":
        scores = [sentence_scores(sentences(text)) for text in texts]
        return cls([text[:READ_AT_MOST] for text in texts], np.array([np.mean(s) if s else 0.0 for s in scores]))

    def only(self, rows: NDArray[np.intp]) -> "Reviews":
        return Reviews([self.texts[row] for row in rows], self.vader[rows])


@dataclass(frozen=True)
class Line:
    """A straight line through the space of terms and VADER's score."""

    terms: list[str]
    idf: Floats
    slopes: Floats  # of the terms, then of VADER's score
    offset: float

    @classmethod
    def fit(cls, reviews: Reviews, positive: NDArray[np.bool_]) -> "Line":
        """ValueError where the texts have no term that two of them share, or all are of one kind."""
        vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, max_features=TERMS)
        rows = vectorizer.fit_transform(reviews.texts)
        line = LogisticRegression(C=STRICTNESS, max_iter=1000).fit(_beside(rows, reviews.vader), positive)
        terms = list(vectorizer.get_feature_names_out())
        return cls(terms, vectorizer.idf_, line.coef_[0], float(line.intercept_[0]))

    def margins(self, reviews: Reviews) -> Floats:
        """Above 0 is rather positive."""
        vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, vocabulary=self.terms)
        vectorizer.idf_ = self.idf
        margins: Floats = _beside(vectorizer.transform(reviews.texts), reviews.vader) @ self.slopes + self.offset
        return margins


@dataclass(frozen=True)
class Curve:
    """From margins to probabilities, and to verdicts."""

    steepness: float
    shift: float
    threshold: float  # a probability

    @classmethod
    def fit(cls, margins: Floats, positive: NDArray[np.bool_]) -> "Curve":
        logistic = LogisticRegression(C=1e6).fit(margins[:, None], positive)
        curve = cls(float(logistic.coef_[0, 0]), float(logistic.intercept_[0]), 0.5)
        return cls(curve.steepness, curve.shift, best_threshold(curve.probabilities(margins), positive))

    def probabilities(self, margins: Floats) -> Floats:
        chances: Floats = 1 / (1 + np.exp(-np.clip(self.steepness * margins + self.shift, -500, 500)))
        return chances


@dataclass(frozen=True)
class Classifier:
    line: Line
    curve: Curve

    def probabilities(self, reviews: Reviews) -> Floats:
        """Of each review, that it is of 4 stars or more rather than of 2 or less."""
        return self.curve.probabilities(self.line.margins(reviews))

    def to_rows(self) -> tuple[list[str], bytes]:
        """The terms, and all numbers: idf, slopes, offset, then the curve's."""
        curve = [self.line.offset, self.curve.steepness, self.curve.shift, self.curve.threshold]
        return self.line.terms, np.concatenate([self.line.idf, self.line.slopes, curve]).astype(FORMAT).tobytes()

    @classmethod
    def from_rows(cls, terms: list[str], weights: bytes) -> "Classifier":
        """ValueError where the numbers are not those of so many terms."""
        numbers = np.frombuffer(weights, FORMAT).astype(float)
        if len(numbers) != 2 * len(terms) + 5 or not np.isfinite(numbers).all():
            raise ValueError(f"{len(numbers)} numbers for {len(terms)} terms")
        idf, slopes, rest = np.split(numbers, [len(terms), 2 * len(terms) + 1])
        return cls(Line(terms, idf, slopes, float(rest[0])), Curve(*map(float, rest[1:])))


@dataclass(frozen=True)
class HeldOut:
    """What a classifier that had not seen a review said of it, for each review."""

    probabilities: Floats
    verdicts: NDArray[np.bool_]


def fit_classifier(reviews: Reviews, positive: NDArray[np.bool_]) -> tuple[Classifier, HeldOut]:
    """Trained on all reviews, and what it says of each when trained without its fold.

    Reviews of the same text are in one fold, and each fold's curve is fitted on the others' margins, so nothing that
    is measured was seen. ValueError where there are fewer of one kind than folds.
    """
    if min(positive.sum(), (~positive).sum()) < FOLDS:
        raise ValueError(f"At least {FOLDS} positive and {FOLDS} negative reviews are needed.")
    folds = _folds(reviews, positive)
    margins = np.zeros(len(positive))
    for rows in folds:
        others = np.setdiff1d(np.arange(len(positive)), rows)
        margins[rows] = Line.fit(reviews.only(others), positive[others]).margins(reviews.only(rows))
    probabilities, verdicts = np.zeros(len(positive)), np.zeros(len(positive), bool)
    for rows in folds:
        others = np.setdiff1d(np.arange(len(positive)), rows)
        curve = Curve.fit(margins[others], positive[others])
        probabilities[rows] = curve.probabilities(margins[rows])
        verdicts[rows] = probabilities[rows] > curve.threshold
    classifier = Classifier(Line.fit(reviews, positive), Curve.fit(margins, positive))
    return classifier, HeldOut(probabilities, verdicts)


def best_threshold(probabilities: Floats, positive: NDArray[np.bool_]) -> float:
    """The quantile of the probabilities above which counting as positive has the best macro-F1."""
    tried = np.unique(np.quantile(probabilities, np.linspace(0.01, 0.99, 99)))
    once = np.ones(len(positive), np.intp)
    scores = [macro_f1(probabilities > threshold, positive, once) for threshold in tried]
    return float(tried[int(np.argmax(scores))])


def _folds(reviews: Reviews, positive: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    texts = np.unique([text.strip().lower() for text in reviews.texts], return_inverse=True)[1]
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    return [rows for _, rows in splitter.split(positive, positive, texts)]


def _beside(terms: csr_matrix, vader: Floats) -> csr_matrix:
    return hstack([terms, csr_matrix(vader[:, None])]).tocsr()
