"""The list of recommendations: filters, search, and who sees what."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from recommendations.admin import search
from recommendations.models import Recommendation
from tests.factories import SOME_DAY, a_customer, a_product, a_recommendation
from tracing.models import Trace

pytestmark = pytest.mark.django_db

LIST = reverse("admin:recommendations_recommendation_changelist")


def listed(client, **query):
    answer = client.get(LIST, query)
    assert answer.status_code == 200, answer
    return list(answer.context["cl"].result_list)


@pytest.fixture
def odd():
    """One that is different in all, beside two that are alike."""
    lamp = a_product("Lamp", "Home")
    for _ in range(2):
        a_recommendation(a_customer(), lamp, query="What would I like?", strategy="search", model="llama3.1:8b")
    answer = a_recommendation(
        a_customer(external_id="c-odd"),
        query="How much did I spend?",
        reasoning="You spent 12.50 on Würste.",
        status="failed",
        intent="informational",
        intent_category="spending",
        channel="shell",
        strategy="",
        unfound="violin",
        fallbacks=["intent_classifier: local classifier, it hung", "response_generation: embedded-composer, so did it"],
        stars=1.5,
        cost=Decimal("0.02"),
        processing_time_ms=9_000,
    )
    Recommendation.objects.filter(pk=answer.pk).update(created_at=SOME_DAY)
    Trace.objects.filter(recommendation=answer).update(used_prompts=["answer v2"], delivery="set aside")
    return answer


ODD = {
    "created_at_to": f"{SOME_DAY:%Y-%m-%d}",
    "status": "failed",
    "intent": "informational",
    "intent_category": "spending",
    "channel": "shell",
    "unfound": "yes",
    "fallback": "yes",
    "products": "no",
    "model": "embedded-composer",
    "prompt": "answer v2",
    "delivery": "set aside",
    "processing_time_ms_from": "1000",
    "cost_from": "0.01",
    "stars_to": "2",
    "q": "würste",
}
OTHERS = {
    "created_at_from": f"{SOME_DAY + timedelta(days=1):%Y-%m-%d}",
    "status": "answered",
    "intent": "recommendation",
    "intent_category": "",
    "channel": "api",
    "unfound": "no",
    "fallback": "no",
    "products": "yes",
    "model": "llama3.1:8b",
    "strategy": "search",
    "delivery": "kept",
    "processing_time_ms_to": "1000",
    "cost_to": "0.01",
    "q": "go well",
}


@pytest.mark.parametrize("name", ODD)
def test_a_filter_finds_what_it_should_and_nothing_else(admin_client, odd, name):
    assert listed(admin_client, **{name: ODD[name]}) == [odd]


@pytest.mark.parametrize("name", [name for name, value in OTHERS.items() if value])
def test_the_others_are_found_by_their_own(admin_client, odd, name):
    found = listed(admin_client, **{name: OTHERS[name]})
    assert len(found) == 2
    assert odd not in found


def test_filters_are_combined(admin_client, odd):
    whole = {**ODD, "customer__id__exact": odd.customer_id}
    assert listed(admin_client, **whole) == [odd]
    for name, value in OTHERS.items():
        if value:
            assert listed(admin_client, **{**whole, name: value}) == []


@pytest.mark.parametrize(
    ("agent", "number"), [("intent_classifier", 1), ("response_generation", 2), ("candidate_search", 0)]
)
def test_a_fallback_is_found_by_its_agent(admin_client, odd, agent, number):
    a_recommendation(fallbacks=["response_generation: embedded-composer, intent_classifier: so it said"])
    assert len(listed(admin_client, fallback=agent)) == number


def test_answers_of_one_customer(admin_client, odd):
    assert listed(admin_client, customer__id__exact=odd.customer_id) == [odd]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("toaster", 2),
        ("TOAST", 2),  # the last word may be a beginning
        ("oast", 0),
        ("toaster cheap", 1),
        ('"a cheap toaster"', 1),
        ('"cheap a toaster"', 0),
        ("toaster -cheap", 1),
        ("toaster or kettle", 3),
        ("café", 1),
        ("-", 0),
        ("!!! & | ( ' \\ :*", 0),
        ("'); DROP TABLE x; --", 0),
        ("<script>", 0),
        ('"', 0),
    ],
)
def test_words_are_searched_as_search_engines_do(admin_client, words, number):
    for query in ("a cheap toaster", "a toaster", "a kettle", "Café press"):
        a_recommendation(query=query, reasoning="Here it is.")
    assert len(listed(admin_client, q=words)) == number


def test_frequent_words_find_the_newest(admin_client, monkeypatch):
    """With small numbers what a million rows do: words that are frequent, in windows that are not enough."""
    monkeypatch.setattr(search, "FOUND", 3)
    monkeypatch.setattr(search, "FEW", 4)
    monkeypatch.setattr(search, "SMALL", 1)
    monkeypatch.setattr(search, "WINDOWS", (2, 8))
    answers = [a_recommendation(query="please, a lamp" if number % 2 else "a lamp") for number in range(20)]
    for number, answer in enumerate(answers):
        Recommendation.objects.filter(pk=answer.pk).update(created_at=SOME_DAY + timedelta(hours=number))
    assert listed(admin_client, q="please") == [answers[19], answers[17], answers[15]]
    found = admin_client.get(LIST, {"q": "please"})
    assert "newest 3 that have these words" in found.content.decode()
    # another filter, and days: the windows end where these do
    Recommendation.objects.filter(pk__in=[answers[n].pk for n in (1, 3, 5, 17)]).update(channel="web")
    assert listed(admin_client, q="please", channel="web", created_at_to=f"{SOME_DAY:%Y-%m-%d}") == [
        answers[n] for n in (5, 3, 1)
    ]
    found = admin_client.get(LIST, {"q": "please", "channel": "web"})
    assert list(found.context["cl"].result_list) == [answers[17]]
    assert "the newest 8 were searched" in found.content.decode()
    # a rare word is found wherever it is
    Recommendation.objects.filter(pk=answers[0].pk).update(query="a lamp and a violin")
    assert listed(admin_client, q="violin") == [answers[0]]


def test_ids_are_found_in_the_same_box(admin_client, odd):
    for words in (str(odd.pk), odd.pk.hex, odd.trace_id, odd.trace_id[:31], odd.trace_id.upper()[:31], "c-odd"):
        assert odd in listed(admin_client, q=f" {words} ")
    assert listed(admin_client, q=str(odd.pk)) == [odd]
    assert listed(admin_client, q=str(odd.pk), status="answered") == []


@pytest.mark.parametrize(
    "query",
    [
        {"stars_from": "many"},
        {"processing_time_ms_to": "1e400"},
        {"created_at_from": "yesterday"},
        {"created_at_to": "9999-12-31"},
        {"customer__id__exact": "x"},
        {"customer__id__exact": "9" * 30},
        {"q": "\0"},
        {"unfound": "perhaps"},
        {"products": "2"},
    ],
)
def test_bad_input_breaks_nothing(admin_client, odd, query):
    assert admin_client.get(LIST, query, follow=True).status_code == 200


def test_who_may_not_see_customers_sees_none(client, odd):
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_recommendation"))
    client.force_login(reader)
    html = client.get(LIST).content.decode()
    assert "How much did I spend?" in html
    assert "c-odd" not in html
    assert odd.customer.name not in html
    assert listed(client, q="c-odd") == []
    reader.user_permissions.add(Permission.objects.get(codename="view_customer"))
    assert "c-odd" in client.get(LIST).content.decode()


def test_hostile_questions_stay_text(admin_client):
    evil = "<script>alert(1)</script>"
    a_recommendation(a_customer(evil), query=evil, fallbacks=[f"{evil}: x"], model=evil, channel="<b>")
    html = admin_client.get(LIST, {"model": evil, "q": "script"}).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_pruned_trace_leaves_its_answer_in_the_list(admin_client, odd):
    Trace.objects.filter(recommendation=odd).delete()
    html = admin_client.get(LIST, {"status": "failed"}).content.decode()
    assert "How much did I spend?" in html
    assert "pruned" in html


def test_the_list_takes_as_many_queries_for_one_as_for_many(admin_client, django_assert_num_queries):
    lamp = a_product("Lamp", "Home")
    for _ in range(60):
        a_recommendation(a_customer(), lamp, fallbacks=["intent_classifier: x"])
    # session, user; models and prompts on offer; the page's keys and its rows
    with django_assert_num_queries(6):
        listed(admin_client, fallback="yes", intent="recommendation")


def test_a_search_takes_a_bounded_number_of_queries(admin_client, django_assert_num_queries):
    for _ in range(60):
        a_recommendation(a_customer(), query="a toaster")
    # besides the above: whether it is an id (customers, answers); when the newest was and since when there are 2,000;
    # those with the words, in a savepoint (2) in which the planner is told and untold (2)
    with django_assert_num_queries(15):
        listed(admin_client, q="toaster")
