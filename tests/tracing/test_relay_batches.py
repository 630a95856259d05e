"""Many entries in one request, and one bad one among them."""

import math

import pytest

from tests.langfuse_server import ROUTES
from tests.tracing.answers import an_answer, stored
from tests.tracing.decoding import bytes_of
from tests.tracing.relaying import SHOWN_SCORES, SHOWN_SPANS, TRACES, deliveries, entry_of, later, states
from tracing.models import Observation, OutboxEntry
from tracing.spans import observe, observe_root
from tracing.storage import record_score
from tracing.tasks import relay

pytestmark = pytest.mark.django_db


def test_many_traces_go_in_one_request(langfuse_server):
    for _ in range(30):
        stored(an_answer())
    relay()
    assert len(langfuse_server.sent(TRACES)) == 1
    assert deliveries() == ["sent"] * 30
    assert set(langfuse_server.observations) == set(Observation.objects.values_list("span_id", flat=True))


def test_a_request_has_no_more_bytes_than_it_may(langfuse_server, monkeypatch):
    entries = [entry_of(stored(an_answer())) for _ in range(6)]
    monkeypatch.setattr("tracing.relay.sending.REQUEST_BYTES", int(2.5 * len(bytes_of(entries[0]))))
    relay()
    assert len(langfuse_server.sent(TRACES)) == 3
    assert states() == ["sent"] * 6


def test_one_that_is_larger_than_a_request_goes_alone(langfuse_server, monkeypatch):
    for _ in range(3):
        stored(an_answer())
    monkeypatch.setattr("tracing.relay.sending.REQUEST_BYTES", 10)
    relay()
    assert len(langfuse_server.sent(TRACES)) == 3


@pytest.mark.parametrize("place", [0, 13, 31])
def test_the_one_that_langfuse_refuses_is_found_and_the_others_go(langfuse_server, place):
    traces = [stored(an_answer()) for _ in range(32)]
    langfuse_server.poison = {traces[place].trace_id}
    relay()
    expected = ["sent"] * 32
    expected[place] = "set aside"
    assert states() == deliveries() == expected
    assert "as the test wants it" in entry_of(traces[place]).last_error
    assert len(langfuse_server.sent(TRACES)) == 1 + 2 * math.log2(32)
    later(5)
    relay()
    assert states().count("confirmed") == 31


def test_several_bad_ones_are_found_too(langfuse_server):
    traces = [stored(an_answer()) for _ in range(20)]
    bad = {2, 3, 11}
    OutboxEntry.objects.filter(trace=traces[2]).update(body=b"no protobuf")
    langfuse_server.poison = {traces[3].trace_id, traces[11].trace_id}
    relay()
    assert [place for place, state in enumerate(states()) if state == "set aside"] == sorted(bad)
    assert states().count("sent") == 17


def test_a_body_that_makes_langfuse_fail_does_not_keep_the_others_back(langfuse_server, monkeypatch):
    traces = [stored(an_answer()) for _ in range(10)]
    langfuse_server.poison = {traces[0].trace_id}
    real = type(langfuse_server).take_spans

    def failing(server, request):
        status, answer = real(server, request)
        return (500 if status == 400 else status), answer

    monkeypatch.setitem(ROUTES, ("POST", TRACES), failing)
    for _ in range(12):
        relay()
        later(300)
    assert states() == ["waiting"] + ["confirmed"] * 9
    assert "500" in entry_of(traces[0]).last_error


def test_langfuse_is_asked_for_many_traces_at_once(langfuse_server):
    for _ in range(60):
        record_score(stored(an_answer()), "user_rating", 4)
    relay()
    later(25)
    langfuse_server.requests.clear()
    relay()
    asked = langfuse_server.sent(SHOWN_SPANS)
    assert len(asked) == 2  # sixty in questions of at most fifty
    assert all(request.query["fields"] == "core" for request in asked)
    assert all(len(request.query["filter"]) < 2_100 for request in asked)
    assert len(langfuse_server.sent(SHOWN_SCORES)) == 2
    assert states() == ["confirmed"] * 120


@pytest.mark.parametrize("filter_is", ["refused", "not heeded", "blind"])
def test_a_langfuse_without_that_filter_is_asked_for_one_trace_after_the_other(langfuse_server, monkeypatch, filter_is):
    stranger = stored(an_answer())
    for _ in range(3):
        stored(an_answer())
    relay()
    OutboxEntry.objects.filter(trace=stranger).delete()
    langfuse_server.takes_filters = filter_is != "refused"
    if filter_is != "refused":
        found = [row["traceId"] for row in langfuse_server.rows] if filter_is == "not heeded" else []
        monkeypatch.setattr("tests.langfuse_server.trace_filter", lambda _text: found)
    later(5)
    relay()
    asked = ["filter" in request.query for request in langfuse_server.sent(SHOWN_SPANS)]
    assert asked == [True, False, False, False] + [False] * (filter_is == "blind")  # which takes one to be found out
    assert states() == ["confirmed"] * 3


def test_a_trace_of_two_thousand_observations_is_read_page_by_page(langfuse_server):
    with observe_root("long") as root:
        for _ in range(1_999):
            with observe("step"):
                pass
    stored(root)
    relay()
    langfuse_server.rows, kept_back = langfuse_server.rows[:-1], langfuse_server.rows[-1]
    later(5)
    relay()
    assert states() == ["sent"]  # the very last one is missing
    langfuse_server.rows.append(kept_back)
    later(10)
    relay()
    assert states() == ["confirmed"]
    assert [request.query.get("cursor") for request in langfuse_server.sent(SHOWN_SPANS)] == [None, "1000"] * 2


def test_traces_of_one_id_are_confirmed_each_for_itself(langfuse_server):
    first, second = stored(an_answer()), stored(an_answer())
    relay()
    second.__class__.objects.update(trace_id=first.trace_id)
    own = set(first.observations.values_list("span_id", flat=True))
    langfuse_server.rows = [row | {"traceId": first.trace_id} for row in langfuse_server.rows if row["id"] in own]
    later(5)
    relay()
    assert states() == ["confirmed", "sent"]
