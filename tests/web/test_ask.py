"""Asking on the page, through the real assistant."""

import html

import pytest
from django.core.cache import cache

from recommendations.models import Conversation, Recommendation
from tests.factories import a_product, a_recommendation
from tracing.models import PromptVersion, Trace


def ask(client, query="What else would I like?", **fields):
    return client.post("/", {"query": query, "top_n": "5", **fields})


def test_a_question_leads_to_the_page_of_its_answer(browsing, kenneth, shop):
    response = ask(browsing)

    answer = Recommendation.objects.get()
    assert response.url == f"/questions/{answer.pk}/"
    assert (answer.channel, answer.customer, answer.asked_by_user) == ("web", kenneth, kenneth.user)
    assert (answer.query, answer.top_n) == ("What else would I like?", 5)
    page = browsing.get(response.url).content.decode()
    assert "Modem" in page
    assert "$60.00" in page
    assert "Rules answered, no language model was used." in page
    assert answer.trace_id in page


def test_the_wanted_number_of_products_is_kept_to(browsing, shop):
    ask(browsing, top_n="1")

    assert Recommendation.objects.get().products.count() == 1


def test_a_question_about_the_customer_is_answered_from_the_purchases(browsing, shop):
    page = browsing.get(ask(browsing, "How much did I spend in total?").url).content.decode()

    assert "$178.00" in page
    assert "for you" not in page


def test_questions_of_one_sign_in_are_one_conversation(browsing, kenneth, shop):
    ask(browsing)
    ask(browsing, "A toaster under 50")
    browsing.logout()
    browsing.force_login(kenneth.user)
    ask(browsing)

    first, second, later = Recommendation.objects.order_by("created_at")
    assert first.conversation == second.conversation
    assert later.conversation != first.conversation
    assert {talk.customer for talk in Conversation.objects.all()} == {kenneth}
    assert Trace.objects.order_by("started_at")[0].session_id == str(first.conversation_id)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"query": "  \n "}, "Please write what you would like to know."),
        ({"query": "a" * 1001}, "at most 1000 characters"),
        ({"query": "a\0b"}, "Null characters are not allowed."),
        ({"top_n": "0"}, "greater than or equal to 1"),
        ({"top_n": "21"}, "less than or equal to 20"),
        ({"top_n": "many"}, "Enter a whole number."),
        ({"top_n": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_stored(browsing, fields, words):
    response = ask(browsing, **{"query": "Hello?", **fields})

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Recommendation.objects.exists()
    assert not Conversation.objects.exists()


def test_hostile_words_are_a_question_like_any_other(browsing, shop):
    query = "<script>alert('x')</script> '; DROP TABLE customers_product; -- {{ 7*7 }} 🛒"

    page = browsing.get(ask(browsing, query).url).content.decode()
    assert html.escape(query) in page
    assert "<script>alert" not in page


def test_a_failure_is_told_with_its_trace_and_the_question_kept(browsing, shop):
    PromptVersion.objects.all().delete()
    cache.clear()

    response = ask(browsing, "What else would <I> like?", top_n="7")
    failed = Recommendation.objects.get(status="failed")
    page = response.content.decode()
    assert response.status_code == 503
    assert "That question could not be answered" in page
    assert failed.trace_id in page
    assert "What else would &lt;I&gt; like?</textarea>" in page
    assert 'value="7"' in page
    assert failed.error not in page


def test_the_page_takes_four_queries_and_shows_the_latest_questions(browsing, kenneth, django_assert_num_queries):
    for number in range(5):
        a_recommendation(kenneth, a_product(), query=f"Question {number}?")

    with django_assert_num_queries(4):  # session, user, customer, latest questions
        page = browsing.get("/").content.decode()
    assert page.index("Question 4?") < page.index("Question 2?")
    assert "Question 1?" not in page
