"""The shop's own classifier: tried where there are enough stars, adopted where it beats VADER, then read by."""

import pytest
from django.core.management import call_command

from customers.models import Review, SentimentModel
from customers.sentiment import MODEL, VERSION, read_words, rereading
from customers.sentiment.rereading import current_reader, reread_reviews
from customers.sentiment.training import NEEDED, is_due, train
from customers.sentiment.upkeep import keep_up, work_waits
from customers.tasks import keep_sentiment
from tests.customers.test_sentiment_classifier import reviews_of_a_shop
from tests.factories import a_product, numbers

pytestmark = pytest.mark.django_db


def a_shop(pairs=NEEDED, stars=(5, 1)):
    """Reviews whose words VADER does not know; gives their product."""
    lamp = a_product()
    reviews, positive = reviews_of_a_shop(pairs)
    Review.objects.bulk_create(
        Review(
            external_id=f"r{next(numbers)}",
            product=lamp,
            text=text,
            rating=stars[0] if good else stars[1],
            sentiment=0.5,
            sentiment_model=MODEL,
            sentiment_version=VERSION,
        )
        for text, good in zip(reviews.texts, positive, strict=True)
    )
    return lamp


def unstarred(lamp, text, **fields):
    known = {"sentiment": 0.5, "sentiment_model": MODEL, "sentiment_version": VERSION, **fields}
    return Review.objects.create(external_id=f"r{next(numbers)}", product=lamp, text=text, **known)


def test_it_is_trained_adopted_and_reads_every_review():
    lamp = a_shop()
    loved, hated = unstarred(lamp, "So zorby!"), unstarred(lamp, "Such grusk.")
    assert work_waits()
    trial, read = keep_up()
    assert read == 2 * NEEDED + 2
    assert trial.adopted
    assert (trial.positive, trial.negative, trial.reading) == (NEEDED, NEEDED, VERSION)
    assert trial.figures["classifier"]["auc"]["value"] > 0.95
    assert trial.figures["vader"]["auc"]["value"] == 0.5
    for review in (loved, hated):
        review.refresh_from_db()
        assert (review.sentiment_model, review.sentiment_version) == ("classifier", str(trial.pk))
    assert loved.sentiment > 0.7
    assert hated.sentiment < 0.3
    lamp.refresh_from_db()
    assert lamp.review_count == 2 * NEEDED + 2
    assert not work_waits()
    assert keep_up() == (None, 0)


def test_too_few_stars_are_left_to_vader():
    a_shop(NEEDED - 1)
    assert not is_due()
    assert train() is None
    assert current_reader().model == MODEL


def test_three_stars_say_neither():
    a_shop(NEEDED, stars=(3, 1))
    assert train() is None


def test_what_does_not_beat_vader_is_recorded_and_not_adopted():
    lamp = a_product()
    for number in range(NEEDED):
        unstarred(lamp, f"A great and lovely {number} lamp{number % 7}", rating=5)
        unstarred(lamp, f"An awful and horrible {number} lamp{number % 7}", rating=1)
    trial = train()
    assert not trial.adopted
    assert trial.figures["vader"]["auc"]["value"] == 1.0
    assert not trial.terms
    assert current_reader().model == MODEL
    assert not is_due()


def test_reviews_that_are_all_alike_train_nothing():
    lamp = a_product()
    for number in range(2 * NEEDED):
        unstarred(lamp, "Lamp", rating=5 if number % 2 else 1)
    trial = train()
    assert not trial.adopted
    assert trial.figures["problem"]


def test_a_new_trial_is_due_when_the_shop_has_grown_by_a_quarter():
    a_shop(NEEDED)
    assert is_due()
    first = train()
    assert not is_due()
    a_shop(NEEDED // 5)
    assert not is_due()
    a_shop(NEEDED // 10)
    assert is_due()
    second = train()
    first.refresh_from_db()
    assert (first.terms, bytes(first.weights)) == ([], b"")
    assert second.adopted
    assert first.figures


def test_a_shop_that_lost_its_stars_is_read_by_vader_again():
    lamp = a_shop()
    kept = unstarred(lamp, "So zorby!")
    keep_up()
    Review.objects.exclude(pk=kept.pk).delete()
    assert keep_up()[1] == 1
    kept.refresh_from_db()
    assert (kept.sentiment, kept.sentiment_model) == (0.5, MODEL)


def test_a_classifier_built_on_another_reading_is_not_used():
    a_shop()
    train()
    SentimentModel.objects.update(reading="of old")
    assert current_reader().model == MODEL
    assert is_due()


def test_what_an_older_vader_read_is_read_again_with_its_aspects():
    review = unstarred(a_product(), "Great fit.", sentiment=0.1, sentiment_version="3.3.2/1")
    assert reread_reviews() == 1
    review.refresh_from_db()
    assert review.sentiment > 0.7
    assert review.aspects == ["fit+"]
    review.product.refresh_from_db()
    assert review.product.aspects == {"fit": {"praised": 1, "criticised": 0}}


def test_what_a_language_model_read_stays():
    review = unstarred(a_product(), "Great.", sentiment=0.1, sentiment_model="reader:1b", sentiment_version="1")
    assert reread_reviews() == 0
    review.refresh_from_db()
    assert review.sentiment == 0.1


def test_a_review_that_was_changed_meanwhile_is_left_and_read_the_next_time(monkeypatch):
    review = unstarred(a_product(), "Great.", sentiment_version="3.3.2/1")

    def changed_meanwhile(text):
        Review.objects.update(text="Awful.")
        return read_words(text)

    monkeypatch.setattr(rereading, "read_words", changed_meanwhile)
    assert reread_reviews() == 0
    monkeypatch.undo()
    assert reread_reviews() == 1
    review.refresh_from_db()
    assert review.sentiment < 0.5


def test_batches_end_with_whole_products(monkeypatch):
    monkeypatch.setattr(rereading, "BATCH", 2)
    for _ in range(3):
        lamp = a_product()
        for text in ("Great.", "Lovely.", "Awful."):
            unstarred(lamp, text, sentiment_version="3.3.2/1")
    told: list[str] = []
    assert reread_reviews(told.append) == 9
    assert [sentence.split()[0] for sentence in told] == ["3", "6", "9"]


def test_the_command_says_what_it_found(capsys):
    call_command("train_sentiment")
    assert "VADER reads the reviews: a classifier needs 100" in capsys.readouterr().out
    a_shop()
    call_command("train_sentiment")
    said = capsys.readouterr().out
    assert "is adopted" in said
    assert "200 reviews read again." in said
    call_command("train_sentiment", "--if-due")
    assert capsys.readouterr().out == "0 reviews read again.\n"


def test_the_task_starts_a_process_only_where_work_waits(monkeypatch):
    started: list[list[str]] = []
    monkeypatch.setattr("customers.tasks.subprocess.run", lambda command, check: started.append(command))
    keep_sentiment()
    assert not started
    unstarred(a_product(), "Great.", sentiment_version="3.3.2/1")
    keep_sentiment()
    assert started[0][2:] == ["train_sentiment", "--if-due", "--yield"]
