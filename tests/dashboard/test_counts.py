"""What is counted by days equals what is counted over the rows, whenever and in whatever order they came."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer, Product, Purchase
from recommendations.models import (
    AskerCount,
    Conversation,
    ConversionCount,
    FollowUpCount,
    PopularCount,
    QuestionCount,
    Rating,
    RatingCount,
    Recommendation,
    SessionCount,
)
from tests.dashboard.rows import a_question, some_weeks
from tests.dashboard.witness import check
from tests.factories import a_purchase
from tracing.models import CountedDay, ObservationCount, Recount, Trace, TraceCount, UsageCount
from tracing.rollups.days import changed_days, count_day, midnight, recount, roll_up

# Summer time ends or begins in these days: at two, by half an hour, at midnight; and where it does not, at odd hours.
ZONES = {
    "Europe/Berlin": date(2024, 10, 27),
    "Australia/Lord_Howe": date(2024, 10, 6),
    "America/Havana": date(2024, 11, 3),
    "Africa/Cairo": date(2024, 4, 26),
    "Asia/Kathmandu": date(2024, 6, 1),
    "UTC": date(2024, 2, 29),
}
COUNTS = (
    TraceCount, ObservationCount, UsageCount, QuestionCount, PopularCount, RatingCount, ConversionCount, SessionCount,
    FollowUpCount, AskerCount,
)  # fmt: skip


def forget_everything() -> None:
    for model in (
        *COUNTS,
        CountedDay,
        Rating,
        Recommendation,
        Conversation,
        Trace,
        Purchase,
        Customer,
        Product,
        Recount,
    ):
        model.objects.all().delete()


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.sampled_from(sorted(ZONES)))
def test_counts_are_those_of_the_rows(seed, zone):
    chance = random.Random(seed)
    with override_settings(TIME_ZONE=zone):
        forget_everything()
        answers = some_weeks(chance, ZONES[zone])
        recount(ZONES[zone] - timedelta(days=7), ZONES[zone] + timedelta(days=7))
        roll_up()
        check(zone)
        for answer in chance.sample(answers, len(answers) // 3):  # a late rating, a changed one, a late purchase
            if answer.status == "answered":
                answer.rate(rater="customer:1", stars=Decimal(chance.randint(1, 5)))
            for shown in answer.products.all()[:1]:
                if answer.customer and shown.product:
                    a_purchase(answer.customer, shown.product, purchased_at=answer.created_at + timedelta(days=1))
        roll_up()
        check(zone)
    with override_settings(TIME_ZONE="Asia/Kolkata"):  # the shop moves
        roll_up()
        check("Asia/Kolkata")
        assert changed_days() == []


@pytest.mark.django_db
def test_a_day_that_saw_summer_time_end_has_25_hours():
    with override_settings(TIME_ZONE="Europe/Berlin"):
        assert midnight(date(2024, 10, 28)) - midnight(date(2024, 10, 27)) == timedelta(hours=24)  # by the wall
        utc = [midnight(date(2024, 10, n)).astimezone(UTC) for n in (27, 28)]
        assert utc[1] - utc[0] == timedelta(hours=25)


@pytest.mark.django_db
def test_counting_again_changes_nothing():
    some_weeks(random.Random(1), date(2024, 6, 1))
    recount(date(2024, 5, 20), date(2024, 6, 10))
    roll_up()
    before = [list(model.objects.order_by("pk").values_list()) for model in COUNTS]
    recount(date(2024, 5, 20), date(2024, 6, 10))
    roll_up()
    after = [list(model.objects.order_by("pk").values_list()) for model in COUNTS]
    assert [sorted(map(str, (row[1:] for row in rows_))) for rows_ in before] == [
        sorted(map(str, (row[1:] for row in rows_))) for rows_ in after
    ]


@pytest.mark.django_db
def test_what_changes_while_a_day_is_counted_is_counted_next_time():
    day = changed_days
    a_question(datetime(2024, 6, 1, 12, tzinfo=UTC))
    recount(date(2024, 6, 1), date(2024, 6, 1))
    [first] = [found for found in day() if found.day == date(2024, 6, 1)]
    count_day(first)
    assert first.day not in [found.day for found in day()]
    answer = Recommendation.objects.get()
    answer.rate(rater="customer:1", stars=Decimal(3))
    assert [found.day for found in day() if found.day == first.day] == [first.day]
