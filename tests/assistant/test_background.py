"""What language models do in the background: reading reviews, judging answers."""

import pytest
from django.db import OperationalError

from customers.models import Review
from recommendations.assistant.judge import judge, judge_answers
from recommendations.assistant.review_sentiment import reread_reviews
from recommendations.models import Recommendation
from tests.factories import a_customer, a_product, a_recommendation, a_review
from tracing.models import Score, Trace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def models(ollama, settings):
    settings.LLM_MODELS = {"sentiment": "reader:1b", "judge": "judge:8b"}


def test_each_review_is_read_once_and_moves_its_product(ollama):
    lamp = a_product()
    loved, hated = a_review(lamp, "Sick lamp!", 0.2), a_review(lamp, "Bright as a candle.", 0.9, rating=1)
    ollama.will_say('{"sentiment": 0.1}', '{"sentiment": 1}')
    assert reread_reviews() == 2
    for row in (loved, hated, lamp):
        row.refresh_from_db()
    assert (loved.sentiment, loved.sentiment_model, loved.sentiment_version) == (1, "reader:1b", "1")
    assert hated.sentiment == pytest.approx(0.1 / 3)  # the star counts twice
    assert lamp.sentiment == pytest.approx((1 + 0.1 / 3) / 2)
    assert Trace.objects.get().observations.filter(type="GENERATION").count() == 2
    assert reread_reviews() == 0


def test_what_could_not_be_read_is_kept_for_later(ollama):
    a_review(a_product(), "First"), a_review(a_product(), "Second")
    ollama.will_say('{"sentiment": 0.9}')
    ollama.will(status=500)
    assert reread_reviews() == 1
    trace = Trace.objects.get()
    assert trace.level == "ERROR"
    assert "1 reviews stay as they are" in trace.status_message


def test_one_review_that_cannot_be_read_holds_up_no_other(ollama):
    a_review(a_product(), "First"), a_review(a_product(), "Second")
    ollama.will_say("no idea", "still none", '{"sentiment": 0.9}')  # the newest is read first
    assert reread_reviews() == 2
    newest = Review.objects.latest("pk")
    assert (newest.sentiment, newest.sentiment_version) == (0.8, "1, not understood")
    assert reread_reviews() == 0


def test_a_review_that_was_changed_meanwhile_is_read_again(ollama, monkeypatch):
    review = a_review(a_product(), "Fine")

    def changed_meanwhile(*_args):
        Review.objects.update(text="Broke at once.", sentiment=0.1)
        return 0.9

    monkeypatch.setattr("recommendations.assistant.review_sentiment._words_of", changed_meanwhile)
    assert reread_reviews() == 0
    review.refresh_from_db()
    assert (review.sentiment, review.sentiment_model) == (0.1, "test")


def test_one_answer_that_cannot_be_judged_holds_up_no_other(ollama):
    for _ in range(2):
        a_recommendation(model="talker:8b")
    ollama.will_say("no idea", "still none", '{"helpfulness": 1}')
    assert judge_answers() == 1


def test_a_judge_that_fails_leaves_its_trace(ollama):
    worded = a_recommendation(a_customer(name="Kenneth Martinez"), model="talker:8b", reasoning="For Kenneth.")
    ollama.will_say("no idea, Kenneth", "still none")
    assert judge_answers() == 0
    trace = Trace.objects.get(name="answer_judgement")
    assert trace.level == "ERROR"
    assert "answered twice in another shape" in trace.status_message
    assert [seen.output for seen in trace.observations.filter(type="GENERATION")] == ["no idea, [name]", "still none"]
    assert not worded.stored_trace.scores.exists()


def test_reading_that_fails_in_the_end_leaves_its_trace(ollama, monkeypatch):
    a_review(a_product(), "First")
    ollama.will_say('{"sentiment": 0.9}')

    def no_lock():
        raise OperationalError("deadlock detected")

    monkeypatch.setattr("recommendations.assistant.review_sentiment.lock_shop", no_lock)
    with pytest.raises(OperationalError):
        reread_reviews()
    trace = Trace.objects.get()
    assert (trace.level, trace.status_message) == ("ERROR", "OperationalError: deadlock detected")
    assert trace.input_tokens > 0
    assert not Review.objects.filter(sentiment_model="reader:1b").exists()


def test_what_a_judge_says_of_an_answer_names_nobody(ollama):
    zelda = a_customer("Zelda Quackenbush")
    answer = a_recommendation(zelda, a_product(), query="A lamp for Ada, call +44 20 7946 0958", model="writer:1b")
    ollama.will_say('{"helpfulness": 0.5, "because": "Zelda wants a lamp; zelda quackenbush has 44-20-7946-0958."}')
    assert judge_answers() == 1
    comment = answer.stored_trace.scores.get().comment
    assert comment == "[name] wants a lamp; [name] has [name]."


def test_answers_of_a_model_are_judged_once(ollama):
    a_recommendation(model="embedded-composer")
    worded = a_recommendation(model="talker:8b")
    ollama.will_say('{"helpfulness": 0.75, "because": "It names one."}')
    assert judge_answers() == 1
    score = Score.objects.get()
    assert (score.trace, score.name, score.value) == (worded.stored_trace, "helpfulness", 0.75)
    assert score.comment == "It names one."
    assert judge_answers() == 0
    ollama.will_say('{"helpfulness": 0.5}')
    judge(worded)  # by another process, which began before the first was done
    assert Score.objects.get().value == 0.5


def test_without_the_models_nothing_happens(ollama, settings):
    settings.LLM_MODELS = {"sentiment": "", "judge": ""}
    a_review(a_product(), "Fine")
    assert (reread_reviews(), judge_answers()) == (0, 0)
    assert not ollama.requests
    assert not Recommendation.objects.exists()
