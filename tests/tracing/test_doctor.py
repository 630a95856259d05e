"""Each fault is a real one: of settings, of a server on loopback, or of rows."""

import json
import socket
import threading
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import httpx
import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.langfuse_server import ROUTES
from tests.tracing.answers import an_answer, stored
from tracing.costs import forget_prices
from tracing.doctor import server as server_checks
from tracing.doctor.examination import examine
from tracing.doctor.probe import Answer
from tracing.models import Breaker, ModelPrice, OutboxEntry, Prompt, Trace

pytestmark = pytest.mark.django_db

PROBLEM, WARNING, OK = "problem", "warning", "ok"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr("tracing.doctor.round_trip.PAUSE", 0.01)


def examined(*, send=False, wait=5.0):
    """The findings by their titles, each said once."""
    findings = list(examine(send=send, wait=wait))
    by_title = {finding.title: finding for finding in findings}
    assert len(by_title) == len(findings)
    assert all(finding.todo for finding in findings if finding.state != OK)
    assert not any("\n" in finding.seen + finding.todo for finding in findings)
    return by_title


def run(*arguments):
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


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


def fail(server, settings, how):
    settings.LANGFUSE_TIMEOUT = 2
    match how:
        case "gone":
            server.stop()
        case "hanging":
            server.hangs, settings.LANGFUSE_TIMEOUT = True, 0.2
        case "unknown":
            settings.LANGFUSE_HOST = "https://langfuse.invalid"
        case "not encrypted":
            settings.LANGFUSE_HOST = server.url.replace("http:", "https:")
        case "moved":
            server.status, server.headers = 301, {"Location": "https://langfuse.example/"}
        case "ill":
            server.status = 500
        case "nonsense":
            settings.LANGFUSE_HOST = "http://[not an address"
        case _:
            server.status = how


@pytest.mark.parametrize(
    ("how", "title"),
    [
        ("gone", "nobody listens at the host's port"),
        ("hanging", "LangFuse does not answer in time"),
        ("unknown", "the host's name is unknown"),
        ("not encrypted", "the encryption fails"),
        ("moved", "the host sends us elsewhere"),
        ("ill", "LangFuse is ill"),
        (404, "something else than LangFuse answers"),
        (403, "something else than LangFuse answers"),
    ],
)
def test_a_host_that_does_not_answer_as_langfuse_is_told_apart(langfuse_server, settings, how, title):
    fail(langfuse_server, settings, how)
    found = examined(send=True)
    assert [t for t, finding in found.items() if finding.area == "host"] == [title]
    assert found[title].state == PROBLEM
    assert "the outbox is in time" in found  # the rest is looked at
    assert not any(finding.area == "test" for finding in found.values())  # nothing is sent there
    assert langfuse_server.sent("/api/public/otel/v1/traces") == []


@contextmanager
def dripping():
    """A server that gives a byte of its answer now and then, and never ends."""
    ended, listener = threading.Event(), socket.create_server(("127.0.0.1", 0))

    def drip():
        with listener.accept()[0] as connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not ended.wait(0.05):
                connection.sendall(b"x")

    threading.Thread(target=drip, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    ended.set()
    listener.close()


def test_a_server_that_drips_its_answer_does_not_hold_the_doctor(langfuse_server, settings):
    settings.LANGFUSE_TIMEOUT = 0.3
    with dripping() as url:
        settings.LANGFUSE_HOST = url
        assert examined()["LangFuse does not answer in time"].state == PROBLEM


def test_refused_keys(langfuse_server, settings):
    settings.LANGFUSE_SECRET_KEY = "sk-lf-wrong"
    finding = examined(send=True)["LangFuse refuses the keys"]
    assert finding.state == PROBLEM
    assert "401" in finding.seen
    assert langfuse_server.sent("/api/public/otel/v1/traces") == []


def test_a_wrong_public_key_that_langfuse_lets_in(langfuse_server, settings):
    settings.LANGFUSE_PUBLIC_KEY = "pk-lf-of-another-project"
    found = examined(send=True)
    assert found["the public key is unknown to LangFuse"].state == WARNING
    assert "the test trace came back" in found


@pytest.mark.parametrize(
    ("status", "text", "title"),
    [
        (429, "{}", "LangFuse asks us to wait"),
        (500, "{}", "LangFuse does not show observations"),
        (200, "<html>", "LangFuse does not show observations"),
    ],
)
def test_observations_that_are_not_shown(status, text, title):
    (finding,) = server_checks.check_access(Answer(status, httpx.Headers(), text, 0))
    assert (finding.state, finding.title) == (PROBLEM, title)


def test_links_to_another_project(langfuse_server, settings):
    settings.LANGFUSE_PROJECT_ID = "project-2"
    finding = examined()["links lead to another project than the keys"]
    assert finding.state == WARNING
    assert finding.todo == "Set LANGFUSE_PROJECT_ID=project-1."
    settings.LANGFUSE_PROJECT_ID = "project-1"
    assert examined()["traces go to this project"].seen == "Shop (project-1)"


@pytest.mark.parametrize(
    ("version", "sdk", "states"),
    [
        ("3.120.1", "", {"this LangFuse is too old": PROBLEM}),
        ("2.95.0", "5.0.4", {"this LangFuse is too old": PROBLEM}),
        ("nonsense", "", {"this LangFuse is too old": PROBLEM}),
        ("4.16.0", "4.14.6", {"this version of LangFuse is spoken": OK}),
        ("4.16.0", "5.0.4", {"this version of LangFuse is spoken": OK,
                             "the installed SDK loses its scores on this server": WARNING}),
        ("v4.59.1", "5.0.4", {"this version of LangFuse is spoken": OK}),
        ("5.1.0", "5.0.4", {"this LangFuse is newer than what is known here": WARNING}),
    ],
)  # fmt: skip
def test_versions(langfuse_server, monkeypatch, version, sdk, states):
    monkeypatch.setattr(server_checks, "installed_sdk", lambda: sdk)
    langfuse_server.version = version
    found = examined()
    assert {title: finding.state for title, finding in found.items() if finding.area == "version"} == states


def test_clocks_that_differ(langfuse_server):
    langfuse_server.clock = 7_200
    finding = examined()["the clocks differ"]
    assert finding.state == PROBLEM
    assert "behind" in finding.seen
    langfuse_server.clock = -7_200
    assert "ahead" in examined()["the clocks differ"].seen


def test_a_slow_langfuse(langfuse_server, monkeypatch):
    monkeypatch.setattr(server_checks, "SLOW", 0)
    assert examined()["LangFuse is slow"].state == WARNING
    monkeypatch.setattr(server_checks, "patience", lambda: 0)
    assert examined()["LangFuse answers almost too late"].state == PROBLEM


def test_a_server_that_says_200_and_forgets(langfuse_server):
    langfuse_server.drops = True
    found = examined(send=True, wait=0.1)
    assert found["LangFuse takes a trace and does not show it"].state == PROBLEM
    assert found["LangFuse takes a score and does not show it"].state == PROBLEM


def test_a_server_that_shows_late(langfuse_server, monkeypatch):
    langfuse_server.delay = 0.1
    monkeypatch.setattr("tracing.doctor.round_trip.LATE", {"trace": 0.05, "score": 0.05})
    found = examined(send=True)
    assert found["the test trace came back late"].state == WARNING
    assert found["the test score came back late"].state == WARNING


def test_a_server_that_takes_nothing(langfuse_server, monkeypatch):
    monkeypatch.setitem(ROUTES, ("POST", "/api/public/otel/v1/traces"), lambda *_: (413, {"error": "too large"}))
    monkeypatch.setattr("tests.langfuse_server.SCORE_LIMIT", 0)
    found = examined(send=True)
    assert "413" in found["LangFuse does not take a trace"].seen
    assert found["LangFuse does not take a score"].state == PROBLEM


def test_a_server_that_reads_a_trace_in_another_way(langfuse_server, monkeypatch):
    read = langfuse_server.observation
    monkeypatch.setattr(langfuse_server, "observation", lambda span: {**read(span), "userId": None, "usageDetails": {}})
    finding = examined(send=True)["the test trace came back changed"]
    assert "user None in place of 'doctor'" in finding.seen
    assert "tokens None in place of 5" in finding.seen


@pytest.mark.parametrize("send", [True, False])
def test_the_test_trace_is_recognised_and_leaves_nothing(langfuse_server, send):
    examined(send=send)
    sent = langfuse_server.sent("/api/public/otel/v1/traces")
    assert len(sent) == send
    assert (langfuse_server.rows, langfuse_server.scores) == ([], {})
    assert not Trace.objects.exists()


def test_a_test_trace_that_cannot_be_deleted_is_named(langfuse_server, monkeypatch):
    monkeypatch.setitem(ROUTES, ("DELETE", "/api/public/traces"), lambda *_: (500, {"error": "no"}))
    finding = examined(send=True)["the test trace stays in LangFuse"]
    assert finding.state == WARNING
    assert langfuse_server.rows[0]["traceId"] in finding.seen
    assert langfuse_server.rows[0]["name"] in finding.todo


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
