"""Several relays at once, leases that end too soon, and rows that disappear under a relay's hands."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from tests.tracing.answers import an_answer, stored
from tests.tracing.relaying import SCORES, TRACES, deliveries, entry_of, later, states
from tracing.client import LangFuse
from tracing.models import Breaker, Observation, OutboxEntry, RelayTotals, Trace
from tracing.relay.claimed import Claimed
from tracing.relay.sending import send
from tracing.storage import record_score
from tracing.tasks import relay

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(number, work=relay):
    """So many threads with connections of their own. What they raise is raised."""
    raised = []

    def one():
        try:
            work()
        except Exception as error:  # noqa: BLE001 -- raised below
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


@pytest.fixture
def waiting():
    with transaction.atomic():
        traces = [stored(an_answer()) for _ in range(40)]
        for trace in traces[:20]:
            record_score(trace, "user_rating", 4)
    return traces


@pytest.mark.parametrize("number", [2, 4])
def test_relays_at_once_deliver_each_entry_once(langfuse_server, monkeypatch, waiting, number):
    monkeypatch.setattr("tracing.relay.rounds.BATCH", 7)
    langfuse_server.slowness = 0.005
    at_once(number)
    later(3)
    at_once(number)  # scores that came before their trace
    later(25)
    at_once(number)
    assert states() == ["confirmed"] * 60
    assert deliveries() == ["confirmed"] * 40
    assert len(langfuse_server.rows) == len(langfuse_server.observations) == Observation.objects.count()
    assert len(langfuse_server.sent(SCORES)) == len(langfuse_server.scores) == 20
    totals = RelayTotals.load()
    assert (totals.sent, totals.confirmed, totals.absent) == (60, 60, 0)


def test_relays_at_once_ask_a_dead_langfuse_once_a_pause(langfuse_server, settings, waiting):
    settings.LANGFUSE_TIMEOUT = 0.3
    Breaker.objects.failed("no answer", whole=True)
    langfuse_server.hangs = True
    later(10)
    at_once(4)
    assert len(langfuse_server.requests) == 1


def test_what_a_dead_relay_had_claimed_comes_back(langfuse_server):
    with transaction.atomic():
        trace = stored(an_answer())
    assert len(OutboxEntry.objects.claim("waiting", 10, timedelta(minutes=3))) == 1  # and then it was killed
    relay()
    assert not langfuse_server.requests
    later(200)
    relay()
    assert entry_of(trace).state == "sent"


def test_a_relay_that_is_interrupted_gives_back_what_it_claimed(langfuse_server, waiting):
    with pytest.raises(KeyboardInterrupt), Claimed("waiting", 100, Counter()):
        raise KeyboardInterrupt
    relay()
    assert set(states()) == {"sent"}


def test_whose_lease_ended_notes_nothing_over_what_others_did(langfuse_server):
    """The slow one's request does no harm: the same bytes."""
    with transaction.atomic():
        trace = stored(an_answer())
    with LangFuse() as langfuse, Claimed("waiting", 1, Counter()) as slow:
        for _ in range(2):  # sent by another, and seen
            OutboxEntry.objects.update(due_at=Now())
            relay()
        assert entry_of(trace).state == "confirmed"
        send(langfuse, slow)
    assert entry_of(trace).state == "confirmed"
    assert deliveries() == ["confirmed"]
    first, second = langfuse_server.sent(TRACES)
    assert first.body == second.body


def test_a_relay_stops_before_its_lease_ends(langfuse_server, monkeypatch, waiting):
    monkeypatch.setattr("tracing.relay.claimed.WORK", 0)
    with LangFuse() as langfuse, Claimed("waiting", 100, Counter()) as claimed:
        assert OutboxEntry.objects.due().count() == 0
        send(langfuse, claimed)
    assert not langfuse_server.requests
    assert OutboxEntry.objects.due().count() == 40  # given back; the scores wait for their traces


@pytest.mark.parametrize("when", ["before it is sent", "while it is sent"])
def test_a_trace_that_is_deleted_under_a_relay_s_hands_is_let_go(langfuse_server, waiting, when):
    def delete():
        Trace.objects.filter(pk__in=[trace.pk for trace in waiting[:10]]).delete()
        connection.close()

    with LangFuse() as langfuse, Claimed("waiting", 100, Counter()) as claimed:
        if when == "before it is sent":
            delete()
        else:
            langfuse_server.meanwhile = delete
        send(langfuse, claimed)
    assert states() == ["sent"] * 40  # thirty traces and ten ratings
    later(25)
    relay()
    assert states() == ["confirmed"] * 40


def test_a_trace_that_is_deleted_while_it_is_looked_for_is_let_go(langfuse_server, waiting):
    def delete():
        Trace.objects.filter(pk__in=[trace.pk for trace in waiting[:10]]).delete()
        connection.close()

    relay()
    langfuse_server.meanwhile = delete
    later(25)
    relay()
    relay()
    assert states() == ["confirmed"] * 40


def test_nothing_is_claimed_or_sent_inside_a_transaction(langfuse_server, waiting):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        relay()
    assert not langfuse_server.requests


def test_a_row_that_somebody_else_holds_keeps_no_relay_waiting(langfuse_server, waiting):
    """A score that is just being changed in a long transaction."""
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            OutboxEntry.objects.select_for_update().filter(kind="score").first()
            held.set()
            done.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    relay()
    assert states().count("sent") == 59
    done.set()
    holder.join()
    relay()
    assert states().count("sent") == 60


def test_clocks_that_differ_make_no_difference(langfuse_server, waiting, monkeypatch):
    """A relay whose clock is a day ahead neither claims what another holds nor ends its pause."""
    OutboxEntry.objects.claim("waiting", 60, timedelta(minutes=1))
    now = timezone.now
    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + timedelta(days=1))
    assert not OutboxEntry.objects.due().exists()
    assert not OutboxEntry.objects.claim("waiting", 60, timedelta(minutes=1))
    later(60)
    Breaker.objects.failed("no answer", whole=True, retry_after=60)
    relay()
    assert Breaker.objects.load().state == "open"
    assert not langfuse_server.requests
