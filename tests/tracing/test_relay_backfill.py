"""What was stored before LangFuse was set up, and what LangFuse shall not have."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.tracing.answers import an_answer, stored
from tests.tracing.relaying import TRACES, deliveries
from tracing.models import OutboxEntry, Trace
from tracing.relay import backfill
from tracing.storage import delivery_of, record_score
from tracing.tasks import relay

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


@pytest.fixture
def kept(settings, langfuse_server):
    """Two traces, one of them old, from when LangFuse was not configured."""
    settings.LANGFUSE_ENABLED = False
    traces = [stored(an_answer()) for _ in range(2)]
    Trace.objects.filter(pk=traces[0].pk).update(started_at=timezone.now() - timedelta(days=30))
    settings.LANGFUSE_ENABLED = True
    return traces


def test_what_was_kept_is_sent_as_it_would_have_been(langfuse_server, kept):
    _, recent = kept
    record_score(recent, "user_rating", 3)
    assert deliveries() == ["kept", "kept"]
    assert not OutboxEntry.objects.exists()  # a score goes only where its trace goes
    assert backfill(TODAY() - timedelta(days=1)) == 2
    assert deliveries() == ["kept", "waiting"]
    relay()
    assert deliveries() == ["kept", "sent"]
    assert set(langfuse_server.observations) == set(recent.observations.values_list("span_id", flat=True))
    assert len(langfuse_server.scores) == 1
    assert backfill(TODAY() - timedelta(days=1)) == 0


def test_its_spans_are_those_of_its_first_day(langfuse_server):
    stored(an_answer())
    relay()
    OutboxEntry.objects.all().delete()
    Trace.objects.update(delivery="kept")
    backfill(TODAY() - timedelta(days=1))
    relay()
    first, second = langfuse_server.sent(TRACES)
    assert first.body == second.body


def test_more_than_fit_into_one_transaction(langfuse_server, kept, monkeypatch):
    monkeypatch.setattr("tracing.relay.backfilling.CHUNK", 2)
    Trace.objects.bulk_create(
        Trace(trace_id=f"{n:032x}", name="old", environment="test", started_at=timezone.now(), duration_ms=1)
        for n in range(1, 8)
    )
    assert backfill(TODAY() - timedelta(days=60)) == 9
    assert deliveries() == ["waiting"] * 9


def test_what_was_delivered_long_ago_is_not_sent_again(langfuse_server):
    trace = stored(an_answer())
    OutboxEntry.objects.all().delete()
    Trace.objects.update(delivery="confirmed")
    assert backfill(TODAY() - timedelta(days=1)) == 0
    assert not trace.outbox.exists()


def test_a_score_of_a_trace_that_is_only_kept_is_kept_too(langfuse_server, kept):
    record_score(kept[0], "user_rating", 3)
    assert backfill(TODAY() - timedelta(days=1)) == 1  # the recent trace
    assert backfill(TODAY() - timedelta(days=60)) == 2


def test_what_is_sampled_out_is_kept_here_and_never_sent(langfuse_server, settings):
    settings.LANGFUSE_SAMPLE_RATE = 0
    trace = stored(an_answer())
    record_score(trace, "user_rating", 4)
    assert trace.observations.count() == 3
    assert backfill(TODAY() - timedelta(days=1)) == 0
    relay()
    assert deliveries() == ["sampled out"]
    assert not langfuse_server.requests


def test_traces_of_one_id_share_their_fate(langfuse_server, settings):
    settings.LANGFUSE_SAMPLE_RATE = 0.25
    ids = [f"{0:016x}{n << 56:016x}" for n in range(256)]  # evenly over all that can be drawn
    assert [delivery_of(one).value for one in ids].count("waiting") == 64
    assert [delivery_of(one) for one in ids] == [delivery_of(one) for one in ids]
    settings.LANGFUSE_SAMPLE_RATE = 1
    assert delivery_of("f" * 32) == "waiting"


def test_backfill_wants_a_day(langfuse_server):
    with pytest.raises(CommandError, match="belong together"):
        call_command("relay", "--once", "--backfill")


def test_the_command_backfills_and_delivers(langfuse_server, kept):
    out = StringIO()
    day = (timezone.now() - timedelta(days=1)).date().isoformat()
    with pytest.raises(SystemExit):  # not confirmed within no time
        call_command("relay", "--once", "--wait", "0", "--backfill", "--since", day, stdout=out, stderr=out)
    assert f"1 stored traces and scores since {day} were added to the outbox." in out.getvalue()
    assert deliveries() == ["kept", "sent"]
