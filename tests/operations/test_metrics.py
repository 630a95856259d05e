from decimal import Decimal

import pytest
from django.test import Client
from prometheus_client import REGISTRY

from recommendations import metrics
from recommendations.models import Rating
from tests.factories import SOME_DAY, a_product, a_recommendation, a_trace
from tracing.models import Breaker, Observation, OutboxEntry, RelayTotals


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.django_db
def test_metrics_show_django_s_and_the_outbox():
    OutboxEntry.objects.create(kind="spans", trace=a_trace(), body=b"", due_at=SOME_DAY)
    response = Client().get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    assert 'shopassist_outbox_entries{state="waiting"} 1.0' in lines
    assert any(line.startswith("shopassist_outbox_oldest_seconds ") for line in lines)
    assert any(line.startswith("django_http_requests_before_middlewares_total ") for line in lines)


@pytest.mark.django_db
def test_metrics_show_the_way_to_langfuse_whoever_relays(django_assert_num_queries):
    """From rows: a worker without a port of its own counts too, and nothing falls when a process ends."""

    def scraped() -> set[str]:
        return {line for line in Client().get("/metrics").content.decode().splitlines() if "_relay_" in line}

    scraped()
    RelayTotals.add(sent=7, confirmed=5, absent=2, set_aside=1)
    Breaker.objects.failed("no answer", whole=True)
    with django_assert_num_queries(3):  # depth, totals, breaker
        figures = scraped()
    assert {
        'shopassist_relay_entries_total{outcome="sent"} 7.0',
        'shopassist_relay_entries_total{outcome="confirmed"} 5.0',
        'shopassist_relay_entries_total{outcome="absent"} 2.0',
        'shopassist_relay_entries_total{outcome="set_aside"} 1.0',
        "shopassist_relay_failures_total 1.0",
        'shopassist_relay_breaker{state="open"} 1.0',
        'shopassist_relay_breaker{state="closed"} 0.0',
    } <= figures
    Breaker.objects.succeeded()
    assert 'shopassist_relay_breaker{state="closed"} 1.0' in scraped()
    assert any(line.startswith("shopassist_relay_last_success_timestamp_seconds ") for line in scraped())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "request_from",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_AUTHORIZATION": "Bearer whatever", "REMOTE_ADDR": "192.0.2.7"},
    ],
)
def test_without_a_token_only_this_machine_may_read(request_from):
    response = Client().get("/metrics", **request_from)
    assert response.status_code == 403
    assert b"django_http" not in response.content


@pytest.mark.django_db
def test_without_a_token_nobody_may_read_in_production(settings):
    settings.PRODUCTION = True
    assert Client().get("/metrics").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("authorization", "status"),
    [("Bearer sesame", 200), ("Bearer sesamé", 403), ("Bearer ", 403), ("", 403), ("Basic sesame", 403)],
)
def test_with_a_token_whoever_presents_it_may_read(settings, authorization, status):
    settings.PRODUCTION = True
    settings.METRICS_TOKEN = "sesame"
    response = Client().get("/metrics", REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION=authorization)
    assert response.status_code == status


def test_metrics_can_be_off(settings):
    settings.ENABLE_METRICS = False
    assert Client().get("/metrics").status_code == 404


def seen(name, **fields):
    return Observation(name=name, **{"duration_ms": 1.0, **fields})


@pytest.mark.django_db
def test_a_question_is_counted_by_agent_model_and_outcome(django_assert_num_queries):
    observations = [
        seen("recommendation", type="AGENT", duration_ms=30.0),
        seen("response_generation", type="AGENT", duration_ms=900.0),
        seen("wording", type="GENERATION", model="tiny", usage={"input": 90, "output": 7}, cost=Decimal("0.5")),
        seen("grounding_check", type="EVALUATOR", level="WARNING"),
    ]
    answer = a_recommendation(
        channel="web",
        processing_time_ms=1200.0,
        agent_execution_order=["recommendation", "response_generation"],
        fallbacks=["response_generation: embedded composer, it invented a price"],
    )
    before = {
        "asked": figure("shopassist_questions_total", intent="recommendation", status="answered", channel="web"),
        "read": figure("shopassist_tokens_total", model="tiny", direction="input"),
        "wrote": figure("shopassist_tokens_total", model="tiny", direction="output"),
        "cost": figure("shopassist_cost_total", model="tiny"),
        "fallbacks": figure("shopassist_fallbacks_total", agent="response_generation"),
        "ungrounded": figure("shopassist_ungrounded_answers_total"),
        "slow": figure("shopassist_agent_seconds_sum", agent="response_generation"),
        "wording": figure("shopassist_agent_seconds_count", agent="wording"),
    }
    with django_assert_num_queries(0):
        metrics.observe_question(answer, observations)
    after = {
        "asked": figure("shopassist_questions_total", intent="recommendation", status="answered", channel="web"),
        "read": figure("shopassist_tokens_total", model="tiny", direction="input"),
        "wrote": figure("shopassist_tokens_total", model="tiny", direction="output"),
        "cost": figure("shopassist_cost_total", model="tiny"),
        "fallbacks": figure("shopassist_fallbacks_total", agent="response_generation"),
        "ungrounded": figure("shopassist_ungrounded_answers_total"),
        "slow": figure("shopassist_agent_seconds_sum", agent="response_generation"),
        "wording": figure("shopassist_agent_seconds_count", agent="wording"),
    }
    assert {name: round(after[name] - before[name], 6) for name in after} == {
        "asked": 1,
        "read": 90,
        "wrote": 7,
        "cost": 0.5,
        "fallbacks": 1,
        "ungrounded": 1,
        "slow": 0.9,
        "wording": 0,  # a model's step is not an agent
    }


@pytest.mark.django_db
def test_a_question_that_failed_early_is_counted_too():
    answer = a_recommendation(status="failed", intent="", agent_execution_order=[])
    labels = {"intent": "unknown", "status": "failed", "channel": "api"}
    before = figure("shopassist_questions_total", **labels)
    metrics.observe_question(answer, [])
    assert figure("shopassist_questions_total", **labels) == before + 1


@pytest.mark.django_db
def test_ratings_are_counted_by_stars():
    answer = a_recommendation(None, a_product())
    for product, of in ((None, "answer"), (answer.products.get(), "product")):
        before = figure("shopassist_rating_stars_sum", of=of)
        metrics.observe_rating(Rating(recommendation=answer, product=product, rater="user:1", stars=Decimal("3.5")))
        assert figure("shopassist_rating_stars_sum", of=of) == before + 3.5
