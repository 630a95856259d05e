"""A review's words by VADER (Hutto & Gilbert 2014), sentence by sentence, with the idioms of shoppers.

The mean of the sentences' compound scores, moved from -1..1 to 0..1, is the words' score: a long text read as one
saturates VADER.
"""

import re
from functools import cache
from typing import Any

from customers.sentiment.idioms import NO_PRAISE, WORDS, plain

MODEL = "vader"
VERSION = "3.3.2/2"  # of the package, and of how it is used here
POSITIVE_ABOVE = (
    0.55  # of the words' score: even who is let down finds kind words, so 0.5 is too low on any reviews tried
)
READ_AT_MOST = 10_000  # characters of a review
SENTENCE_AT_MOST = 1_000  # VADER takes quadratic time in the length of what it is given
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def words_sentiment(text: str) -> float:
    """0..1 of the words alone; 0.5 if they say nothing that VADER knows."""
    return mean_score(sentence_scores(sentences(text)))


def mean_score(scores: list[float]) -> float:
    """Of sentences' compound scores (-1..1), as 0..1."""
    return (sum(scores) / len(scores) + 1) / 2 if scores else 0.5


def sentences(text: str) -> list[str]:
    """The text's sentences, its phrases as plain words."""
    return [part[:SENTENCE_AT_MOST] for part in SENTENCE_END.split(plain(text[:READ_AT_MOST])) if part.strip()]


def sentence_scores(parts: list[str]) -> list[float]:
    """VADER's compound score of each, -1..1."""
    return [_analyzer().polarity_scores(part)["compound"] for part in parts]


@cache
def _analyzer() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    known = {word: valence for word, valence in analyzer.lexicon.items() if word not in NO_PRAISE}
    analyzer.lexicon = {**WORDS, **known}
    return analyzer
