"""The list of traces: each filter finds what it should and nothing else."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from tests.factories import SOME_DAY, a_trace
from tracing.models import Prompt, PromptVersion, Trace

pytestmark = pytest.mark.django_db

LIST = "admin:tracing_trace_changelist"


@pytest.fixture
def traces():
    """One that is different in all, and two that are alike."""
    prompt = Prompt.objects.create(name="answer")
    for version in (1, 2):
        PromptVersion.objects.create(prompt=prompt, version=version, text=f"text {version}")
    odd = a_trace(
        name="judging",
        environment="staging",
        level="ERROR",
        started_at=SOME_DAY + timedelta(days=1),
        duration_ms=5_000,
        cost=Decimal("0.02"),
        used_models=["llama3.1:8b", "llama3.2:3b"],
        used_prompts=["answer v2"],
        delivery="set aside",
        session_id="s-odd",
        user_pseudonym="u-odd",
    )
    for _ in range(2):
        a_trace(used_models=["embedded-composer"], used_prompts=["answer v1"], session_id="s", user_pseudonym="u")
    return odd


def listed(client, **query):
    answer = client.get(reverse(LIST), query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


ODD = {
    "name": "judging",
    "environment": "staging",
    "level": "ERROR",
    "started_at_from": f"{SOME_DAY + timedelta(days=1):%Y-%m-%d}",
    "duration_ms_from": "1000",
    "cost_from": "0.001",
    "model": "llama3.2:3b",
    "prompt": "answer v2",
    "delivery": "set aside",
    "session_id": " s-odd ",
    "user_pseudonym": "u-odd",
    "q": "u-odd",
}
OTHERS = {
    "name": "personalized_recommendation",
    "environment": "test",
    "level": "DEFAULT",
    "started_at_to": f"{SOME_DAY:%Y-%m-%d}",
    "duration_ms_to": "1000",
    "cost_to": "0.001",
    "model": "embedded-composer",
    "prompt": "answer v1",
    "delivery": "kept",
    "session_id": "s",
    "user_pseudonym": "u",
    "q": "s",
}


@pytest.mark.parametrize("name", ODD)
def test_a_filter_finds_what_it_should_and_nothing_else(admin_client, traces, name):
    assert listed(admin_client, **{name: ODD[name]}) == [traces]


@pytest.mark.parametrize("name", OTHERS)
def test_the_others_are_found_by_their_own(admin_client, traces, name):
    found = listed(admin_client, **{name: OTHERS[name]})
    assert len(found) == 2
    assert traces not in found


def test_filters_are_combined(admin_client, traces):
    assert listed(admin_client, **ODD) == [traces]
    for name, value in OTHERS.items():
        assert listed(admin_client, **{**ODD, name: value}) == []


def test_a_range_includes_its_ends(admin_client, traces):
    assert listed(admin_client, duration_ms_from="5000", duration_ms_to="5000") == [traces]
    assert listed(admin_client, cost_from="0.02", cost_to="0.02") == [traces]


def test_what_is_on_offer_is_what_there_is(admin_client, traces):
    html = admin_client.get(reverse(LIST), {"model": "of <long> ago"}).content.decode()
    for value in ("judging", "staging", "llama3.2:3b", "answer v1", "set aside"):
        assert f'<option value="{value}">' in html
    assert '<option value="of &lt;long&gt; ago" selected>' in html


@pytest.mark.parametrize(
    "query",
    [
        {"duration_ms_from": "abc"},
        {"duration_ms_from": "nan", "duration_ms_to": "inf"},
        {"cost_from": "1e400", "cost_to": "--"},
        {"cost_from": "nan"},
        {"cost_from": "1e999999", "duration_ms_to": "1e400"},
        {"cost_from": "-1e-999999"},
        {"started_at_from": "2026-13-45"},
        {"started_at_to": "9999-12-31"},
        {"name": "\0"},
        {"session_id": "\0"},
        {"o": "99"},
        {"p": "x"},
        {"unknown": "1"},
        {"_facets": "True"},
    ],
)
def test_bad_input_is_passed_over(admin_client, traces, query):
    answer = admin_client.get(reverse(LIST), query, follow=True)
    assert answer.status_code == 200
    assert len(answer.context["cl"].result_list) == 3


def test_hostile_values_stay_text(admin_client, traces):
    evil = "<script>alert(1)</script>'; DROP TABLE tracing_trace; --"
    a_trace(name=evil, used_models=[evil], tags=[evil])
    for query in ({}, {"name": evil}, {"model": evil}, {"session_id": evil}, {"q": evil}):
        html = admin_client.get(reverse(LIST), query).content.decode()
        assert "<script>alert(1)" not in html
    assert len(listed(admin_client, name=evil, model=evil)) == 1


def test_nobody_counts_the_table(admin_client, traces):
    assert "9999999" not in admin_client.get(reverse(LIST)).content.decode()  # nor pretends to have


def test_pages_follow_each_other(admin_client):
    for minute in range(120):
        a_trace(started_at=SOME_DAY + timedelta(minutes=minute))
    shown = [trace for page in ("1", "2", "3") for trace in listed(admin_client, p=page)]
    assert shown == list(Trace.objects.order_by("-started_at"))
    assert listed(admin_client, p="4") == []


def test_the_clicked_columns_order_the_list(admin_client, traces):
    middle = a_trace(duration_ms=100, started_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert listed(admin_client, o="-4")[:2] == [traces, middle]
    assert listed(admin_client, o="4")[-2:] == [middle, traces]
    assert listed(admin_client, o="-1") == list(Trace.objects.order_by("-pk"))  # not by name


def test_the_list_takes_as_many_queries_for_one_as_for_many(admin_client, django_assert_num_queries, traces):
    for _ in range(60):
        a_trace(used_models=["a"], tags=["b"])
    # session, user; recent values and prompts on offer; the page's keys and its rows
    with django_assert_num_queries(6):
        listed(admin_client, name="personalized_recommendation", delivery="kept")


def test_others_see_no_list(client, traces):
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_score"))
    client.force_login(reader)
    assert client.get(reverse(LIST)).status_code == 403
