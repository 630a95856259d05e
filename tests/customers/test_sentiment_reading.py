"""What VADER makes of a shopper's words, and which aspects they judge."""

import pytest

from customers.sentiment import read_words, words_sentiment
from customers.sentiment.idioms import NO_PRAISE, WORDS


@pytest.mark.parametrize(
    "text",
    [
        "Sending it back.",
        "I wanted to love this dress.",
        "I really had high hopes.",
        "It fell apart after a week.",
        "The charger stopped working.",
        "The lamp doesn't work.",
        "It doesn’t even fit.",
        "Runs really small.",
        "I'd give it zero stars.",
        "I will never buy from them again.",
        "Way too heavy.",
        "Flimsy.",
        "It arrived a week late.",
        "It didn't live up to its promises.",
        "It does not meet my expectations.",
        "I could not be more disappointed.",
    ],
)
def test_what_shoppers_complain_of_is_bad(text):
    assert words_sentiment(text) < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Sturdy and reliable.",
        "Exactly as described.",
        "Fits well.",
        "True to size.",
        "A must-have.",
        "Five stars!",
        "I couldn't be happier with it.",
        "It exceeded my expectations.",
        "Top-notch.",
        "I could not be more pleased.",
    ],
)
def test_what_they_praise_is_good(text):
    assert words_sentiment(text) > 0.5


def test_what_says_neither_stays_neutral():
    assert words_sentiment("I sent back to the office for my keys.") == 0.5
    assert words_sentiment("It has a lid.") == 0.5


def test_no_idiom_overrules_vader():
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    known = set(SentimentIntensityAnalyzer().lexicon)
    assert not set(WORDS) & known
    assert known >= NO_PRAISE


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("Great fit!", ["fit+"]),
        ("Lovely fabric, but it runs small.", ["fit-", "quality+"]),
        ("Overpriced. The stitching is awful.", ["quality-", "value-"]),
        ("Worth every penny, great price.", ["value+"]),
        ("Fast shipping. The delivery was great; sadly the lamp is broken.", ["delivery+", "quality-"]),
        ("The packaging was terrible.", ["delivery-"]),
        ("Too large.", ["fit-"]),
        ("It comes in three sizes.", []),
        ("This is the fit, that the value.", []),
        ("I love it!", []),
        ("Great fit. Horrible fit.", []),
        ("", []),
        ("Outfit of the benefits, great!", []),
    ],
)
def test_aspects_are_judged_by_the_clauses_that_name_them(text, aspects):
    assert read_words(text).aspects == aspects
