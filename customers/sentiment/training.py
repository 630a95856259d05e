"""A classifier for this shop, trained on its starred reviews and adopted only if it beats VADER on them, unseen.

NEEDED reviews of either kind: of ten samples of reviews of clothing (7.5 positive for a negative one) with 100 negative
ones, the classifier was the better on all ten, with 50 or 25 on six, with 15 on two (`manage.py evaluate_sentiment
--fewer FILE`). However many there are, it is the comparison that decides, and the newest trial that holds.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from django.db.models import Count, F, Func, Q, Value
from numpy.typing import NDArray

from customers.models import Review, SentimentModel
from customers.sentiment.classifier import HeldOut, Reviews, fit_classifier
from customers.sentiment.measures import Figures, measure
from customers.sentiment.reading import POSITIVE_ABOVE, VERSION

POSITIVE, NEGATIVE = 4, 2  # stars, at least and at most; what lies between says neither
NEEDED = 100
AT_MOST = 20_000  # reviews; drawn evenly from all
GREW = 1.25  # how many times as many starred reviews (or as few) ask for a new trial

Progress = Callable[[str], None]


def is_due() -> bool:
    """Whether there are enough starred reviews, or too few for what is in use, and many more or less than tried."""
    latest = SentimentModel.newest()
    positive, negative = _counts()
    if latest is None or latest.reading != VERSION:
        return min(positive, negative) >= NEEDED
    tried, now = latest.positive + latest.negative, positive + negative
    return not tried / GREW < now < tried * GREW and (latest.adopted or min(positive, negative) >= NEEDED)


def train(progress: Progress = lambda sentence: None) -> SentimentModel | None:
    """A trial, stored with its figures; None where there are too few reviews and nothing to take back."""
    positive, negative = _counts()
    if min(positive, negative) < NEEDED:
        latest = SentimentModel.newest()
        if latest is None or not latest.adopted:
            return None
        return _stored(positive, negative, {"problem": f"fewer than {NEEDED} reviews of either kind"})
    texts, liked = starred_reviews()
    progress(f"Training on {len(texts):,} reviews.")
    try:
        reviews = Reviews.of(texts)
        classifier, held_out = fit_classifier(reviews, liked)
    except ValueError as error:  # too few different texts to hold any out
        return _stored(positive, negative, {"problem": str(error)})
    ours, vader = compared(reviews, held_out, liked)
    figures = {"classifier": asdict(ours), "vader": asdict(vader)}
    better = beats(ours, vader)
    terms, weights = classifier.to_rows() if better else ([], b"")
    return _stored(positive, negative, figures, adopted=better, terms=terms, weights=weights)


def compared(reviews: Reviews, held_out: HeldOut, positive: NDArray[np.bool_]) -> tuple[Figures, Figures]:
    """The classifier's figures and VADER's on the same reviews."""
    return measure(held_out.probabilities, held_out.verdicts, positive), by_vader(reviews, positive)


def beats(ours: Figures, vader: Figures) -> bool:
    return ours.macro_f1.value > vader.macro_f1.value and ours.auc.value > vader.auc.value


def by_vader(reviews: Reviews, positive: NDArray[np.bool_]) -> Figures:
    scores = (reviews.vader + 1) / 2
    return measure(scores, scores > POSITIVE_ABOVE, positive)


def _stored(positive: int, negative: int, figures: dict[str, Any], **fields: Any) -> SentimentModel:
    trial = SentimentModel.objects.create(
        reading=VERSION, positive=positive, negative=negative, figures=figures, **{"adopted": False, **fields}
    )
    older = SentimentModel.objects.filter(pk__lt=trial.pk).exclude(weights=b"")
    older.update(terms=[], weights=b"")  # their figures stay
    return trial


def _counts() -> tuple[int, int]:
    found = Review.objects.exclude(text="").aggregate(
        positive=Count("pk", filter=Q(rating__gte=POSITIVE)), negative=Count("pk", filter=Q(rating__lte=NEGATIVE))
    )
    return found["positive"], found["negative"]


def starred_reviews() -> tuple[list[str], NDArray[np.bool_]]:
    """Texts of at most AT_MOST reviews, and which are positive."""
    starred = Review.objects.exclude(text="").filter(Q(rating__gte=POSITIVE) | Q(rating__lte=NEGATIVE))
    evenly = Func(F("external_id"), Value(0), function="hashtextextended")
    rows = list(starred.order_by(evenly, "pk").values_list("text", "rating")[:AT_MOST])
    return [text for text, _ in rows], np.array([(rating or 0) >= POSITIVE for _, rating in rows], bool)
