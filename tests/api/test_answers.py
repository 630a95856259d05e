"""An answer that was given, as it is shown later."""

from decimal import Decimal

import pytest

from recommendations.api.serializers import response_body
from recommendations.models import Conversation
from tests.api.wire import get
from tests.factories import a_customer, a_product, a_recommendation

pytestmark = pytest.mark.django_db

FIELDS = {
    *("id", "trace_id", "trace_url", "conversation_id", "created_at", "status", "query"),
    *("intent", "intent_category", "intent_confidence", "customer_id", "customer_profile", "constraints"),
    *("recommendations", "reasoning", "confidence_score", "processing_time_ms", "similar_customers_analyzed"),
    *("products_considered", "products_filtered_by_sentiment", "strategy", "agent_execution_order", "model"),
    *("fallbacks", "usage", "cost", "currency", "ratings"),
}


def test_an_answer_has_all_that_it_rests_on(storefront, settings, django_assert_num_queries):
    settings.CURRENCY = "EUR"
    router, cable = a_product("Router", "Electronics", "89.90"), a_product("Cable", price=None)
    conversation = Conversation.objects.create()
    answer = a_recommendation(
        a_customer(external_id="887"),
        router,
        cable,
        customer_profile={"customer_id": "887", "total_spent": "12.00"},
        conversation=conversation,
        input_tokens=120,
        output_tokens=30,
        cost="0.00012",
        fallbacks=["response_generation"],
        agent_execution_order=["intent_classifier", "recommendation"],
    )
    with django_assert_num_queries(4):  # the key, the answer with its customer, its products, the ratings
        body = get(storefront, f"recommendations/{answer.pk}/").json()
    assert set(body) == FIELDS
    assert (body["id"], body["trace_id"], body["trace_url"]) == (str(answer.pk), answer.trace_id, None)
    assert (body["query"], body["intent"], body["intent_confidence"]) == (answer.query, "recommendation", 0.97)
    assert (body["customer_id"], body["customer_profile"]["total_spent"]) == ("887", "12.00")
    assert body["usage"] == {"input_tokens": 120, "output_tokens": 30, "total_tokens": 150}
    assert (body["cost"], body["currency"]) == ("0.00012000", "EUR")
    assert body["agent_execution_order"] == ["intent_classifier", "recommendation"]
    assert body["conversation_id"] == str(conversation.pk)
    assert body["recommendations"][0] == {
        "rank": 1,
        "product_id": router.external_id,
        "name": "Router",
        "category": "Electronics",
        "price": "89.90",
        "score": 1.0,
        "parts": {"co-purchase": 1.0},
        "reason": "Bought by 3 customers who also bought your Router",
        "reasons": [{"kind": "bought_together", "text": "Bought by 3 customers who also bought your Router"}],
        "similar_customer_count": 0,
        "sentiment": None,
        "source": "co-purchase",
    }
    assert body["recommendations"][1]["price"] is None


def test_many_products_take_no_more_queries(storefront, django_assert_num_queries):
    answer = a_recommendation(a_customer(), *(a_product(category=f"Shelf {number}") for number in range(20)))
    with django_assert_num_queries(4):
        assert len(get(storefront, f"recommendations/{answer.pk}/").json()["recommendations"]) == 20


def test_the_answer_outlives_its_customer_and_its_products(storefront):
    customer, product = a_customer(), a_product("Router")
    answer = a_recommendation(customer, product)
    customer.delete()
    product.delete()
    body = get(storefront, f"recommendations/{answer.pk}/").json()
    assert body["customer_id"] is None
    assert body["recommendations"][0]["name"] == "Router"


def test_without_reasoning_the_words_are_left_out():
    answer = a_recommendation(a_customer(), a_product())
    assert response_body(answer)["reasoning"] == "These go well with what you bought."
    assert response_body(answer, include_reasoning=False)["reasoning"] is None


def test_only_the_callers_own_ratings_are_shown(sign_in):
    customer = a_customer()
    answer = a_recommendation(customer)
    answer.rate(rater="user:0", stars=Decimal(1))
    answer.rate(rater=f"customer:{customer.external_id}", stars=Decimal(3))
    answer.rate(rater=f"customer:{customer.external_id}", stars=Decimal(4))
    shown = get(sign_in(customer), f"recommendations/{answer.pk}/").json()["ratings"]
    assert [each["rating"] for each in shown] == [4.0]


def test_langfuse_is_linked_where_it_is_connected(storefront, settings):
    settings.LANGFUSE_ENABLED = True
    settings.LANGFUSE_PUBLIC_URL = "https://langfuse.example"
    settings.LANGFUSE_PROJECT_ID = "shop"
    answer = a_recommendation(a_customer())
    body = get(storefront, f"recommendations/{answer.pk}/").json()
    assert body["trace_url"].startswith("https://langfuse.example/")
    assert answer.trace_id in body["trace_url"]
