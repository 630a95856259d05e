"""Each fault is a real one, of settings or of rows."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.tracing.answers import an_answer, stored
from tests.tracing.examining import OK, PROBLEM, WARNING, examined, run, short_pauses
from tracing.costs import forget_prices
from tracing.doctor import server as server_checks
from tracing.models import Breaker, ModelPrice, OutboxEntry, Prompt, Trace

__all__ = ["short_pauses"]

pytestmark = pytest.mark.django_db


def test_a_sound_langfuse_has_no_problem(langfuse_server, monkeypatch):
    monkeypatch.setattr(server_checks, "installed_sdk", lambda: "")  # chance: what happens to be installed
    stored(an_answer())
    Breaker.objects.succeeded()
    found = examined(send=True)
    assert {title for title, finding in found.items() if finding.state != OK} == {
        "links to LangFuse open on this machine or network alone"
    }
    assert {"LangFuse answers", "LangFuse accepts the keys", "the clocks agree", "LangFuse answers quickly"} <= set(
        found
    )
    assert "root, user, session, model, tokens and cost came back" in found


def test_without_langfuse_it_says_how_to_turn_it_on_and_looks_at_the_rest(settings):
    settings.LANGFUSE_PUBLIC_KEY = settings.LANGFUSE_SECRET_KEY = settings.LANGFUSE_HOST = ""
    stored(an_answer())
    found = examined(send=True)
    assert found["LangFuse is off"].state == WARNING
    assert "LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY" in found["LangFuse is off"].todo
    assert "traces are stored here" in found
    assert run()[0] == 0


@pytest.mark.parametrize(
    ("changes", "state", "title", "seen"),
    [
        ({"ENABLED": False, "SECRET_KEY": ""}, PROBLEM, "LangFuse is off, for one key of two is missing", "SECRET"),
        ({"ENABLED": False}, PROBLEM, "LangFuse is off though its keys are set", "LANGFUSE_ENABLED"),
        ({"PUBLIC_KEY": "sk-lf-1", "SECRET_KEY": "pk-lf-1"}, PROBLEM, "the keys are swapped", "sk-"),
        ({"SECRET_KEY": '"sk-lf-1"'}, PROBLEM, "a key holds a quote, a blank or a bracket", "LANGFUSE_SECRET_KEY"),
        ({"PUBLIC_KEY": "lf-1"}, WARNING, "a key has an unusual shape", "LANGFUSE_PUBLIC_KEY"),
        ({"SAMPLE_RATE": 0}, PROBLEM, "no part of the traces is sent", "=0"),
        ({"SAMPLE_RATE": 0.1}, WARNING, "only a part of the traces is sent", "=0.1"),
        ({"ENVIRONMENT": "langfuse-shop"}, WARNING, "LangFuse will not keep this environment's name", "langfuse-shop"),
        ({"ENVIRONMENT": "my shop"}, WARNING, "LangFuse will not keep this environment's name", "my shop"),
        ({"TIMEOUT": 0.5}, WARNING, "the relay hardly waits for LangFuse", "0.5"),
        ({"HOST": "http://[::1"}, PROBLEM, "the host is no address", "LANGFUSE_HOST"),
        ({"HOST": "http://langfuse:port"}, PROBLEM, "the host is no address", "LANGFUSE_HOST"),
        ({"PUBLIC_URL": "langfuse.example"}, PROBLEM, "links to LangFuse lead nowhere", "langfuse.example"),
        ({"PUBLIC_URL": "http://langfuse-web:3000"}, WARNING,
         "links to LangFuse open on this machine or network alone", "langfuse-web"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(langfuse_server, settings, changes, state, title, seen):
    for name, value in changes.items():
        setattr(settings, f"LANGFUSE_{name}", value)
    found = examined()
    assert found[title].state == state
    assert seen in found[title].seen


def test_an_address_that_leads_elsewhere_is_named(langfuse_server, settings):
    settings.LANGFUSE_HOST = langfuse_server.url + "/api/public"
    assert examined()["the host has a path"].seen.endswith("/api/public")
    settings.LANGFUSE_HOST = "http://langfuse.invalid"
    assert "keys and traces travel unencrypted" in examined()


def test_a_proxy_between_is_named_without_its_password(langfuse_server, settings, monkeypatch):
    settings.LANGFUSE_TIMEOUT = 2
    monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@{langfuse_server.url.removeprefix('http://')}")
    langfuse_server.page = "<html>Sign in to the network</html>"
    found = examined()
    assert found["requests to LangFuse go through a proxy"].seen == langfuse_server.url
    assert found["something else than LangFuse answers"].state == PROBLEM
    assert "Sign in to the network" in found["something else than LangFuse answers"].seen
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert "requests to LangFuse go through a proxy" not in examined()


def aged(seconds):
    moment = timezone.now() - timedelta(seconds=seconds)
    OutboxEntry.objects.update(created_at=moment, due_at=moment)


def test_nobody_runs_the_relay(langfuse_server):
    stored(an_answer())
    assert "nobody runs the relay" not in examined()
    aged(300)
    finding = examined()["nobody runs the relay"]
    assert finding.state == PROBLEM
    assert "never at work" in finding.seen
    Breaker.objects.succeeded()  # one was at work just now, and has much to do
    found = examined()
    assert "nobody runs the relay" not in found
    assert "a relay was at work" in found


def test_an_outbox_that_is_late(langfuse_server, settings):
    stored(an_answer())
    aged(3_600)
    assert "the oldest for 60 min" in examined()["the outbox is late"].seen
    settings.LANGFUSE_ENABLED = False
    assert "1 waiting" in examined()["what waits is not sent while LangFuse is off"].seen


def test_what_langfuse_refused_for_good(langfuse_server):
    stored(an_answer())
    OutboxEntry.objects.update(state="set aside", last_error="POST: 400 {\n'error': 'Invalid span'}")
    finding = examined()["LangFuse refused entries for good"]
    assert finding.state == PROBLEM
    assert "1 set aside" in finding.seen
    assert "Invalid span" in finding.seen


def test_the_breaker_says_for_how_long_and_why(langfuse_server):
    Breaker.objects.failed("POST: 503 Service Unavailable", whole=False)
    assert examined()["the last requests failed"].state == WARNING
    Breaker.objects.failed("POST: 503 Service Unavailable", whole=True, retry_after=600)
    finding = examined()["the relay pauses, for LangFuse fails"]
    assert finding.state == PROBLEM
    assert "10 min more" in finding.seen
    assert "503 Service Unavailable" in finding.seen
    Breaker.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    assert examined()["the relay is about to try LangFuse again"].state == WARNING


def test_traces_from_before_langfuse(langfuse_server, settings):
    settings.LANGFUSE_ENABLED = False
    stored(an_answer())
    settings.LANGFUSE_ENABLED = True
    finding = examined()["traces from before LangFuse was on are not there"]
    assert "1 kept here" in finding.seen
    assert finding.todo == f"manage.py relay --backfill --since {timezone.localdate()}"


def test_traces_without_people(langfuse_server):
    stored(an_answer())
    assert examined()["traces without a user"].state == OK
    Trace.objects.update(user_pseudonym="", session_id="")
    found = examined()
    assert found["no trace has a user"].state == found["no trace has a session"].state == WARNING


def test_models_without_a_price_and_traces_without_a_model(langfuse_server, settings):
    stored(an_answer())
    assert "llama3.1:8b" in examined()["no price list is kept, each cost is 0"].seen
    ModelPrice.objects.create(pattern="gpt", input_price=Decimal("0.1"), valid_from=timezone.localdate())
    forget_prices()
    assert examined()["models without a price cost 0"].seen == "llama3.1:8b"
    settings.COST_CURRENCY = "EUR"
    assert examined()["every price is in another currency"].state == WARNING
    Trace.objects.update(used_models=[])
    assert examined()["no trace names a model"].state == WARNING


def test_costs_in_euros_are_shown_as_dollars(langfuse_server, settings):
    settings.COST_CURRENCY = "EUR"
    ModelPrice.objects.create(pattern=".*", input_price=Decimal("0.1"), valid_from=timezone.localdate())
    forget_prices()
    stored(an_answer())
    assert examined()["LangFuse shows each cost with a dollar sign"].seen == "they are in EUR"


def test_an_empty_shop(langfuse_server):
    Prompt.objects.all().delete()
    found = examined()
    assert found["no trace is stored here"].state == WARNING
    assert found["there are no prompts"].state == PROBLEM


def test_tables_that_cannot_be_read_are_a_finding_too(langfuse_server, monkeypatch):
    monkeypatch.setattr(OutboxEntry._meta, "db_table", "not_migrated")
    finding = examined(send=True)["the tables cannot be read"]
    assert finding.state == PROBLEM
    assert "not_migrated" in finding.seen


def test_the_command_fails_on_a_problem_alone(langfuse_server, settings):
    code, text = run("--no-send")
    assert code == 0
    assert "0 problems" in text
    settings.LANGFUSE_SECRET_KEY = "sk-lf-wrong"
    code, text = run()
    assert code == 1
    assert "problem  keys       LangFuse refuses the keys: 401" in text
    assert "→ Copy both keys of one project again" in text
    assert "sk-lf-wrong" not in text


def test_the_command_as_json(langfuse_server, settings):
    settings.LANGFUSE_SAMPLE_RATE = 0
    code, text = run("--json", "--no-send")
    assert code == 1
    finding = next(f for f in json.loads(text)["findings"] if f["title"] == "no part of the traces is sent")
    assert set(finding) == {"area", "state", "title", "seen", "todo"}
    assert finding["state"] == "problem"


def test_what_a_server_says_cannot_command_the_terminal(langfuse_server):
    langfuse_server.page = "\x1b]0;owned\x07<html>"
    assert "\x1b" not in run("--no-send")[1]
