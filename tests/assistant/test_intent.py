"""The two intents and the categories, on questions of ours and of others."""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command

from recommendations.assistant.intent import classifier, evaluation, meanings
from recommendations.assistant.intent.classifier import Classifier, Guess, classify
from recommendations.assistant.intent.features import Features, plain
from recommendations.tasks import embed


def normalised(question):
    return " ".join(re.findall(r"\w+", question.lower())) or question.strip()


@pytest.fixture(scope="module")
def figures():
    questions, labels = classifier.read_questions(evaluation.HELD_OUT)
    return evaluation.measured([classify(question) for question in questions], labels)


def test_others_questions_get_the_right_intent(figures):
    assert figures.intents >= 0.97


def test_others_questions_get_the_right_category(figures):
    assert figures.categories >= 0.9


def test_hurried_foreign_polite_and_slangy_questions_are_understood_by_their_words():
    questions, labels = classifier.read_questions(evaluation.VOICES)
    figures = evaluation.measured([classify(question) for question in questions], labels)

    assert figures.intents >= 0.9
    assert figures.categories >= 0.8


def test_a_confidence_is_a_probability(figures):
    assert figures.calibration_error < 0.05
    assert figures.brier < 0.05


@pytest.mark.parametrize("kept_apart", [evaluation.HELD_OUT, evaluation.VOICES])
def test_no_question_is_both_learnt_and_kept_apart(kept_apart):
    ours, theirs = (
        {normalised(question) for question in classifier.read_questions(path)[0]}
        for path in (classifier.QUESTIONS, kept_apart)
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
    classifier._kept.clear()
    with ThreadPoolExecutor(4) as pool:
        guesses = list(pool.map(classify, ["what did I buy last"] * 8))

    assert len(set(guesses)) == 1


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


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("hw much hav i spnt", "how much have i spent"),
        ("wat was teh last thing i ordrd", "what was the last thing i ordered"),
        ("r u open tmrw", "are you open tomorrow"),
        ("change my adress pls", "change my address please"),
    ],
)
def test_hurried_thumbs_are_understood(written, meant):
    assert learnt_slips().mended(written) == meant


@pytest.mark.parametrize(
    "thing", ["cat toys", "slip-on shoes", "craft kits", "a hard hat", "a purse", "mid century lamp"]
)
def test_things_to_buy_are_no_slips(thing):
    assert learnt_slips().mended(thing) == thing


@cache
def learnt_slips():
    return Features.fit(classifier.read_questions()[0])[0].slips


class TestMeanings:
    """Gibberish, whose words say nothing, and vectors that say all."""

    labels = np.array(["recommendation", "spending", "general"] * 20)
    questions = [f"xq{number} zzv" for number in range(60)]
    meanings = np.eye(3)[[0, 1, 2] * 20]

    def test_a_meaning_decides_where_words_say_nothing(self):
        learnt = Classifier.fit(self.questions, self.labels, self.meanings)

        guesses = learnt.guess(["bbl", "qqr", "wwx"], np.eye(3))

        assert [guess.category or guess.intent for guess in guesses] == ["recommendation", "spending", "general"]
        assert min(guess.confidence for guess in guesses) > 0.8

    def test_without_a_meaning_words_decide(self):
        learnt = Classifier.fit(self.questions, self.labels, self.meanings)

        assert learnt.guess(["bbl", "qqr"]) == Classifier.fit(self.questions, self.labels).guess(["bbl", "qqr"])

    @pytest.mark.django_db
    def test_they_are_remembered_for_these_questions_and_this_model(self, ollama, settings):
        settings.EMBEDDING_MODEL = "ollama:one"
        assert meanings.remembered_meanings(self.questions) is None
        assert meanings.remember_meanings(self.questions)
        asked = len(ollama.requests)
        assert not meanings.remember_meanings(self.questions)
        assert len(ollama.requests) == asked

        kept = meanings.remembered_meanings(self.questions)
        assert kept == pytest.approx(meanings.meanings_of(self.questions), abs=1e-3)
        assert meanings.remembered_meanings(self.questions[1:]) is None
        settings.EMBEDDING_MODEL = "ollama:other"
        assert meanings.remembered_meanings(self.questions) is None

    @pytest.mark.django_db
    def test_a_server_that_fails_leaves_the_words(self, ollama, settings, monkeypatch, caplog):
        settings.EMBEDDING_MODEL = "ollama:one"
        by_words = Classifier.fit(self.questions, self.labels)
        monkeypatch.setitem(classifier._kept, "now", Classifier.fit(self.questions, self.labels, self.meanings))
        ollama.will(status=500)

        assert classify("bbl") == by_words.guess(["bbl"])[0]
        assert "words alone: one on Ollama failed" in caplog.text

    @pytest.mark.django_db
    def test_the_background_learns_them_and_the_classifier_with_them(self, ollama, settings, monkeypatch):
        settings.EMBEDDING_MODEL = "ollama:one"
        few = self.questions, self.labels
        monkeypatch.setattr(classifier, "read_questions", lambda: few)
        monkeypatch.setattr(classifier, "_kept", {})
        classifier.warm_up()
        assert not classifier._kept["now"].by_meaning

        embed()

        assert classifier._kept["now"].by_meaning


def test_the_command_prints_the_figures_with_and_without_embeddings(monkeypatch, ollama, settings):
    settings.EMBEDDING_MODEL = "ollama:one"
    questions, labels = classifier.read_questions()
    few = questions[::12], labels[::12]
    kept_apart = classifier.read_questions(evaluation.HELD_OUT)
    monkeypatch.setattr(
        "recommendations.management.commands.evaluate_intent.read_questions",
        lambda path=None: kept_apart if path else few,
    )
    out = StringIO()

    call_command("evaluate_intent", stdout=out)

    alone, both = out.getvalue().split("By words and meaning (ollama:one)")
    assert alone.count("intents right") == both.count("intents right") == 3
    assert f"held_out.csv, {len(kept_apart[0])} questions" in both
