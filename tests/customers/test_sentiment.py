import pytest

from customers.sentiment import refresh_products, review_sentiment
from tests.factories import a_product, a_review

GOOD = "Absolutely love it. Works great and looks beautiful!"
BAD = "Terrible. It broke after a day and the support was awful."


def test_words_and_stars_both_count():
    assert review_sentiment(GOOD) > 0.6
    assert review_sentiment(BAD) < 0.4
    assert review_sentiment(BAD, 5) < review_sentiment(GOOD, 5)
    assert review_sentiment(GOOD, 1) < review_sentiment(GOOD, 3) < review_sentiment(GOOD, 5)


def test_what_says_nothing_is_neutral_and_stars_alone_are_enough():
    assert review_sentiment("") == review_sentiment("  \n") == review_sentiment("It is a box.") == 0.5
    assert (review_sentiment("", 1), review_sentiment("", 3), review_sentiment("", 5)) == (0.0, 0.5, 1.0)


@pytest.mark.parametrize(
    "text",
    ["good " * 200_000, "!" * 50_000, "🙂" * 20_000, "<script>alert(1)</script>", "\x00\ud800", "。" * 9, "...."],
)
def test_any_text_has_a_sentiment_between_0_and_1(text):
    assert 0 <= review_sentiment(text, None) <= 1


def test_a_long_text_is_not_judged_by_its_first_sentence():
    assert review_sentiment("I love the colour. " + BAD + " Horrible service. I hate it.") < 0.5


@pytest.mark.django_db
def test_a_products_sentiment_is_shrunk_towards_the_shops_mean():
    loved, once, unread = a_product(), a_product(), a_product()
    for _ in range(15):
        a_review(loved, sentiment=0.9, reviewed_at=None)
    a_review(once, sentiment=0.1, reviewed_at=None)
    assert refresh_products() == 2
    for product in (loved, once, unread):
        product.refresh_from_db()
    mean = (15 * 0.9 + 0.1) / 16
    assert loved.sentiment == pytest.approx((15 * 0.9 + 5 * mean) / 20)
    assert once.sentiment == pytest.approx((0.1 + 5 * mean) / 6)
    assert (loved.review_count, once.review_count, unread.review_count) == (15, 1, 0)
    assert unread.sentiment is None
    assert refresh_products() == 0


@pytest.mark.django_db
def test_a_product_that_lost_its_reviews_loses_its_sentiment_and_others_are_left_alone():
    one, other = a_product(), a_product()
    a_review(one)
    a_review(other)
    refresh_products([one.pk])
    one.reviews.all().delete()
    assert refresh_products([one.pk]) == 1
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.review_count, one.sentiment, other.review_count) == (0, None, 0)
