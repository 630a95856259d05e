"""A classifier learns the shop's own words, and is kept as text and numbers."""

import numpy as np
import pytest

from customers.sentiment.classifier import Classifier, Reviews, best_threshold, fit_classifier

GOOD, BAD = ("zorby", "plimful", "quendy"), ("grusk", "vrolish", "nabbled")  # which VADER does not know
THINGS = ("lamp", "chair", "kettle", "tent", "scarf", "radio", "mug")


def reviews_of_a_shop(pairs=60, seed=1):
    dice = np.random.default_rng(seed)
    texts, positive = [], []
    for number in range(pairs):
        for kind in (GOOD, BAD):
            texts.append(f"This {dice.choice(THINGS)} is {dice.choice(kind)} and {dice.choice(kind)}, copy {number}.")
            positive.append(kind is GOOD)
    return Reviews.of(texts), np.array(positive)


def test_it_tells_what_vader_cannot():
    reviews, positive = reviews_of_a_shop()
    assert not reviews.vader.any()
    classifier, held_out = fit_classifier(reviews, positive)
    assert (held_out.verdicts == positive).all()
    loved, hated, unknown = classifier.probabilities(Reviews.of(["A zorby mug", "A nabbled mug", ""]))
    assert loved > 0.8
    assert hated < 0.2
    assert 0.2 < unknown < 0.8


def test_it_heeds_vader_where_its_words_say_nothing():
    dice = np.random.default_rng(2)
    good, bad = ("great", "lovely", "excellent"), ("awful", "terrible", "horrible")
    texts = [f"A {dice.choice(kind)} {dice.choice(THINGS)} {n}" for n in range(60) for kind in (good, bad)]
    classifier, _ = fit_classifier(Reviews.of(texts), np.array([True, False] * 60))
    fantastic, disgusting = classifier.probabilities(Reviews.of(["Fantastic.", "Disgusting."]))
    assert fantastic > 0.5 > disgusting


def test_probabilities_mean_what_they_say():
    dice = np.random.default_rng(4)
    texts, positive = [], []
    for number in range(600):
        good = bool(dice.random() < 0.5)
        honest = dice.random() < 0.8  # a fifth use the other kind's words
        texts.append(f"{dice.choice(GOOD if good == honest else BAD)} {dice.choice(THINGS)} {number}")
        positive.append(good)
    _, held_out = fit_classifier(Reviews.of(texts), np.array(positive))
    said_good = np.array([any(word in text for word in GOOD) for text in texts])
    assert held_out.probabilities[said_good].mean() == pytest.approx(np.array(positive)[said_good].mean(), abs=0.05)
    assert held_out.probabilities.max() < 0.95


def test_copies_of_a_text_are_never_held_out_from_each_other():
    dice = np.random.default_rng(5)
    texts = [f"text {number % 30} word{number % 30} again" for number in range(300)]
    kinds = dice.random(30) < 0.5  # by chance: there is nothing to learn but the copies
    positive = np.array([kinds[number % 30] for number in range(300)])
    _, held_out = fit_classifier(Reviews.of(texts), positive)
    assert (held_out.verdicts == positive).mean() < 0.75


def test_it_is_the_same_after_it_was_stored():
    reviews, positive = reviews_of_a_shop()
    classifier, _ = fit_classifier(reviews, positive)
    terms, weights = classifier.to_rows()
    again = Classifier.from_rows(list(terms), weights)
    others, _ = reviews_of_a_shop(20, seed=9)
    assert again.probabilities(others) == pytest.approx(classifier.probabilities(others), abs=1e-4)
    assert again.curve.threshold == pytest.approx(classifier.curve.threshold)


@pytest.mark.parametrize("weights", [b"", b"\0" * 12, b"\xff" * 28])
def test_what_is_no_classifier_is_refused(weights):
    with pytest.raises(ValueError, match="numbers"):
        Classifier.from_rows(["a"], weights)


def test_the_threshold_is_where_both_kinds_are_told_best():
    chances = np.array([0.2, 0.5, 0.6, 0.8, 0.9])
    threshold = best_threshold(chances, np.array([False, False, False, True, True]))
    assert 0.6 <= threshold < 0.8


def test_too_few_of_a_kind_are_refused():
    with pytest.raises(ValueError, match="At least 5"):
        fit_classifier(Reviews.of(["good", "bad", "fine"]), np.array([True, False, True]))
