"""The two intents and the categories, on questions of ours and of others."""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command

from recommendations.assistant.intent import classifier, evaluation
from recommendations.assistant.intent.classifier import Classifier, Guess, classify
from recommendations.assistant.intent.features import plain


def normalised(question):
    return " ".join(re.findall(r"\w+", question.lower())) or question.strip()


@pytest.fixture(scope="module")
def figures():
    questions, labels = classifier.read_questions(evaluation.HELD_OUT)
    return evaluation.measured([classify(question) for question in questions], labels)


def test_others_questions_get_the_right_intent(figures):
    assert figures.intents >= 0.95


def test_others_questions_get_the_right_category(figures):
    assert figures.categories >= 0.9


def test_a_confidence_is_a_probability(figures):
    assert figures.calibration_error < 0.05
    assert figures.brier < 0.05


def test_no_question_is_both_learnt_and_kept_apart():
    ours, theirs = (
        {normalised(question) for question in classifier.read_questions(path)[0]}
        for path in (classifier.QUESTIONS, evaluation.HELD_OUT)
    )

    assert not ours & theirs


def test_our_questions_are_many_different_and_well_labelled():
    with classifier.QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    informational = {
        "total_purchases",
        "spending",
        "favorite_categories",
        "recent_purchases",
        "customer_profile",
        "general",
    }

    assert len(rows) >= 900
    assert len({normalised(row["question"]) for row in rows}) == len(rows)
    assert {row["category"] for row in rows if row["intent"] == "informational"} == informational
    assert {row["category"] for row in rows if row["intent"] == "recommendation"} == {""}


@pytest.mark.parametrize(
    ("question", "intent", "category"),
    [
        ("What else would Kenneth Martinez like?", "recommendation", ""),
        ("What do you recommend?", "recommendation", ""),
        ("What has Emma ordered so far?", "informational", "recent_purchases"),
        ("Which category does Grace buy from most?", "informational", "favorite_categories"),
        ("Recommend products for Oliver based on his purchases", "recommendation", ""),
        ("how much did I spend on electronics in March?", "informational", "spending"),
        ("a toaster under 50", "recommendation", ""),
        ("cast iron skillet", "recommendation", ""),
        ("How many orders have I placed?", "informational", "total_purchases"),
        ("What are my favourite categories?", "informational", "favorite_categories"),
        ("what did I buy last", "informational", "recent_purchases"),
        ("show me my customer profile", "informational", "customer_profile"),
        ("hello", "informational", "general"),
    ],
)
def test_plain_questions_are_sure(question, intent, category):
    guess = classify(question)

    assert (guess.intent, guess.category) == (intent, category)
    assert guess.confidence > 0.8


@pytest.mark.parametrize("person", ["Kenneth", "Kenneth Martinez", "Mr. Martinez", "customer 887", "this customer"])
def test_a_question_is_the_same_whomever_it_is_about(person):
    assert plain(f"What does {person} usually buy?") == "what does somebody usually buy?"
    assert plain(f"What is {person}'s favorite brand?") == "what is somebody's favorite brand?"


@pytest.mark.parametrize("question", ["a gift for Christmas", "what did Valentine cards cost", "is May over?"])
def test_days_and_seasons_are_no_persons(question):
    assert "somebody" not in plain(question)


def test_gibberish_is_less_sure_than_a_question():
    assert classify("xq zzv").confidence < classify("how much did I spend last year?").confidence


def test_training_twice_gives_the_same_answers():
    questions, labels = classifier.read_questions()
    some = slice(None, None, 5)

    first, second = (Classifier.fit(questions[some], labels[some]).guess(questions[:40]) for _ in range(2))

    assert first == second


def test_threads_may_ask_at_once():
    classifier._trained.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        guesses = list(pool.map(classify, ["what did I buy last"] * 8))

    assert len(set(guesses)) == 1
    assert classifier._trained.cache_info().misses == 1


def test_figures_by_hand():
    guesses = [
        Guess("recommendation", "", 0.9),
        Guess("recommendation", "", 0.6),
        Guess("informational", "spending", 0.8),
        Guess("informational", "general", 1.0),
    ]
    labels = np.array(["recommendation", "spending", "total_purchases", "general"])

    figures = evaluation.measured(guesses, labels)

    assert figures.intents == 0.75
    assert figures.categories == pytest.approx(1 / 3)
    assert figures.brier == pytest.approx((0.01 + 0.36 + 0.04 + 0) / 4)
    assert figures.calibration_error == pytest.approx((0.6 + 0.2 + 0.1) / 4)  # bins 0.6, 0.8, and 0.9 to 1


def test_the_command_prints_both_figures(monkeypatch):
    questions, labels = classifier.read_questions()
    few = questions[::6], labels[::6]
    kept_apart = classifier.read_questions(evaluation.HELD_OUT)
    monkeypatch.setattr(
        "recommendations.management.commands.evaluate_intent.read_questions",
        lambda path=None: kept_apart if path else few,
    )
    out = StringIO()

    call_command("evaluate_intent", stdout=out)

    assert out.getvalue().count("intents right") == 2
    assert out.getvalue().count("Brier") == 2
    assert f"held_out.csv, {len(kept_apart[0])} questions" in out.getvalue()
