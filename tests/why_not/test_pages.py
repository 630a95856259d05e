"""What a list rests on, and "why not?", on the pages of a recommendation and of its trace."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from recommendations.assistant.ask import ask
from recommendations.models import Recommendation
from tests.factories import a_product
from tracing.models import Trace

WORDS = "What else would I like?"


@pytest.fixture
def answer(ada):
    return ask(WORDS, channel="web", customer=ada, top_n=3)


def pages(answer):
    return (
        reverse("admin:recommendations_recommendation_change", args=[answer.pk]),
        reverse("admin:tracing_trace_change", args=[answer.stored_trace_id]),
    )


def text_of(client, where, **query):
    shown = client.get(where, query)
    assert shown.status_code == 200
    return shown.content.decode()


def test_each_product_shows_its_evidence(admin_client, answer):
    for where in pages(answer):
        text = text_of(admin_client, where)
        for item in answer.products.all():
            assert f"{item.rank}. <a" in text
            assert item.name in text
            for name, value in item.parts.items():
                assert re.search(rf">{name}</th>.*?>{re.escape(f'{value:+.3f}')}</td>", text, re.DOTALL)
            for reason in item.reasons:
                assert reason["text"] in text
        names = [item.name for item in answer.products.all()]
        assert sorted(names, key=lambda name: text.index(f">{name}</a>")) == names
        assert f"Of {answer.products_considered} candidates: 3 in the list" in text
        assert "1 filtered by reviews" in text


def test_staff_name_a_product_and_see_why_not(admin_client, answer, thing):
    for where in pages(answer):
        for name in ("kettle", thing("Kettle").external_id):
            text = text_of(admin_client, where, why_not=name)
            assert "its sentiment of 0.42 is under the threshold of 0.60." in text
            assert f'value="{name}"' in text
        assert 'name="why_not"' in text_of(admin_client, where)


def test_a_name_of_several_offers_them(admin_client, answer, thing):
    a_product("A <b>Router</b>", "Networking", external_id="a/b&c=d")
    for where in pages(answer):
        text = text_of(admin_client, where, why_not="networking")
        assert "Which of them?" in text
        assert f'href="?why_not={thing("Modem").external_id}#why-not"' in text
        assert '<a href="?why_not=a%2Fb%26c%3Dd#why-not">A &lt;b&gt;Router&lt;/b&gt; (a/b&amp;c=d)</a>' in text
        text = text_of(admin_client, where, why_not="a/b&c=d")
        assert "It was added to the shop after the question." in text


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", "'; drop table--", "\0", "x" * 5_000, "%00%ff"])
def test_hostile_names_find_nothing(admin_client, answer, evil):
    for where in pages(answer):
        text = text_of(admin_client, where, why_not=evil)
        assert "<script>alert(1)" not in text
        assert "The shop has no product" in text or evil == "\0"


def test_a_pruned_trace_leaves_the_page_of_its_recommendation(admin_client, answer):
    where, _ = pages(answer)
    Trace.objects.all().delete()
    assert Recommendation.objects.get().stored_trace is None
    assert "is under the threshold" in text_of(admin_client, where, why_not="kettle")


def test_answers_without_products_have_pages_too(admin_client, ada, monkeypatch):
    facts = ask("How much have I spent?", channel="web", customer=ada)
    for where in pages(facts):
        text = text_of(admin_client, where, why_not="kettle")
        assert "This question asked for facts" in text


def test_the_shoppers_words_need_the_right_to_see_them(client, django_user_model, answer):
    reader = django_user_model.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_trace"))
    client.force_login(reader)
    recommendation, trace = pages(answer)
    assert client.get(recommendation).status_code == 403
    text = text_of(client, trace, why_not="kettle")
    assert f"“{WORDS}”" not in text
    assert "threshold" not in text[: text.index("What happened")]
    assert 'id="why-not"' not in text
    reader.user_permissions.add(Permission.objects.get(codename="view_recommendation"))
    assert f"“{WORDS}”" in text_of(client, trace)


def test_a_page_takes_as_many_queries_for_a_long_list(admin_client, ada, django_assert_max_num_queries):
    long = ask(WORDS, channel="web", customer=ada, top_n=20)
    recommendation, trace = pages(long)
    # session, user; trace, its root, number and rows of the observations, prompts; scores, outbox; the recommendation
    # for its link and for its panel, its products, names of what is not listed
    with django_assert_max_num_queries(13):
        text_of(admin_client, trace)
    # the evidence's ids, the product found; listed?, candidates known: then it is told
    with django_assert_max_num_queries(13 + 5):
        text_of(admin_client, trace, why_not="kettle")
    # session, user, the recommendation (for the evidence and for the form), products, names, ratings; customer, user
    # and key who asked; a savepoint
    with django_assert_max_num_queries(14):
        text_of(admin_client, recommendation)
