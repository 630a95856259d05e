"""Each fault is a real one, of a server on loopback."""

import socket
import threading
from contextlib import contextmanager, suppress

import httpx
import pytest

from tests.langfuse_server import ROUTES
from tests.tracing.examining import OK, PROBLEM, WARNING, examined, short_pauses
from tracing.doctor import server as server_checks
from tracing.doctor.probe import Answer
from tracing.models import Trace

__all__ = ["short_pauses"]

pytestmark = pytest.mark.django_db


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
        with listener.accept()[0] as connection, suppress(ConnectionError):  # the doctor leaves
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
