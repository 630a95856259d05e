import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from customers.models import Purchase
from customers.profile import profile_of
from customers.statistics import refresh_statistics
from tests.factories import SOME_DAY, a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db


def test_sums_are_exact_and_multiply_by_quantity(django_assert_num_queries):
    ann = a_customer("Ann")
    router, tea = a_product("Router", "Electronics", "689.99"), a_product("Tea", "Food", "3.35")
    a_purchase(ann, router, 2)
    a_purchase(ann, tea, 3, purchased_at=SOME_DAY + timedelta(days=61))
    a_purchase(ann, tea, 1, unit_price=None, purchased_at=None)
    a_purchase(a_customer("Bob"), tea)
    with django_assert_num_queries(2):
        profile = profile_of(ann, at=SOME_DAY + timedelta(days=71))
    assert (profile.total_purchases, profile.total_quantity) == (3, 6)
    assert profile.total_spent == Decimal("1390.03")
    assert profile.average_price == Decimal("346.67")
    assert [row["category"] for row in profile.favorite_categories] == ["Food", "Electronics"]
    assert profile.favorite_categories[0] == {
        "category": "Food",
        "purchases": 2,
        "quantity": 4,
        "spent": Decimal("10.05"),
    }
    assert profile.purchases_per_month == pytest.approx(1.0, abs=0.01)
    assert profile.days_since_last_purchase == 10
    assert [line["name"] for line in profile.recent_purchases] == ["Tea", "Router", "Tea"]


def test_a_customer_without_purchases_has_a_profile_without_confidence(django_assert_num_queries):
    ann = a_customer("Ann")
    with django_assert_num_queries(1):
        profile = profile_of(ann)
    assert profile.confidence == 0
    assert profile.total_spent == Decimal("0.00")
    assert profile.average_price is None
    assert (profile.price_segment, profile.rfm_segment) == ("unknown", "unknown")
    assert profile.days_since_last_purchase is None


def test_confidence_grows_with_purchases():
    tea = a_product("Tea")
    seen = []
    for purchases in (1, 5, 40):
        ann = a_customer()
        for _ in range(purchases):
            a_purchase(ann, tea)
        seen.append(profile_of(ann).confidence)
    assert seen == sorted(seen)
    assert seen[0] < 0.2 < seen[1] < 0.8 < seen[2] < 1


def test_segments_compare_with_the_shops_own_customers():
    customers = [a_customer() for _ in range(10)]
    for place, customer in enumerate(customers):
        goods = a_product(price=f"{place + 1}.00")
        for day in range(place + 1):  # the later ones pay more, buy more and bought more lately
            a_purchase(customer, goods, purchased_at=SOME_DAY + timedelta(days=10 * place + day / 10))
    refresh_statistics()
    profiles = [profile_of(customer) for customer in customers]
    assert [profile.price_segment for profile in profiles] == ["budget"] * 4 + ["mid-range"] * 3 + ["premium"] * 3
    assert profiles[0].rfm_segment == "lost"
    assert profiles[-1].rfm_segment == "champion"
    one_of_everything = a_customer()
    a_purchase(one_of_everything, a_product(price="1.00"), purchased_at=SOME_DAY + timedelta(days=200))
    assert profile_of(one_of_everything).rfm_segment == "new"
    spender = a_customer()
    a_purchase(spender, a_product(price="9999.00"), purchased_at=SOME_DAY + timedelta(days=200))
    assert profile_of(spender).rfm_segment == "new"


def test_statistics_of_an_empty_shop_and_of_one_without_dates_and_prices():
    assert refresh_statistics().cuts == {}
    ann = a_customer()
    a_purchase(ann, a_product(price=None), purchased_at=None)
    assert refresh_statistics().customers == 1
    assert profile_of(ann).rfm_segment == "unknown"


def test_a_profile_is_ready_for_json():
    ann = a_customer("Ann")
    a_purchase(ann, a_product("Tea", "Food", "3.30"))
    profile = json.loads(json.dumps(profile_of(ann).as_json()))
    assert profile["total_spent"] == "3.30"
    assert profile["favorite_categories"][0]["spent"] == "3.30"
    assert profile["recent_purchases"][0]["purchased_at"] == "2026-03-01T12:00:00+00:00"


def test_a_period_starts_at_its_first_midnight_and_ends_before_its_last(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    ann, tea = a_customer(), a_product("Tea", "Food", "3.30")
    a_purchase(ann, tea, 10, purchased_at=datetime(2026, 2, 28, 22, 59, tzinfo=UTC))
    a_purchase(ann, tea, 1, purchased_at=datetime(2026, 2, 28, 23, 0, tzinfo=UTC))
    a_purchase(ann, tea, 2, purchased_at=datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
    a_purchase(ann, tea, 20, purchased_at=datetime(2026, 3, 31, 22, 0, tzinfo=UTC))
    a_purchase(ann, tea, 40, purchased_at=None)
    march = Purchase.objects.of(ann).between(date(2026, 3, 1), date(2026, 4, 1)).totals()
    assert (march.purchases, march.quantity, march.spent) == (2, 3, Decimal("9.90"))
    assert Purchase.objects.of(ann).between(None, None).totals().quantity == 73


def test_totals_of_categories_and_of_nothing(django_assert_num_queries):
    ann = a_customer()
    a_purchase(ann, a_product("Tea", "Food", "3.30"))
    a_purchase(ann, a_product("Pen", "Office", "1.10"))
    a_purchase(ann, a_product("Thing"))
    with django_assert_num_queries(1):
        food = Purchase.objects.of(ann).in_categories(["Food", "Garden"]).totals()
    assert food.spent == Decimal("3.30")
    nothing = Purchase.objects.of(ann).in_categories([]).totals()
    assert (nothing.purchases, nothing.quantity, nothing.spent, nothing.average_price) == (0, 0, Decimal(0), None)


def test_favourite_categories_know_no_uncategorised_and_no_more_than_asked():
    ann = a_customer()
    for category, price in (
        ("Food", "1"),
        ("Food", "1"),
        ("Cheap", "1"),
        ("Dear", "9"),
        ("", "5"),
        ("", "5"),
        ("", "5"),
    ):
        a_purchase(ann, a_product(category=category, price=price))
    favorites = Purchase.objects.of(ann).favorite_categories(2)
    assert [(row["category"], row["purchases"]) for row in favorites] == [("Food", 2), ("Dear", 1)]
