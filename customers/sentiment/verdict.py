"""Words and stars together.

Stars, (stars - 1) / 4, are the customer's own verdict and count twice as much as the words:

    sentiment = (2 * stars + words) / 3        stars alone or words alone where the other is missing
"""

from dataclasses import dataclass

from customers.sentiment.aspects import judged_aspects
from customers.sentiment.reading import mean_score, sentence_scores, sentences

STARS_WEIGHT, WORDS_WEIGHT = 2.0, 1.0
NEUTRAL = 0.5


@dataclass(frozen=True)
class Reading:
    """What VADER makes of a review's words."""

    words: float | None  # 0..1; None where there are none
    aspects: list[str]


def read_words(text: str) -> Reading:
    parts = sentences(text)
    scores = sentence_scores(parts)
    return Reading(mean_score(scores) if text.strip() else None, judged_aspects(parts, scores))


def review_sentiment(text: str, stars: float | None = None) -> float:
    """0..1 of a review's words, read by VADER, and stars (1 to 5, if any); 0.5 of neither."""
    return combined(read_words(text).words, stars)


def combined(words: float | None, stars: float | None) -> float:
    """What the words say (0..1, whoever read them) and the stars (1 to 5), by the formula above."""
    if stars is None:
        return NEUTRAL if words is None else words
    verdict = (stars - 1) / 4
    if words is None:
        return verdict
    return (STARS_WEIGHT * verdict + WORDS_WEIGHT * words) / (STARS_WEIGHT + WORDS_WEIGHT)
