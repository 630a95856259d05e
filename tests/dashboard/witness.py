"""What was counted, against the rows themselves: by plain SQL, numpy and sets."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection

from customers.models import Purchase
from recommendations.dashboard.behaviour import askers
from recommendations.models import (
    ConversionCount,
    FollowUpCount,
    PopularCount,
    QuestionCount,
    RatingCount,
    Recommendation,
    SessionCount,
)
from tracing.dashboard.period import Period
from tracing.models import ObservationCount, TraceCount, UsageCount
from tracing.rollups.histogram import ERROR, percentile


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def days_of(model: type[Any], *keys: str, sums: tuple[str, ...]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for row in model.objects.values_list("day", *keys, *sums):
        found[row[: 1 + len(keys)]] = tuple(row[1 + len(keys) :])
    return found


def check(zone: str) -> None:
    """Each kind of count against the rows themselves."""
    day = f"(created_at AT TIME ZONE '{zone}')::date"
    asked = rows(
        f"""SELECT {day}, intent, intent_category, count(*), count(*) FILTER (WHERE status = 'failed'),
        count(*) FILTER (WHERE cardinality(fallbacks) > 0), count(*) FILTER (WHERE unfound <> ''),
        count(*) FILTER (WHERE customer_id IS NULL) FROM recommendations_recommendation GROUP BY 1, 2, 3"""
    )
    sums = ("number", "failed", "fell_back", "unfound", "anonymous")
    assert days_of(QuestionCount, "intent", "category", sums=sums) == {row[:3]: row[3:] for row in asked}

    used = rows(
        f"""SELECT (t.started_at AT TIME ZONE '{zone}')::date, model, prompt_name || ' v' || prompt_version, count(*),
        count(*) FILTER (WHERE o.level = 'ERROR'), sum(coalesce((usage ->> 'input')::int, 0)),
        sum(coalesce((usage ->> 'output')::int, 0)), sum(o.cost)
        FROM tracing_observation o JOIN tracing_trace t ON t.id = o.trace_id WHERE model <> '' GROUP BY 1, 2, 3"""
    )
    models = ObservationCount.objects.exclude(model="").values_list(
        "day", "model", "prompt", "number", "errors", "input_tokens", "output_tokens", "cost"
    )
    assert sorted(models) == sorted(used)
    check_usage(zone)
    check_latency(zone)
    check_popular(day)
    check_ratings(day)
    check_behaviour(zone)


def check_usage(zone: str) -> None:
    for of, column in (("user", "user_pseudonym"), ("session", "session_id")):
        expected = rows(
            f"""SELECT (started_at AT TIME ZONE '{zone}')::date, {column}, count(*), sum(input_tokens), sum(cost)
            FROM tracing_trace WHERE {column} <> '' GROUP BY 1, 2"""
        )
        counted = UsageCount.objects.filter(of=of).values_list("day", "key", "traces", "input_tokens", "cost")
        assert sorted(counted) == sorted(expected)


def check_latency(zone: str) -> None:
    took: dict[Any, Any] = defaultdict(list)
    for day, milliseconds in rows(f"SELECT (started_at AT TIME ZONE '{zone}')::date, duration_ms FROM tracing_trace"):
        took[day].append(milliseconds)
    for row in TraceCount.objects.all():
        sizes = dict(zip(row.bins, row.sizes, strict=True))
        for q in (0.5, 0.95, 0.99):
            exact = np.percentile(took[row.day], q * 100, method="lower")
            assert percentile(sizes, q) == pytest.approx(exact, rel=ERROR * 1.000001)
    assert {row.day: row.number for row in TraceCount.objects.all()} == {d: len(all_) for d, all_ in took.items()}


def check_popular(day: str) -> None:
    shown = """FROM recommendations_recommendedproduct p
        JOIN recommendations_recommendation r ON r.id = p.recommendation_id"""
    expected = {
        "product": rows(f"SELECT {day}, p.external_id, count(*) {shown} GROUP BY 1, 2"),
        "category": rows(f"SELECT {day}, p.category, count(*) {shown} GROUP BY 1, 2"),
        "unfound": rows(
            f"SELECT {day}, unfound, count(*) FROM recommendations_recommendation WHERE unfound <> '' GROUP BY 1, 2"
        ),
        "words": rows(
            f"""SELECT {day}, lower(constraints ->> 'words'), count(*) FROM recommendations_recommendation
            WHERE intent = 'recommendation' AND constraints ? 'words' GROUP BY 1, 2"""
        ),
        "asked category": rows(
            f"""SELECT {day}, name, count(*) FROM recommendations_recommendation,
            jsonb_array_elements_text(constraints -> 'categories') name GROUP BY 1, 2"""
        ),
    }
    for of, counts in expected.items():
        assert sorted(PopularCount.objects.filter(of=of).values_list("day", "key", "number")) == sorted(counts)


def check_ratings(day: str) -> None:
    expected = rows(
        f"""SELECT {day}, r.intent, count(DISTINCT r.id), count(g.id), coalesce(sum(g.stars), 0)
        FROM recommendations_recommendation r LEFT JOIN recommendations_rating g
        ON g.recommendation_id = r.id AND g.product_id IS NULL AND g.replaced_at IS NULL
        WHERE r.status = 'answered' GROUP BY 1, 2""".replace("(created_at", "(r.created_at")
    )
    counted = RatingCount.objects.filter(of="intent").values_list("day", "key", "shown", "number", "total")
    assert sorted(counted) == sorted(expected)
    places = rows(
        f"""SELECT {day}, p.rank::text, count(*), count(g.id), coalesce(sum(g.stars * g.stars), 0)
        FROM recommendations_rating g JOIN recommendations_recommendedproduct p ON p.id = g.product_id
        JOIN recommendations_recommendation r ON r.id = g.recommendation_id
        WHERE g.replaced_at IS NULL GROUP BY 1, 2""".replace("(created_at", "(r.created_at")
    )
    rated = RatingCount.objects.filter(of="place", number__gt=0).values_list("day", "key", "number", "squares")
    assert sorted(rated) == sorted((d, key, number, squares) for d, key, _, number, squares in places)


def check_behaviour(zone: str) -> None:
    answers = list(Recommendation.objects.order_by("created_at", "pk"))
    day = {answer.pk: answer.created_at.astimezone(ZoneInfo(zone)).date() for answer in answers}
    talks: dict[Any, Any] = defaultdict(list)
    for answer in answers:
        if answer.conversation_id:
            talks[answer.conversation_id].append(answer)
    lengths = Counter((day[talk[0].pk], min(len(talk), 10)) for talk in talks.values())
    assert {(row.day, row.questions): row.number for row in SessionCount.objects.all()} == lengths
    follow_ups = Counter(
        (day[later.pk], former and (former.intent_category or former.intent), later.intent_category or later.intent)
        for talk in talks.values()
        for former, later in zip([None, *talk], talk, strict=False)
    )
    counted = {(row.day, row.before or None, row.after): row.number for row in FollowUpCount.objects.all()}
    assert counted == follow_ups
    sold: Counter[Any] = Counter()
    for answer in answers:
        shown = set(answer.products.values_list("product_id", flat=True))
        if answer.customer_id and shown:
            after = Purchase.objects.filter(
                customer=answer.customer_id,
                product__in=shown,
                purchased_at__gt=answer.created_at,
                purchased_at__lte=answer.created_at + timedelta(hours=168),
            )
            sold[day[answer.pk], answer.customer_profile["rfm_segment"], after.exists()] += 1
    counts = ConversionCount.objects.filter(by="rfm")
    assert {(c.day, c.segment): (c.lists, c.bought) for c in counts} == {
        (d, s): (sold[d, s, True] + sold[d, s, False], sold[d, s, True]) for d, s, _ in sold
    }
    check_askers(answers, day)


def check_askers(answers: list[Recommendation], day: dict[Any, Any]) -> None:
    """In every range of days."""
    asked: dict[Any, Any] = defaultdict(set)
    for answer in answers:
        if answer.customer_id:
            asked[answer.customer_id].add(day[answer.pk])
    days = sorted(set(day.values()))
    for first in days:
        for last in (last for last in days if last >= first):
            here = {who: [d for d in on if first <= d <= last] for who, on in asked.items()}
            here = {who: on for who, on in here.items() if on}
            seen = askers(Period(first, last))
            assert seen.all == len(here)
            assert seen.first_ever == sum(min(asked[who]) >= first for who in here)
            assert seen.several_days == sum(len(on) > 1 for on in here.values())
            assert seen.one_day + seen.several_days == seen.first_ever + seen.returning
