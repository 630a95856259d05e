"""The page on which staff see what is on its way to LangFuse."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests.tracing.answers import an_answer, stored
from tests.tracing.decoding import bytes_of
from tests.tracing.relaying import deliveries
from tracing.models import Breaker
from tracing.storage import record_score
from tracing.tasks import relay

pytestmark = pytest.mark.django_db

LIST = reverse("admin:tracing_outboxentry_changelist")


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("staff"))
    return client


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_how_much_waits_is_said_above_the_list(staff, langfuse_server):
    record_score(stored(an_answer()), "user_rating", 4)
    text = text_of(staff.get(LIST))
    assert "<strong>2 waiting</strong>, 0 sent" in text
    assert "LangFuse is being used" in text


def test_a_langfuse_that_is_left_alone_is_said_with_the_reason(staff, langfuse_server):
    stored(an_answer())
    langfuse_server.status = 401
    relay()
    text = text_of(staff.get(LIST))
    assert "<strong>LangFuse is left alone until" in text
    assert "check LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY" in text


def test_without_langfuse_it_says_so(staff):
    assert "LangFuse is not configured" in text_of(staff.get(LIST))


def test_what_langfuse_answers_stays_words(staff, langfuse_server):
    Breaker.objects.failed("<script>alert(1)</script>", whole=True)
    text = text_of(staff.get(LIST))
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text


def test_an_entry_that_was_set_aside_shows_why_and_is_found_and_sent_again(staff, langfuse_server):
    stored(an_answer())
    bad = stored(an_answer())
    langfuse_server.poison = {bad.trace_id}
    relay()
    found = staff.get(LIST, {"state__exact": "set aside"}).context["cl"].result_list
    (entry,) = found
    assert entry.trace == bad
    page = text_of(staff.get(reverse("admin:tracing_outboxentry_change", args=[entry.pk])))
    assert "as the test wants it" in page
    assert f"{len(bytes_of(entry)):,}" in page
    staff.post(LIST, {"action": "send_again", "_selected_action": [entry.pk]})
    assert deliveries() == ["sent", "waiting"]


def test_the_list_takes_as_many_queries_for_many_and_reads_no_bodies(staff, langfuse_server, django_assert_num_queries):
    for _ in range(30):
        stored(an_answer())
    staff.get(LIST)
    # session, user; depth, breaker; the page of entries with their traces
    with django_assert_num_queries(5) as queries:
        staff.get(LIST)
    assert not any('"tracing_outboxentry"."body",' in query["sql"] for query in queries.captured_queries)
