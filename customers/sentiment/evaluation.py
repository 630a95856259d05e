"""The readers of reviews beside each other, on reviews that they have not seen."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from customers.importing.dialects import recognise
from customers.importing.reading import RowFile
from customers.importing.rows import NULL, BadRow, rating
from customers.sentiment.classifier import Reviews, fit_classifier
from customers.sentiment.measures import Figures, measure
from customers.sentiment.reading import READ_AT_MOST
from customers.sentiment.training import NEGATIVE, POSITIVE, beats, by_vader, compared, starred_reviews

SAMPLES, SEED = 10, 887


@dataclass(frozen=True)
class Starred:
    """Reviews that are clearly of one kind."""

    name: str
    texts: list[str]
    positive: NDArray[np.bool_]


def of_shop() -> Starred:
    return Starred("the shop's reviews", *starred_reviews())


def of_file(path: Path) -> Starred:
    """The starred reviews of a file in any dialect of `import_shop --reviews`; rows without stars or words are left
    out. Raises ImportRefused."""
    texts, stars = [], []
    with RowFile(path) as file:
        dialect = recognise("reviews", file.header)
        for row in file.rows():
            found = dialect.texts(row.cells)
            try:
                given = rating(found.get("rating", ""))
            except BadRow:
                continue
            text = found.get("text", "").strip()
            if text and given != NULL and not NEGATIVE < float(given) < POSITIVE:
                texts.append(text)
                stars.append(float(given))
    return Starred(path.name, texts, np.array(stars) >= POSITIVE)


def within(starred: Starred) -> dict[str, Figures]:
    """Cross-validated on these reviews. ValueError where there are too few of one kind."""
    reviews = Reviews.of(starred.texts)
    _, held_out = fit_classifier(reviews, starred.positive)
    ours, vader = compared(reviews, held_out, starred.positive)
    return {"VADER alone": alone(starred), "VADER here": vader, "classifier": ours}


def across(trained_on: Starred, tested: Starred) -> dict[str, Figures]:
    """Trained on the ones, tested on the others. ValueError where either has too few of one kind."""
    classifier, _ = fit_classifier(Reviews.of(trained_on.texts), trained_on.positive)
    reviews = Reviews.of(tested.texts)
    chances = classifier.probabilities(reviews)
    return {
        "VADER alone": alone(tested),
        "VADER here": by_vader(reviews, tested.positive),
        "classifier": measure(chances, chances > classifier.curve.threshold, tested.positive),
    }


def wins_with_fewer(starred: Starred, negative: int) -> int:
    """Of SAMPLES samples with so many negative reviews, and positive ones in proportion, in how many the classifier
    beats VADER. ValueError where there are not as many."""
    dice, kinds = np.random.default_rng(SEED), (np.flatnonzero(~starred.positive), np.flatnonzero(starred.positive))
    sizes = negative, negative * len(kinds[1]) // len(kinds[0])
    wins = 0
    for _ in range(SAMPLES):
        rows = np.concatenate([dice.choice(kind, size, False) for kind, size in zip(kinds, sizes, strict=True)])
        reviews = Reviews.of([starred.texts[row] for row in rows])
        _, held_out = fit_classifier(reviews, starred.positive[rows])
        wins += beats(*compared(reviews, held_out, starred.positive[rows]))
    return wins


def alone(starred: Starred) -> Figures:
    """VADER as its package has it, each review as one text."""
    analyzer = SentimentIntensityAnalyzer()
    scores = [analyzer.polarity_scores(text[:READ_AT_MOST])["compound"] for text in starred.texts]
    chances = (np.array(scores) + 1) / 2
    return measure(chances, chances > 0.5, starred.positive)
