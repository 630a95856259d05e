import json
import logging
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from tests.tracing.answers import an_answer, stored
from tracing.client import LangFuse
from tracing.models import Observation, OutboxEntry, Score, Trace
from tracing.relay import Relay, backoff, purge
from tracing.storage import record_score
from tracing.tasks import relay

pytestmark = pytest.mark.django_db

TRACES, SCORES = "/api/public/otel/v1/traces", "/api/public/scores"


def later(seconds):
    """As if so much time had passed for every entry."""
    passed = timedelta(seconds=seconds)
    OutboxEntry.objects.update(
        due_at=F("due_at") - passed, sent_at=F("sent_at") - passed, created_at=F("created_at") - passed
    )


def entry_of(trace):
    return OutboxEntry.objects.get(trace=trace, kind="spans")


def test_a_trace_arrives_whole_and_only_then_counts_as_delivered(langfuse_server):
    trace = stored(an_answer())
    relay()
    assert entry_of(trace).state == "sent"
    later(5)
    relay()
    assert entry_of(trace).state == "confirmed"
    assert len(langfuse_server.sent(TRACES)) == 1
    received = langfuse_server.observations
    for row in Observation.objects.filter(trace=trace):
        seen = received[row.span_id]
        assert (seen["traceId"], seen["name"], seen["type"]) == (trace.trace_id, row.name, row.type)
        assert seen["parentObservationId"] == (row.parent_span_id or None)
        assert (seen["userId"], seen["sessionId"], seen["tags"]) == ("u1", "s1", trace.tags)
        assert seen["scope"] == "langfuse-sdk"
    words = next(seen for seen in received.values() if seen["type"] == "GENERATION")
    assert (words["model"], words["usageDetails"]) == ("llama3.1:8b", {"input": 120, "output": 30, "total": 150})
    assert words["costDetails"] == {"total": 0.0}
    assert [seen["isRootObservation"] for seen in received.values()].count(True) == 1


def test_a_request_is_signed_and_of_the_version_that_was_tried(langfuse_server):
    stored(an_answer())
    relay()
    (request,) = langfuse_server.sent(TRACES)
    assert request.headers["x-langfuse-ingestion-version"] == "4"
    assert request.headers["content-encoding"] == "gzip"
    assert request.headers["authorization"].startswith("Basic ")


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


def test_refused_keys_are_named(langfuse_server, settings):
    trace = stored(an_answer())
    settings.LANGFUSE_SECRET_KEY = "wrong"
    relay()
    assert "check LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY" in entry_of(trace).last_error


def test_langfuse_says_when_to_come_again(langfuse_server):
    trace = stored(an_answer())
    langfuse_server.status, langfuse_server.headers = 429, {"Retry-After": "120"}
    relay()
    assert entry_of(trace).due_at > timezone.now() + timedelta(seconds=100)


def test_a_langfuse_that_hangs_or_is_gone_costs_one_wait_and_nothing_else(langfuse_server, settings):
    traces = [stored(an_answer()) for _ in range(3)]
    langfuse_server.hangs, settings.LANGFUSE_TIMEOUT = True, 0.2
    relay()
    assert len(langfuse_server.requests) == 1
    assert [entry_of(trace).attempts for trace in traces] == [1, 0, 0]
    langfuse_server.stop()
    relay()
    assert OutboxEntry.objects.filter(state="waiting").count() == 3
    assert "does not answer" in OutboxEntry.objects.exclude(last_error="").latest("pk").last_error


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
    assert OutboxEntry.objects.filter(state="confirmed").count() == 4


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_langfuse_never_takes_is_set_aside_aloud_and_may_be_sent_again(langfuse_server, status, caplog):
    trace = stored(an_answer())
    langfuse_server.status = status
    relay()
    later(3600)
    relay()
    entry = entry_of(trace)
    assert entry.state == "set aside"
    assert str(status) in entry.last_error
    assert len(langfuse_server.requests) == 1
    assert [record.levelno for record in caplog.records if "set aside" in record.message] == [logging.ERROR]
    langfuse_server.status = 0
    assert OutboxEntry.objects.send_again() == 1
    relay()
    assert entry_of(trace).state == "sent"


def test_one_bad_entry_does_not_hold_up_the_others(langfuse_server):
    bad, good = stored(an_answer()), stored(an_answer())
    OutboxEntry.objects.filter(trace=bad).update(body=b"no protobuf")
    relay()
    assert (entry_of(bad).state, entry_of(good).state) == ("set aside", "sent")


def test_a_score_arrives_and_a_changed_one_takes_its_place(langfuse_server):
    trace = stored(an_answer())
    span_id = trace.observations.get(name="words").span_id
    rating = record_score(trace, "user_rating", 2.5, comment="meh")
    check = record_score(trace, "grounded", 1, span_id=span_id)
    relay()
    later(25)
    relay()
    received = langfuse_server.scores
    assert received[str(rating.pk)].items() >= {"traceId": trace.trace_id, "value": 2.5, "comment": "meh"}.items()
    assert received[str(rating.pk)]["environment"] == trace.environment
    assert received[str(check.pk)]["observationId"] == span_id
    record_score(trace, "user_rating", 5, score_id=rating.pk)
    relay()
    later(25)
    relay()
    assert (received[str(rating.pk)]["value"], received[str(rating.pk)]["comment"]) == (5, "")
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {"confirmed"}


def test_only_the_newest_value_of_a_score_is_sent(langfuse_server):
    rating = record_score(trace := stored(an_answer()), "user_rating", 1)
    for value in (2, 3, 4):
        record_score(trace, "user_rating", value, score_id=rating.pk)
    relay()
    assert [json.loads(request.body)["value"] for request in langfuse_server.sent(SCORES)] == [4]


def test_a_score_changed_while_it_is_being_sent_is_sent_after_it(langfuse_server):
    rating = record_score(trace := stored(an_answer()), "user_rating", 1)
    OutboxEntry.objects.filter(kind="spans").delete()
    (claimed,) = OutboxEntry.objects.claim(10, timedelta(minutes=1))
    record_score(trace, "user_rating", 5, score_id=rating.pk)
    relay()
    assert not langfuse_server.requests  # the old value's sender still has its lease
    with LangFuse() as langfuse:
        Relay().take(claimed, langfuse)
    relay()
    assert [json.loads(request.body)["value"] for request in langfuse_server.sent(SCORES)] == [1, 5]
    later(25)
    relay()
    assert OutboxEntry.objects.get().state == "confirmed"


def test_newer_servers_take_scores_as_lists(langfuse_server):
    langfuse_server.takes_lists = True
    record_score(stored(an_answer()), "user_rating", 4)
    relay()
    assert [row["value"] for row in langfuse_server.scores.values()] == [4]


def test_nothing_due_is_one_query_and_one_to_tidy_up(langfuse_server, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):  # claim in its savepoint, delete of old ones
        relay()
    assert not langfuse_server.requests


def test_without_langfuse_the_relay_does_nothing(settings, django_assert_num_queries):
    settings.LANGFUSE_ENABLED = False
    with django_assert_num_queries(0):
        relay()


def test_confirmed_entries_go_after_a_week(langfuse_server):
    stored(an_answer())
    relay()
    later(5)
    relay()
    later(6 * 86400)
    purge()
    assert OutboxEntry.objects.count() == 1
    later(2 * 86400)
    purge()
    assert not OutboxEntry.objects.exists()
    assert Trace.objects.count() == 1


def test_the_depth_counts_what_is_not_delivered(langfuse_server):
    assert OutboxEntry.objects.depth().oldest_seconds == 0
    for state in ("waiting", "waiting", "sent", "set aside", "confirmed"):
        OutboxEntry.objects.filter(trace=stored(an_answer())).update(state=state)
    later(100)
    depth = OutboxEntry.objects.depth()
    assert (depth.waiting, depth.sent, depth.set_aside) == (2, 1, 1)
    assert 100 <= depth.oldest_seconds < 200


def test_backoff_doubles_to_a_limit_and_differs():
    assert all(2**n / 2 <= backoff(n) <= 2**n for n in range(9))
    assert backoff(10_000) <= 600
    assert len({backoff(8) for _ in range(20)}) > 1


def run_command(*arguments):
    out, err = StringIO(), StringIO()
    try:
        call_command("relay", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue().strip(), err.getvalue().strip()
    return 0, out.getvalue().strip(), err.getvalue().strip()


def test_the_command_delivers_and_says_so(langfuse_server, monkeypatch):
    monkeypatch.setattr("tracing.relay.FIRST_LOOK", {"spans": 0.05, "score": 0.1})
    langfuse_server.delay = 0.1
    record_score(stored(an_answer()), "user_rating", 4)
    assert run_command("--once") == (0, "2 delivered, 0 waiting", "")
    assert run_command("--once") == (0, "0 delivered, 0 waiting", "")


def test_the_command_fails_if_anything_waits(langfuse_server):
    stored(an_answer())
    langfuse_server.status = 503
    code, out, err = run_command("--once")
    assert (code, out) == (1, "0 delivered, 1 waiting")
    assert "503" in err


def test_the_command_does_not_wait_longer_than_told(langfuse_server):
    stored(an_answer())
    langfuse_server.drops = True
    assert run_command("--once", "--wait", "0") == (
        1,
        "0 delivered, 1 waiting",
        "LangFuse accepted them and does not show them yet.",
    )


def test_the_command_names_what_was_refused(langfuse_server):
    OutboxEntry.objects.filter(trace=stored(an_answer())).update(body=b"no protobuf")
    assert run_command("--once")[:2] == (0, "0 delivered, 0 waiting, 1 refused by LangFuse and set aside")


def test_the_command_without_langfuse_says_so(settings):
    settings.LANGFUSE_ENABLED = False
    code, out, _ = run_command("--once")
    assert code == 0
    assert "not configured" in out


def test_what_was_stored_before_langfuse_is_sent_as_it_would_have_been(langfuse_server, settings):
    with_langfuse = stored(an_answer())
    body = bytes(entry_of(with_langfuse).body)
    OutboxEntry.objects.all().delete()
    settings.LANGFUSE_ENABLED = False
    old = stored(an_answer())
    Trace.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(days=30))
    record_score(with_langfuse, "user_rating", 3)
    settings.LANGFUSE_ENABLED = True
    day = (timezone.now() - timedelta(days=1)).date().isoformat()
    assert "2 stored traces and scores" in run_command("--once", "--wait", "0", "--backfill", "--since", day)[1]
    assert not OutboxEntry.objects.filter(trace=old).exists()
    assert sorted(bytes(entry_of(with_langfuse).body)) == sorted(body)
    assert len(langfuse_server.scores) == 1
    assert "0 stored traces" in run_command("--once", "--wait", "0", "--backfill", "--since", day)[1]


def test_backfill_wants_a_day(langfuse_server):
    with pytest.raises(CommandError, match="belong together"):
        call_command("relay", "--once", "--backfill")


@pytest.mark.django_db(transaction=True)
def test_relays_at_once_deliver_each_entry_once(langfuse_server):
    for _ in range(40):
        with transaction.atomic():
            stored(an_answer())

    def work():
        try:
            relay()
        finally:
            connection.close()

    relays = [threading.Thread(target=work) for _ in range(4)]
    for thread in relays:
        thread.start()
    for thread in relays:
        thread.join()
    relay()
    assert len(langfuse_server.sent(TRACES)) == 40
    assert len(langfuse_server.rows) == len(langfuse_server.observations) == Observation.objects.count()


@pytest.mark.django_db(transaction=True)
def test_what_a_dead_relay_had_claimed_comes_back(langfuse_server):
    trace = stored(an_answer())
    assert len(OutboxEntry.objects.claim(10, timedelta(minutes=3))) == 1  # and then it was killed
    relay()
    assert not langfuse_server.requests
    later(200)
    relay()
    assert entry_of(trace).state == "sent"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_claimed_or_sent_inside_a_transaction(langfuse_server):
    stored(an_answer())
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        relay()


def test_a_deleted_trace_takes_its_entries_along(langfuse_server):
    record_score(trace := stored(an_answer()), "user_rating", 1)
    trace.delete()
    assert (OutboxEntry.objects.count(), Score.objects.count()) == (0, 0)
