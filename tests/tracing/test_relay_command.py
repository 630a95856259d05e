"""`manage.py relay`, as somebody at a terminal sees it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from tests import commands
from tests.tracing.answers import an_answer, stored
from tests.tracing.relaying import TRACES, states
from tracing.models import Breaker, OutboxEntry
from tracing.relay.reading import FIRST_LOOK, PATIENCE
from tracing.storage import record_score

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """LangFuse is looked at as quickly as a loopback server answers."""
    for kind, seconds in (("spans", 0.05), ("score", 0.1)):
        monkeypatch.setitem(FIRST_LOOK, kind, seconds)


def run_command(*arguments):
    """Exit code, stdout and stderr."""
    return commands.run("relay", *arguments)


def test_once_delivers_and_says_so(langfuse_server):
    langfuse_server.delay = 0.1
    record_score(stored(an_answer()), "user_rating", 4)
    assert run_command("--once") == (0, "2 delivered, 0 waiting", "")
    assert run_command("--once") == (0, "0 delivered, 0 waiting", "")


def test_once_fails_if_anything_waits(langfuse_server):
    stored(an_answer())
    langfuse_server.status = 503
    code, out, err = run_command("--once")
    assert (code, out) == (1, "0 delivered, 1 waiting")
    assert "503" in err


def test_once_does_not_wait_longer_than_told(langfuse_server):
    stored(an_answer())
    langfuse_server.drops = True
    assert run_command("--once", "--wait", "0") == (
        1,
        "0 delivered, 1 waiting",
        "LangFuse accepted them and does not show them yet.",
    )


def test_once_names_what_was_refused(langfuse_server):
    OutboxEntry.objects.filter(trace=stored(an_answer())).update(body=b"no protobuf")
    assert run_command("--once")[:2] == (0, "0 delivered, 0 waiting, 1 refused by LangFuse and set aside")


def test_once_tries_although_relays_are_in_a_pause(langfuse_server):
    stored(an_answer())
    Breaker.objects.failed("no answer", whole=True, retry_after=3_000)
    assert run_command("--once") == (0, "1 delivered, 0 waiting", "")
    assert Breaker.objects.load().state == "closed"


@pytest.mark.parametrize("form", ["--once", "--until-confirmed"])
def test_without_langfuse_it_says_so(settings, form):
    settings.LANGFUSE_ENABLED = False
    code, out, _ = run_command(form)
    assert code == 0
    assert "not configured" in out


def test_only_one_end_can_be_asked_for(langfuse_server):
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("relay", "--once", "--until-confirmed")


def test_until_confirmed_works_until_langfuse_shows_all(langfuse_server):
    langfuse_server.delay = 0.3
    for _ in range(3):
        record_score(stored(an_answer()), "user_rating", 4)
    assert run_command("--until-confirmed") == (0, "All is confirmed.", "")
    assert states() == ["confirmed"] * 6


def test_nothing_to_confirm_is_said_at_once(langfuse_server):
    assert run_command("--until-confirmed") == (0, "All is confirmed.", "")
    assert not langfuse_server.requests


def test_until_confirmed_outlasts_a_langfuse_that_fails_and_forgets(langfuse_server, monkeypatch):
    monkeypatch.setitem(PATIENCE, "spans", 0.2)
    trace = stored(an_answer())
    langfuse_server.drops, langfuse_server.status = True, 503

    def heals():
        """Answers from the second request on, and forgets what it takes first."""
        taken = [request for request in langfuse_server.sent(TRACES) if request.status == 200]
        langfuse_server.status = 0 if len(langfuse_server.requests) > 1 else 503
        langfuse_server.drops = not taken
        langfuse_server.meanwhile = heals

    langfuse_server.meanwhile = heals
    assert run_command("--until-confirmed", "--timeout", "60") == (0, "All is confirmed.", "")
    assert set(langfuse_server.observations) == set(trace.observations.values_list("span_id", flat=True))
    assert [request.status for request in langfuse_server.sent(TRACES)] == [503, 200, 200]


def test_until_confirmed_ends_at_its_limit_and_says_what_is_missing(langfuse_server):
    for _ in range(2):
        stored(an_answer())
    langfuse_server.status = 503
    code, out, err = run_command("--until-confirmed", "--timeout", "1")
    assert (code, out) == (1, "Missing: 2 waiting, 0 sent, 0 set aside.")
    assert "503" in err


def test_until_confirmed_does_not_pass_over_what_was_refused(langfuse_server):
    good, bad = stored(an_answer()), stored(an_answer())
    langfuse_server.poison = {bad.trace_id}
    code, out, err = run_command("--until-confirmed")
    assert (code, out) == (1, "Missing: 0 waiting, 0 sent, 1 set aside.")
    assert "as the test wants it" in err
    assert good.outbox.get().state == "confirmed"


@pytest.mark.django_db(transaction=True)
def test_for_ever_outlasts_a_postgresql_that_is_restarted(langfuse_server, monkeypatch, caplog):
    ticks = iter(["its connection is cut", "it is back", "a person ends it"])

    def tick(_seconds):
        now = next(ticks)
        if now == "its connection is cut":
            with pytest.raises(OperationalError):
                connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")
        elif now == "it is back":
            with transaction.atomic():
                stored(an_answer())
        else:
            raise KeyboardInterrupt

    monkeypatch.setattr("tracing.management.commands.relay.sleep", tick)
    code, out, _ = run_command()
    assert code == 0
    assert out.endswith("Ended; what waits is delivered next time.")
    assert "PostgreSQL" in caplog.text
    assert states() == ["sent"]


@pytest.mark.django_db(transaction=True)
def test_until_confirmed_does_not_wait_for_what_comes_in_meanwhile(langfuse_server):
    with transaction.atomic():
        stored(an_answer())

    def another_question():
        with transaction.atomic():
            stored(an_answer())
        connection.close()

    def keep_asking():
        another_question()
        langfuse_server.meanwhile = keep_asking

    langfuse_server.meanwhile = keep_asking
    assert run_command("--until-confirmed", "--timeout", "30")[:2] == (0, "All is confirmed.")
    assert set(states()) != {"confirmed"}
