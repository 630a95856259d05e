"""A question, its answer, its trace: through the real graph, engine and database."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from customers.models import Customer, Product
from recommendations.assistant.ask import QuestionFailed, ask
from recommendations.engine.fitting import fit_engine
from recommendations.models import Recommendation
from tests.factories import a_customer, a_product, a_purchase, a_review
from tracing.masking import pseudonym
from tracing.models import OutboxEntry, Trace

pytestmark = pytest.mark.django_db

AGENTS = [
    "intent_classifier",
    "customer_profiling",
    "similar_customers",
    "candidate_search",
    "review_filtering",
    "recommendation",
    "response_generation",
]


@pytest.fixture
def shop():
    """Eight customers; who bought the router bought the modem and the cable too, which nobody but Ada lacks."""
    router = a_product("Router", "Electronics", "89.00")
    modem, cable = a_product("Modem", "Electronics", "60.00"), a_product("Cable", "Electronics", "9.50")
    toaster, costly = a_product("Toaster", "Kitchen", "39.90"), a_product("Toaster Deluxe", "Kitchen", "129.00")
    for number in range(7):
        customer = a_customer(f"Neighbour {number}")
        for product in (router, modem, cable)[: 3 if number < 5 else 2]:
            a_purchase(customer, product)
        a_purchase(customer, toaster if number % 2 else costly)
    ada = a_customer("Ada Lovelace", external_id="887")
    a_purchase(ada, router, quantity=2)
    fit_engine()
    return ada


def test_a_question_is_answered_and_kept_with_its_trace(shop):
    answer = ask("What else would Ada Lovelace like?", channel="shell", customer=shop)

    stored = Recommendation.objects.get()
    assert stored == answer
    assert stored.intent == "recommendation"
    assert stored.agent_execution_order == AGENTS
    assert [item.rank for item in stored.products.all()] == list(range(1, stored.products.count() + 1))
    assert {"Modem", "Cable"} <= {item.name for item in stored.products.all()}
    assert "Router" not in {item.name for item in stored.products.all()}
    for item in stored.products.all():
        assert item.score == pytest.approx(sum(item.parts.values()))
        assert item.reasons
    assert stored.model == "embedded-composer"
    assert stored.fallbacks == []
    assert stored.products.all()[0].name in stored.reasoning


def test_its_trace_has_each_agent_and_the_generation(shop):
    answer = ask("What else would Ada Lovelace like?", channel="shell", customer=shop)

    trace = Trace.objects.get()
    assert (trace.trace_id, trace.name) == (answer.trace_id, "personalized_recommendation")
    assert answer.stored_trace == trace
    observations = list(trace.observations.all())
    root = observations[0]
    agents = [o for o in observations if o.parent_span_id == root.span_id]
    assert [o.name for o in agents] == AGENTS
    generation = next(o for o in observations if o.type == "GENERATION")
    assert generation.parent_span_id == agents[-1].span_id
    assert (generation.model, generation.prompt_name) == ("embedded-composer", "response_generation")
    assert generation.prompt_version == 1
    event = next(o for o in observations if o.name == "product_filter_applied")
    assert {"threshold", "filtered", "remaining"} <= set(event.metadata | (event.input or {}) | (event.output or {}))
    assert {"channel:shell", "intent:recommendation", "model:embedded-composer"} <= set(trace.tags)
    assert {f"agent:{name}" for name in AGENTS} <= set(trace.tags)
    assert trace.metadata["products_returned"] == answer.products.count()
    assert trace.metadata["intent_confidence"] == pytest.approx(answer.intent_confidence, abs=1e-4)


def test_no_name_stands_in_the_trace(shop):
    ask("What else would Ada Lovelace like? Mail ada@example.org", channel="web", customer=shop)
    trace = Trace.objects.get()
    everything = str([(o.input, o.output, o.metadata, o.status_message) for o in trace.observations.all()])
    assert "Lovelace" not in everything
    assert "ada@example.org" not in everything
    assert trace.user_pseudonym == pseudonym(shop.external_id)


def test_the_words_change_the_result(shop):
    toasters = ask("a toaster under 50", channel="web", customer=shop)
    assert [item.name for item in toasters.products.all()] == ["Toaster"]
    nothing = ask("a toaster under 5", channel="web", customer=shop)
    assert not nothing.products.exists()
    assert "toaster" in nothing.reasoning.lower()


def test_the_callers_filters_hold(shop):
    answer = ask("what would suit me?", channel="api", customer=shop, filters={"max_price": 20})
    assert [item.name for item in answer.products.all()] == ["Cable"]
    with pytest.raises(ValueError, match="max_price"):
        ask("what would suit me?", channel="api", customer=shop, filters={"max_price": "cheap"})
    assert Recommendation.objects.count() == 1


def test_what_reviewers_found_bad_is_left_out(shop):
    cable = a_product("Bad Cable", "Electronics", "5.00", sentiment=0.2, review_count=9)
    a_review(cable, "Broke at once.", 0.2)
    answer = ask("a cable", channel="api", customer=shop)
    assert [item.name for item in answer.products.all()] == ["Cable"]
    assert answer.products_filtered_by_sentiment == 1


def test_facts_are_exact(shop):
    answer = ask("How much have I spent?", channel="web", customer=shop)
    assert (answer.intent, answer.intent_category) == ("informational", "spending")
    assert "$178.00" in answer.reasoning
    assert not answer.products.exists()
    assert answer.agent_execution_order == ["intent_classifier", "customer_profiling", "response_generation"]
    march = ask("what did I spend on electronics in March 2026?", channel="web", customer=shop)
    assert "$178.00 on Electronics in March 2026" in march.reasoning
    april = ask("what did I spend on electronics in April 2026?", channel="web", customer=shop)
    assert "nothing" in april.reasoning


def test_nobody_in_particular_gets_what_is_popular_and_no_facts(shop):
    popular = ask("what is popular?", channel="api")
    assert popular.products.exists()
    facts = ask("How much have I spent?", channel="api")
    assert "cannot tell who is asking" in facts.reasoning


def test_an_empty_shop_answers_that_it_has_nothing(db):
    answer = ask("a toaster", channel="shell")
    assert not answer.products.exists()
    assert answer.reasoning


@pytest.mark.parametrize(("query", "top_n"), [("", 5), ("  \n", 5), ("a lamp", 0), ("a lamp", 21)])
def test_bad_questions_leave_nothing(shop, query, top_n):
    with pytest.raises(ValueError, match=r"blank|top_n"):
        ask(query, channel="shell", top_n=top_n)
    assert not Recommendation.objects.exists()
    assert not Trace.objects.exists()


def test_a_failed_question_is_kept_with_its_trace(shop):
    from tracing.models import PromptVersion

    PromptVersion.objects.all().delete()
    from django.core.cache import cache

    cache.clear()
    with pytest.raises(QuestionFailed) as failure:
        ask("a toaster", channel="shell", customer=shop)
    stored = Recommendation.objects.get()
    assert failure.value.recommendation == stored
    assert stored.status == "failed"
    assert stored.error
    assert stored.stored_trace
    assert stored.stored_trace.level == "ERROR"
    assert not stored.products.exists()


def test_langfuse_gets_an_outbox_entry_only_where_it_is_configured(shop, settings):
    ask("a toaster", channel="shell", customer=shop)
    assert not OutboxEntry.objects.exists()
    settings.LANGFUSE_ENABLED = True
    answer = ask("a toaster", channel="shell", customer=shop)
    assert OutboxEntry.objects.get().trace.trace_id == answer.trace_id


def test_money_is_summed_exactly(shop):
    for cents in ("0.10", "0.20", "1234567.89"):
        a_purchase(shop, a_product(price=cents), unit_price=Decimal(cents))
    answer = ask("total spent so far?", channel="web", customer=shop)
    assert "$1,234,746.19" in answer.reasoning


def test_days_are_those_of_the_shop(shop, settings):
    settings.TIME_ZONE = "America/New_York"
    a_purchase(shop, a_product("Night Light"), purchased_at=datetime(2026, 4, 1, 2, 30, tzinfo=UTC))
    answer = ask("what did I buy last?", channel="web", customer=shop)
    assert "Night Light at $10.00 on 31 March 2026" in answer.reasoning


def test_what_is_not_known_of_a_customer_is_not_said(shop):
    undated = a_customer("Grace")
    a_purchase(undated, a_product(price=None), purchased_at=None)
    answer = ask("what kind of customer am I?", channel="web", customer=undated)
    assert answer.intent_category == "customer_profile"
    assert "unknown" not in answer.reasoning


def test_a_product_without_a_name_is_called_by_its_id(shop):
    nameless = a_product("?", "Kites", "7.00")
    Product.objects.filter(pk=nameless.pk).update(name="")
    answer = ask("what would suit me?", channel="web", filters={"categories": ["Kites"]})
    assert f"{nameless.external_id} ($7.00)" in answer.reasoning


def test_an_error_that_no_column_holds_is_kept_all_the_same(shop, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError("a\0b")

    monkeypatch.setattr("recommendations.assistant.agents.customer_profiling.profile_of", fail)
    with pytest.raises(QuestionFailed):
        ask("a toaster", channel="shell", customer=shop)
    assert Recommendation.objects.get().error == "RuntimeError: a\ufffdb"


def test_a_trace_knows_customers_by_their_pseudonyms_alone(shop):
    answer = ask("What else would Ada Lovelace like?", channel="web", customer=shop)
    seen = {o.name: o for o in answer.stored_trace.observations.filter(type__in=["AGENT", "RETRIEVER", "EVALUATOR"])}
    assert set(AGENTS) < set(seen)
    assert all(seen[agent].input is not None and seen[agent].output is not None for agent in AGENTS)
    who = answer.stored_trace.user_pseudonym
    assert seen["customer_profiling"].input == {"customer": who}
    assert f"'customer_id': '{who}'" in str(seen["customer_profiling"].output)
    for neighbour in Customer.objects.filter(name__startswith="Neighbour"):
        assert pseudonym(neighbour.external_id) in str(seen["similar_customers"].output)
    assert answer.customer_profile["customer_id"] == shop.external_id


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("how much did I spend on routers?", "You spent $178.00 on “routers”, in 1 purchase"),
        ("how much did I spend on yachts?", "You spent nothing on “yachts”."),
        ("what did I spend without electronics?", "You spent nothing without Electronics."),
        (
            "how much did I spend on 31 February 2026?",
            "“on 31 February 2026” is, so this is of all time. You spent $178",
        ),
    ],
)
def test_facts_are_about_what_was_asked_and_say_so(shop, query, words):
    assert words in ask(query, channel="web", customer=shop).reasoning
