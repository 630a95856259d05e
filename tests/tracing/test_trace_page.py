"""One trace in the admin: the waterfall and what surrounds it."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.urls import reverse

from tests.factories import SOME_DAY, a_trace
from tests.tracing.answers import an_answer, stored
from tracing.admin import trace_page
from tracing.admin.trace_page import Panel
from tracing.models import Observation, OutboxEntry, PromptVersion, Trace
from tracing.neighbours import EACH_SIDE, session_of
from tracing.observations import gist
from tracing.prompts import get_prompt, seed_prompts
from tracing.spans import observe, observe_root
from tracing.storage import record_score
from tracing.timeline import READ_AT_ONCE, shown_ms, timeline_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("staff"))
    return client


def address(trace):
    return reverse("admin:tracing_trace_change", args=[trace.pk])


def observation_address(trace, position):
    return reverse("admin:tracing_trace_observation", args=[trace.pk, position])


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def many(number, **first):
    """A trace of one root and so many steps below it."""
    with observe_root("answer") as root:
        for step in range(number):
            with observe(f"step {step}", input=f"what step {step} read") as seen:
                if step == 0:
                    for name, value in first.items():
                        setattr(seen, name, value)
    return stored(root)


def test_a_page_shows_the_tree_with_what_each_saw(staff, langfuse_server, settings):
    settings.LANGFUSE_PROJECT_ID = "shop"
    trace = stored(an_answer())
    record_score(trace, "user_rating", 4.5, comment="fine")
    text = text_of(staff.get(address(trace)))
    assert "Try this, Mr [name]." in text
    assert "llama3.1:8b" in text
    assert "120 + 30 tokens" in text
    assert "temperature 0.2" in text
    assert re.search(r"user_rating</td>\s*<td class=\"number\">4\.5</td>\s*<td>fine</td>", text)
    assert f"{langfuse_server.url}/project/shop/traces/{trace.trace_id}" in text
    assert text.index("<b>answer</b>") < text.index("<b>words</b>")


def test_what_is_on_its_way_to_langfuse_is_shown(staff, langfuse_server):
    trace = stored(an_answer())
    record_score(trace, "user_rating", 4.5)
    Trace.objects.update(delivery="set aside")
    OutboxEntry.objects.filter(kind="spans").update(state="set aside", last_error="400 <no>", attempts=7)
    text = text_of(staff.get(address(trace)))
    assert "LangFuse refused it" in text
    assert "400 &lt;no&gt;" in text
    assert "score user_rating" in text


def test_bars_lie_where_the_time_was():
    trace = a_trace(duration_ms=200)
    for position, (start, took) in enumerate([(0, 200), (50, 100), (150, 0.0)]):
        Observation.objects.create(
            trace=trace,
            position=position,
            span_id=f"{position:016x}",
            parent_span_id="" if position == 0 else f"{0:016x}",
            name=f"step {position}",
            started_at=SOME_DAY + timedelta(milliseconds=start),
            duration_ms=took,
        )
    timeline = timeline_of(trace)
    assert [(row.left, row.width) for row in timeline.rows] == [(0, 100), (25, 50), (75, 0)]
    assert timeline.ticks == [(0, "0"), (25, "50.0 ms"), (50, "100 ms"), (75, "150 ms"), (100, "200 ms")]


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0"), (1.25, "1.2 ms"), (812.3, "812 ms"), (4200, "4.20 s"), (9e5, "15.0 min")]
)
def test_times_are_written_for_people(ms, text):
    assert shown_ms(ms) == text


def test_trouble_is_marked_with_its_message(staff):
    with observe_root("answer") as root:
        with observe("words", "generation") as seen:
            seen.warn("The composer answered instead: <slow>.")
        with pytest.raises(LookupError), observe("search", "retriever"):
            raise LookupError("no <index>")
    trace = stored(root)
    text = text_of(staff.get(address(trace)))
    assert 'class="node GENERATION WARNING trouble call"' in text
    assert 'class="node RETRIEVER ERROR trouble"' in text
    assert "The composer answered instead: &lt;slow&gt;." in text
    assert "LookupError: no &lt;index&gt;" in text
    assert "warnings and errors (2)" in text
    assert "model calls (1)" in text


def test_a_page_takes_as_many_queries_for_many_observations(staff, django_assert_max_num_queries):
    trace = many(700)
    # session, user; trace, root, number and rows of the observations; scores, outbox; recommendation (twice: its link
    # and its panel)
    with django_assert_max_num_queries(10):
        text = text_of(staff.get(address(trace)))
    assert text.count('<li class="node') == 500
    assert "201 more observations" in text


def test_of_many_observations_each_is_read_when_it_is_opened(staff, django_assert_num_queries):
    trace = many(READ_AT_ONCE + 1)
    text = text_of(staff.get(address(trace)))
    assert "what step 7 read" not in text
    whole = observation_address(trace, 8)
    assert f'href="{whole}" hx-get="{whole}"' in text
    with django_assert_num_queries(3):  # session, user, the observation with its trace
        part = text_of(staff.get(whole, headers={"HX-Request": "true"}))
    assert "what step 7 read" in part
    assert "<html" not in part
    page = text_of(staff.get(whole))  # without JavaScript the link leads there
    assert "what step 7 read" in page
    assert f'href="{address(trace)}#o-8"' in page
    assert staff.get(observation_address(trace, 999)).status_code == 404


def test_the_bodies_of_many_are_not_even_read(django_assert_max_num_queries):
    trace = many(READ_AT_ONCE + 1)
    with django_assert_max_num_queries(2) as queries:
        timeline_of(trace)
    assert not any('"input"' in query["sql"] for query in queries.captured_queries)


@pytest.mark.parametrize("depth", [3, 100])
def test_every_list_that_is_opened_is_closed(staff, depth):
    with observe_root("answer") as root:
        for _ in range(2):
            steps = [observe(f"step {n}") for n in range(depth)]
            for step in steps:
                step.__enter__()
            for step in reversed(steps):
                step.__exit__(None, None, None)
    text = text_of(staff.get(address(stored(root))))
    tree = text[text.index('<ul class="tree"') : text.index("</section>", text.index('<ul class="tree"'))]
    for tag in ("ul", "li"):
        assert tree.count(f"<{tag}>") + tree.count(f"<{tag} ") == tree.count(f"</{tag}>")


def test_a_prompt_is_linked_with_its_words(staff, tmp_path):
    (tmp_path / "greeting.md").write_text("Say <b>hello</b>.")
    seed_prompts(tmp_path)
    with observe_root("answer") as root, observe("words", "generation") as seen:
        seen.prompt = get_prompt("greeting")
        seen.input = [{"role": "system", "content": "Say it."}, {"role": "human", "content": '{"a": 1}'}]
    trace = stored(root)
    version = PromptVersion.objects.get(prompt__name="greeting")
    text = text_of(staff.get(address(trace)))
    assert reverse("admin:tracing_promptversion_change", args=[version.pk]) in text
    assert "Say &lt;b&gt;hello&lt;/b&gt;." in text
    assert '<h3>Input: system</h3><pre tabindex="0">Say it.</pre>' in text
    assert "{\n  &quot;a&quot;: 1\n}" in text
    version.delete()
    text = text_of(staff.get(address(trace)))
    assert "greeting v1" in text  # named, also when its row is gone


def test_a_trace_without_observations_has_a_page(staff):
    assert "No observations are kept." in text_of(staff.get(address(a_trace(duration_ms=0))))


def test_hostile_words_stay_words(staff):
    evil = "<script>alert(1)</script>{{ 7 }}"
    with observe_root(evil, input={evil: evil}) as root:
        root.tags, root.metadata, root.session_id = [evil], {evil: evil}, evil
        with observe(evil, "generation", input=[{"role": evil, "content": evil}]) as seen:
            seen.model, seen.model_parameters, seen.usage = evil, {evil: evil}, {"input": 1}
            seen.warn(evil)
    trace = stored(root)
    record_score(trace, evil, 1, comment=evil)
    for where in (address(trace), observation_address(trace, 1)):
        text = text_of(staff.get(where))
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text
        assert "{{ 7 }}" in text


def test_others_see_nothing(client):
    trace = stored(an_answer())
    for where in (address(trace), observation_address(trace, 1)):
        assert client.get(where).status_code == 302
    reader = User.objects.create_user("reader", is_staff=True)
    client.force_login(reader)
    for where in (address(trace), observation_address(trace, 1)):
        assert client.get(where).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_trace"))
    for where in (address(trace), observation_address(trace, 1)):
        assert client.get(where).status_code == 200
        assert client.post(where).status_code in (403, 405)


def test_a_trace_that_is_not_there_leads_to_the_list(staff):
    answer = staff.get(reverse("admin:tracing_trace_change", args=[999]), follow=True)
    assert "doesn’t exist" in answer.content.decode()


def test_other_apps_add_links_and_panels(staff, monkeypatch):
    monkeypatch.setattr(trace_page, "related_links", [lambda trace: [(f"Answer <{trace.name}>", "/answers/1?a=1&b=2")]])
    shown = Panel("What <it> led to", "admin/tracing/trace/seen.html", {})
    monkeypatch.setattr(trace_page, "panels", [lambda request, trace: shown, lambda request, trace: None])
    text = text_of(staff.get(address(stored(an_answer()))))
    assert '<a href="/answers/1?a=1&amp;b=2">Answer &lt;answer&gt;</a>' in text
    assert "<h2>What &lt;it&gt; led to</h2>" in text


def in_session(session, minute, said="", **fields):
    trace = a_trace(session_id=session, started_at=SOME_DAY + timedelta(minutes=minute), **fields)
    Observation.objects.create(
        trace=trace, position=0, span_id=f"{trace.pk:016x}", name="root", input={"query": said},
        started_at=trace.started_at, duration_ms=1,
    )  # fmt: skip
    return trace


def test_the_neighbours_in_the_session_are_at_hand(staff):
    third, first, second = (in_session("s", minute, f"question {minute}") for minute in (3, 1, 2))
    stranger = in_session("t", 2, "a stranger's question")
    text = text_of(staff.get(address(second)))
    assert re.search(rf'href="{address(first)}">← earlier', text)
    assert re.search(rf'href="{address(third)}">later', text)
    assert f'<a href="{address(first)}">question 1</a>' in text
    assert "<b>question 2</b> (this one)" in text
    assert address(stranger) not in text
    assert "The session" not in text_of(staff.get(address(a_trace())))


def test_of_a_long_session_what_is_near_is_shown(django_assert_num_queries):
    traces = [in_session("s", minute) for minute in range(30)]
    with django_assert_num_queries(3):
        session = session_of(traces[15])
    assert [one.trace for one in session.neighbours] == traces[15 - EACH_SIDE : 16 + EACH_SIDE]
    assert (session.previous, session.following) == (traces[14], traces[16])
    assert (session_of(traces[0]).previous, session_of(traces[29]).following) == (None, None)


def test_neighbours_are_found_by_the_index_of_sessions():
    """However many traces there are."""
    Trace.objects.bulk_create(
        Trace(
            trace_id=f"{n:032x}", name="x", environment="test", session_id=f"s{n % 100}", duration_ms=1,
            started_at=SOME_DAY + timedelta(seconds=n),
        )
        for n in range(5_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tracing_trace")
    others = Trace.objects.filter(session_id="s7", started_at__lte=SOME_DAY + timedelta(seconds=2_500))
    assert "trace_session" in others.order_by("-started_at")[:EACH_SIDE].explain()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb", "a b"),
        ({"query": "hi", "top_n": 5}, "hi"),
        ({"n": 5, "query": "hi"}, "hi"),
        ([{"role": "system", "content": "be kind"}, {"role": "human", "content": "hi"}], "hi"),
        ({"messages": [{"role": "human", "content": [{"type": "text", "text": "hi"}]}]}, "hi"),
        ([{"role": "human"}], "human"),
        (None, ""),
        ({}, ""),
        ([], ""),
        ({"a": {}}, ""),
        (7, "7"),
        ("x" * 500, "x" * 120 + "…"),
    ],
)
def test_a_gist_is_a_line(value, text):
    assert gist(value) == text
