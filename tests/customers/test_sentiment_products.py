"""What a product's reviews say together, with the numbers worked out by hand."""

from datetime import UTC, datetime, timedelta
from math import sqrt

import pytest

from customers.sentiment import refresh_products
from tests.factories import a_customer, a_product, a_review

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def sentiment_of(product):
    refresh_products()
    product.refresh_from_db()
    return product.sentiment


def test_a_review_of_a_year_ago_counts_half_and_one_without_a_date_as_the_oldest():
    lamp = a_product()
    a_review(lamp, "One", 1.0, reviewed_at=NOW)
    a_review(lamp, "Two", 0.4, reviewed_at=NOW - timedelta(days=365))
    a_review(lamp, "Three", 0.1, reviewed_at=NOW - timedelta(days=730))
    a_review(lamp, "Four", 0.1, reviewed_at=None)
    mean = (1.0 + 0.4 + 0.1 + 0.1) / 4
    assert sentiment_of(lamp) == pytest.approx((1.0 + 0.4 / 2 + 0.2 / 4 + 5 * mean) / (1 + 1 / 2 + 2 / 4 + 5))


def test_age_is_counted_from_the_shops_newest_review():
    lamp, chair = a_product(), a_product()
    a_review(lamp, "One", 0.2, reviewed_at=NOW - timedelta(days=365))
    a_review(chair, "Two", 0.8, reviewed_at=NOW)
    assert sentiment_of(lamp) == pytest.approx((0.2 / 2 + 5 * 0.5) / (1 / 2 + 5))


def test_a_customer_counts_once_a_product_by_the_latest_review():
    lamp, chair, ann = a_product(), a_product(), a_customer()
    a_review(lamp, "One", 0.0, customer=ann, reviewed_at=NOW - timedelta(days=1))
    a_review(lamp, "Two", 0.9, customer=ann, reviewed_at=NOW)
    a_review(lamp, "Three", 0.0, customer=ann, reviewed_at=None)
    a_review(chair, "Four", 0.3, customer=ann, reviewed_at=NOW)
    assert sentiment_of(lamp) == pytest.approx((0.9 + 5 * 1.2 / 4) / 6)
    assert lamp.review_count == 3


def test_the_same_text_counts_once_unless_it_is_short():
    lamp, chair = a_product(), a_product()
    for number in range(4):
        copy = "The very best lamp of all." if number else "the VERY best lamp of all."
        a_review(lamp, copy, 1.0, customer=a_customer(), reviewed_at=NOW - timedelta(hours=13 * number))
        a_review(chair, "Great!", 0.2, reviewed_at=NOW - timedelta(days=0) if number < 2 else None)
    mean = 0.6
    assert sentiment_of(lamp) == pytest.approx((1.0 + 5 * mean) / 6)
    chair.refresh_from_db()
    oldest = 2 ** -(39 / 24 / 365)  # the lamp's first review is the shop's oldest
    assert chair.sentiment == pytest.approx((0.2 * (2 + 2 * oldest) + 5 * mean) / (2 + 2 * oldest + 5))


def test_whose_older_review_is_left_out_does_not_hide_another_with_its_words():
    lamp, ann, text = a_product(), a_customer(), "A lamp as bright as the day."
    a_review(lamp, text, 1.0, customer=ann, reviewed_at=NOW - timedelta(days=1))
    a_review(lamp, "I was wrong about it.", 0.0, customer=ann, reviewed_at=NOW)
    a_review(lamp, text, 1.0, customer=a_customer(), reviewed_at=NOW - timedelta(days=365))
    assert sentiment_of(lamp) == pytest.approx((0.0 + 1.0 / 2 + 5 * 2 / 3) / (1 + 1 / 2 + 5))


def test_a_burst_of_one_day_counts_by_its_root():
    lamp = a_product()
    for number in range(12):
        a_review(lamp, f"Number {number}", 1.0, reviewed_at=NOW + timedelta(minutes=number))
    for day in range(1, 3):
        a_review(lamp, f"Day {day}", 0.0, reviewed_at=NOW + timedelta(days=day))
    ages = [2 ** -((2 * 24 * 60 - number) / (24 * 60) / 365) for number in range(12)]
    burst, rest = sum(ages) * sqrt(3 / 12), 1 + 2 ** -(1 / 365)
    assert burst == pytest.approx(6, rel=0.01)
    assert sentiment_of(lamp) == pytest.approx((burst + 5 * 12 / 14) / (burst + rest + 5))
    assert lamp.review_count == 14


def test_copies_that_do_not_count_make_no_burst():
    lamp = a_product()
    for number in range(9):
        a_review(lamp, "Copied from one another.", 1.0, reviewed_at=NOW - timedelta(seconds=number))
    a_review(lamp, "Another", 0.0, reviewed_at=NOW)
    a_review(lamp, "And another", 0.0, reviewed_at=NOW)
    assert sentiment_of(lamp) == pytest.approx((1.0 + 5 * 9 / 11) / (3 + 5))


def test_aspects_are_counted_by_reviews_one_a_customer():
    lamp, ann = a_product(), a_customer()
    a_review(lamp, "One", aspects=["fit+", "quality-"], customer=ann, reviewed_at=NOW)
    a_review(lamp, "Two", aspects=["fit-"], customer=ann, reviewed_at=NOW - timedelta(days=1))
    a_review(lamp, "Three", aspects=["fit+"])
    a_review(lamp, "Four", aspects=[])
    a_review(lamp, "Five", aspects=None)
    refresh_products([lamp.pk])
    lamp.refresh_from_db()
    assert lamp.aspects == {"fit": {"praised": 2, "criticised": 0}, "quality": {"praised": 0, "criticised": 1}}
    lamp.reviews.all().delete()
    refresh_products([lamp.pk])
    lamp.refresh_from_db()
    assert lamp.aspects == {}
