"""A LangFuse that refuses, hangs, breaks off, forgets or goes away: nothing is dropped, all arrives once."""

import json
import logging
from collections import defaultdict
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from tests.langfuse_server import ROUTES
from tests.tracing.answers import an_answer, stored
from tests.tracing.relaying import SCORES, SHOWN_SPANS, TRACES, deliveries, entry_of, later, states
from tracing.models import Breaker, Observation, OutboxEntry
from tracing.storage import record_score
from tracing.tasks import relay

pytestmark = pytest.mark.django_db

FAULTS = {
    "refuses the connection": lambda server: server.stop(),
    "hangs": lambda server: setattr(server, "hangs", True),
    "answers 500": lambda server: setattr(server, "status", 500),
    "answers 503": lambda server: setattr(server, "status", 503),
    "answers 429": lambda server: setattr(server, "status", 429),
    "refuses the keys": lambda server: setattr(server, "secret_key", "another"),
    "is another server": lambda server: setattr(server, "status", 404),
    "sends elsewhere": lambda server: setattr(server, "status", 302),
    "reads half the body and closes": lambda server: setattr(server, "half_reads", True),
    "answers half and closes": lambda server: setattr(server, "half_answers", True),
    "says 200 and forgets": lambda server: setattr(server, "drops", True),
}


def heal(server):
    if server.away:
        server.start()
    server.hangs = server.half_reads = server.half_answers = server.drops = False
    server.status, server.headers, server.secret_key = 0, {}, "sk-lf-test"


@pytest.mark.parametrize("fault", FAULTS)
def test_all_is_delivered_once_langfuse_is_back(langfuse_server, settings, fault):
    """The same bytes, however often they were sent, and nothing that LangFuse would show twice."""
    settings.LANGFUSE_TIMEOUT = 0.2
    traces = [stored(an_answer()) for _ in range(5)]
    ratings = [record_score(trace, "user_rating", 4) for trace in traces]
    bodies = dict(OutboxEntry.objects.values_list("pk", "body"))
    FAULTS[fault](langfuse_server)
    for _ in range(4):
        relay()
        later(700)
    assert "confirmed" not in states()
    assert "set aside" not in states()
    heal(langfuse_server)
    settings.LANGFUSE_TIMEOUT = 10
    for _ in range(8):
        relay()
        later(30)
    assert states() == ["confirmed"] * 10
    assert deliveries() == ["confirmed"] * 5
    assert set(langfuse_server.observations) == set(Observation.objects.values_list("span_id", flat=True))
    shown_twice = {(row["id"], row["startTime"]) for row in langfuse_server.rows}
    assert len(shown_twice) == Observation.objects.count()
    assert {score["id"]: score["value"] for score in langfuse_server.scores.values()} == {
        str(rating.pk): 4 for rating in ratings
    }
    assert dict(OutboxEntry.objects.values_list("pk", "body")) == bodies
    timestamps: dict[str, set[str]] = defaultdict(set)
    for request in langfuse_server.sent(SCORES):
        timestamps[json.loads(request.body)["id"]].add(json.loads(request.body)["timestamp"])
    assert all(len(seen) == 1 for seen in timestamps.values())


def test_a_langfuse_that_goes_away_in_the_middle_is_taken_up_where_it_left(langfuse_server, monkeypatch):
    monkeypatch.setattr("tracing.relay.sending.REQUEST_BYTES", 1)  # a trace a request
    for _ in range(6):
        stored(an_answer())
    langfuse_server.meanwhile = langfuse_server.stop
    relay()
    assert set(states()) == {"waiting"}
    langfuse_server.start()
    later(10)
    relay()
    later(5)
    relay()
    assert states() == ["confirmed"] * 6
    assert len(langfuse_server.rows) == Observation.objects.count()


def test_what_langfuse_took_and_lost_is_sent_again_the_same(langfuse_server):
    trace = stored(an_answer())
    langfuse_server.drops = True
    relay()
    later(30)
    relay()
    assert entry_of(trace).state == "sent"  # it may still appear
    later(100)
    relay()
    entry = entry_of(trace)
    assert entry.state == "waiting"
    assert "did not show it" in entry.last_error
    assert deliveries() == ["waiting"]
    langfuse_server.drops = False
    later(10)
    relay()
    later(10)
    relay()
    assert entry_of(trace).state == "confirmed"
    first, second = langfuse_server.sent(TRACES)
    assert first.body == second.body


@pytest.mark.parametrize("status", [500, 502, 503, 429, 401, 403, 404, 302])
def test_a_langfuse_that_cannot_now_gets_it_later(langfuse_server, status, caplog):
    trace = stored(an_answer())
    langfuse_server.status = status
    relay()
    entry = entry_of(trace)
    assert (entry.state, entry.attempts) == ("waiting", 1)
    assert str(status) in entry.last_error
    assert entry.due_at > timezone.now()
    assert str(status) in caplog.text
    langfuse_server.status = 0
    later(60)
    relay()
    assert entry_of(trace).state == "sent"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "check LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY"),
        (403, "check LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY"),
        (404, "There is no LangFuse of a known version at LANGFUSE_HOST"),
    ],
)
def test_what_somebody_has_to_set_right_is_said(langfuse_server, status, said):
    trace = stored(an_answer())
    langfuse_server.status = status
    relay()
    breaker = Breaker.objects.load()
    assert breaker.state == "open"
    assert said in breaker.last_error
    assert said in entry_of(trace).last_error


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_langfuse_says_when_to_come_again(langfuse_server, status, form):
    trace = stored(an_answer())
    in_two_minutes = format_datetime(timezone.now() + timedelta(minutes=2), usegmt=True)
    langfuse_server.status = status
    langfuse_server.headers = {"Retry-After": "120" if form == "seconds" else in_two_minutes}
    relay()
    assert 60 < Breaker.objects.load().pause <= 120
    langfuse_server.status = 0
    later(60)
    relay()
    assert entry_of(trace).state == "waiting"
    later(60)
    relay()
    assert entry_of(trace).state == "sent"


def test_a_langfuse_that_hangs_costs_one_wait_a_pause_however_many_ask(langfuse_server, settings):
    settings.LANGFUSE_TIMEOUT = 0.2
    for _ in range(3):
        stored(an_answer())
    langfuse_server.hangs = True
    for _ in range(4):
        relay()
    assert len(langfuse_server.requests) == 1
    later(10)
    for _ in range(4):
        relay()
    assert len(langfuse_server.requests) == 2
    assert sorted(OutboxEntry.objects.values_list("attempts", flat=True)) == [1, 1, 2]  # the second was a trial of one


def test_after_a_pause_it_begins_with_one_and_soon_sends_as_before(langfuse_server):
    for _ in range(40):
        stored(an_answer())
    Breaker.objects.failed("no answer", whole=True)
    later(10)
    relay()
    assert Breaker.objects.load().state == "closed"
    assert states() == ["sent"] * 40
    assert len(langfuse_server.sent(TRACES)) == 6  # 1, 2, 4, 8, 16 and the rest


def test_a_trial_without_a_request_proves_nothing(langfuse_server):
    """The only entry that is due is a score, and another relay has the spans that go before it."""
    record_score(stored(an_answer()), "user_rating", 4)
    OutboxEntry.objects.claim("waiting", 1, timedelta(minutes=1))
    Breaker.objects.failed("no answer", whole=True)
    later(10)
    relay()
    assert not langfuse_server.requests
    assert Breaker.objects.load().state == "half-open"
    later(60)
    relay()
    assert Breaker.objects.load().state == "closed"
    assert states()[0] == "sent"


def test_nothing_more_is_sent_while_langfuse_cannot_say_what_it_has(langfuse_server, monkeypatch):
    """With its ClickHouse down it says 200 to everything it is sent, and drops it."""
    stored(an_answer())
    relay()
    stored(an_answer())
    real = type(langfuse_server).read_observations
    monkeypatch.setitem(
        ROUTES,
        ("GET", SHOWN_SPANS),
        lambda server, request: (500, {}) if server.drops else real(server, request),
    )
    langfuse_server.drops = True
    later(5)
    relay()
    assert len(langfuse_server.sent(TRACES)) == 1
    assert states() == ["sent", "waiting"]
    langfuse_server.drops = False
    later(30)
    relay()
    assert states() == ["confirmed", "sent"]


def test_days_without_langfuse_lose_nothing(langfuse_server):
    for _ in range(4):
        stored(an_answer())
    langfuse_server.status = 500
    for _ in range(12):
        relay()
        later(6 * 3600)
    langfuse_server.status = 0
    relay()
    later(60)
    relay()
    assert states() == ["confirmed"] * 4


def test_pauses_between_attempts_double_to_a_limit_and_differ(langfuse_server):
    for _ in range(10):
        stored(an_answer())
    langfuse_server.status = 500
    for attempts, shortest, longest in ((0, 1, 2), (3, 8, 16), (10_000, 300, 600)):
        OutboxEntry.objects.update(attempts=attempts, due_at=timezone.now())
        Breaker.objects.all().delete()
        before = timezone.now()
        relay()
        due = set(OutboxEntry.objects.values_list("due_at", flat=True))
        assert min(due) >= before + timedelta(seconds=shortest)
        assert max(due) <= timezone.now() + timedelta(seconds=longest)
        assert len(due) == 10


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_langfuse_never_takes_is_set_aside_aloud_and_may_be_sent_again(langfuse_server, status, caplog):
    trace = stored(an_answer())
    langfuse_server.status = status
    relay()
    later(3600)
    relay()
    entry = entry_of(trace)
    assert entry.state == "set aside"
    assert deliveries() == ["set aside"]
    assert str(status) in entry.last_error
    assert len(langfuse_server.requests) == 1
    assert [record.levelno for record in caplog.records if "set aside" in record.message] == [logging.ERROR]
    langfuse_server.status = 0
    assert OutboxEntry.objects.send_again() == 1
    assert deliveries() == ["waiting"]
    relay()
    assert entry_of(trace).state == "sent"


def test_a_question_that_langfuse_refuses_sets_nothing_aside(langfuse_server):
    trace = stored(an_answer())
    relay()
    langfuse_server.status = 400
    later(5)
    relay()
    assert entry_of(trace).state == "sent"
    assert Breaker.objects.load().state == "open"
    langfuse_server.status = 0
    later(60)
    relay()
    assert entry_of(trace).state == "confirmed"
