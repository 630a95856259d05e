"""From the outbox to LangFuse, where nothing goes wrong."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.tracing.answers import an_answer, stored
from tests.tracing.relaying import SCORES, TRACES, deliveries, entry_of, later, states
from tracing.models import Delivery, Observation, OutboxEntry, RelayTotals, Score, Trace
from tracing.storage import record_score
from tracing.tasks import relay

pytestmark = pytest.mark.django_db


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


def test_a_trace_says_how_far_it_has_come(langfuse_server):
    trace = stored(an_answer())
    record_score(trace, "user_rating", 4)
    assert deliveries() == ["waiting"]
    relay()
    assert deliveries() == ["sent"]
    later(5)
    relay()
    assert deliveries() == ["confirmed"]  # of the spans: the score is on its way for some seconds more
    assert set(states()) == {"confirmed", "sent"}


def test_a_trace_names_every_state_of_its_entry():
    assert set(OutboxEntry.State.values) == set(Delivery.values) - {"kept", "sampled out"}


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
    assert set(states()) == {"confirmed"}


def test_only_the_newest_value_of_a_score_is_sent(langfuse_server):
    rating = record_score(trace := stored(an_answer()), "user_rating", 1)
    for value in (2, 3, 4):
        record_score(trace, "user_rating", value, score_id=rating.pk)
    relay()
    assert [json.loads(request.body)["value"] for request in langfuse_server.sent(SCORES)] == [4]


@pytest.mark.django_db(transaction=True)
def test_a_score_changed_while_it_is_being_sent_is_sent_after_it(langfuse_server):
    with transaction.atomic():
        rating = record_score(trace := stored(an_answer()), "user_rating", 1)
    relay()

    def changed_again() -> None:
        with transaction.atomic():
            record_score(trace, "user_rating", 5, score_id=rating.pk)
        connection.close()

    with transaction.atomic():
        record_score(trace, "user_rating", 2, score_id=rating.pk)
    langfuse_server.meanwhile = changed_again
    relay()
    assert [json.loads(request.body)["value"] for request in langfuse_server.sent(SCORES)] == [1, 2, 5]
    later(25)
    relay()
    assert states() == ["confirmed", "confirmed"]
    assert langfuse_server.scores[str(rating.pk)]["value"] == 5


def test_a_score_does_not_go_before_its_trace(langfuse_server):
    trace = stored(an_answer())
    record_score(trace, "user_rating", 4)
    OutboxEntry.objects.claim("waiting", 1, timedelta(minutes=1))  # another relay is about to send the spans
    relay()
    later(3)
    relay()
    assert not langfuse_server.requests
    later(60)
    relay()
    assert [request.path for request in langfuse_server.requests] == [TRACES, SCORES]


def test_a_score_of_spans_that_were_refused_goes(langfuse_server):
    trace = stored(an_answer())
    langfuse_server.poison = {trace.trace_id}
    record_score(trace, "user_rating", 4)
    relay()
    assert states() == ["set aside", "sent"]
    assert len(langfuse_server.scores) == 1


def test_newer_servers_take_scores_as_lists(langfuse_server):
    langfuse_server.takes_lists = True
    record_score(stored(an_answer()), "user_rating", 4)
    relay()
    assert [row["value"] for row in langfuse_server.scores.values()] == [4]


def test_nothing_due_is_one_query_and_one_to_tidy_up(langfuse_server, django_assert_num_queries):
    with django_assert_num_queries(2):  # whether something is due, delete of old ones
        relay()
    assert not langfuse_server.requests


def test_many_traces_take_as_many_queries_as_one(langfuse_server, django_assert_num_queries):
    for _ in range(30):
        stored(an_answer())
    relay()  # the rows of breaker and totals are made
    for _ in range(30):
        stored(an_answer())
    # due; breaker, two claims (each in its savepoint); bodies, traces, observations; settled (in a savepoint: lock,
    # entries, traces, totals); success noted; breaker and two claims again, which find nothing; old ones
    with django_assert_num_queries(1 + 7 + 3 + 6 + 1 + 7 + 1):
        relay()
    assert len(langfuse_server.sent(TRACES)) == 2
    later(5)
    # due; breaker, claim; ids wanted; settled; success noted; the other claim; all of it again without a find; old ones
    with django_assert_num_queries(1 + 4 + 2 * 1 + 2 * 6 + 1 + 3 + 7 + 1):
        relay()
    assert deliveries() == ["confirmed"] * 60


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
    OutboxEntry.objects.purge()
    assert OutboxEntry.objects.count() == 1
    later(2 * 86400)
    OutboxEntry.objects.purge()
    assert not OutboxEntry.objects.exists()
    assert deliveries() == ["confirmed"]


def test_a_purge_ends_though_there_is_more(monkeypatch, langfuse_server):
    monkeypatch.setattr("tracing.models.outbox.PURGED", 2)
    for _ in range(7):
        stored(an_answer())
    OutboxEntry.objects.update(state="confirmed")
    OutboxEntry.objects.purge(statements=2)
    assert OutboxEntry.objects.count() == 3


def test_the_depth_counts_what_is_not_delivered(langfuse_server):
    assert OutboxEntry.objects.depth().oldest_seconds == 0
    for state in ("waiting", "waiting", "sent", "set aside", "confirmed"):
        OutboxEntry.objects.filter(trace=stored(an_answer())).update(state=state)
    later(100)
    depth = OutboxEntry.objects.depth()
    assert (depth.waiting, depth.sent, depth.set_aside) == (2, 1, 1)
    assert 100 <= depth.oldest_seconds < 200


def test_what_became_of_entries_is_counted(langfuse_server):
    good, bad = stored(an_answer()), stored(an_answer())
    langfuse_server.poison = {bad.trace_id}
    langfuse_server.drops = True
    relay()
    later(100)
    relay()  # absent
    langfuse_server.status = 503
    later(100)
    relay()
    langfuse_server.status, langfuse_server.drops = 0, False
    later(100)
    relay()
    later(5)
    relay()
    totals = RelayTotals.load()
    assert (totals.sent, totals.confirmed, totals.absent, totals.set_aside, totals.failures) == (2, 1, 1, 1, 1)
    OutboxEntry.objects.all().delete()
    assert RelayTotals.load() == totals
    assert good.outbox.count() == 0


def test_a_deleted_trace_takes_its_entries_along(langfuse_server):
    record_score(trace := stored(an_answer()), "user_rating", 1)
    trace.delete()
    assert (OutboxEntry.objects.count(), Score.objects.count()) == (0, 0)
    assert not Trace.objects.exists()
