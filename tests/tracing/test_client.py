from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest
from django.utils import timezone
from prometheus_client import REGISTRY

from tests.langfuse_server import ROUTES
from tracing.client import LangFuse, Unacceptable, Unavailable, failure_of, seconds


def test_how_long_langfuse_asks_to_wait():
    assert seconds("120") == 120
    in_a_minute = format_datetime(timezone.now() + timedelta(minutes=1), usegmt=True)
    assert 50 < (seconds(in_a_minute) or 0) <= 60
    assert seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert seconds("9" * 30) == 3600
    for nonsense in ("", "soon", "-5", "1.5e9999"):
        assert seconds(nonsense) is None


def test_what_a_refusal_says_can_be_stored():
    answer = httpx.Response(400, text="no\x00!", request=httpx.Request("GET", "http://langfuse/x"))
    assert isinstance(failure_of(answer), Unacceptable)
    assert str(failure_of(answer)) == "GET /x: 400 no\ufffd!"


@pytest.mark.parametrize("said", [[], {"data": None}, "hello", None])
def test_another_server_at_that_address_is_no_langfuse(langfuse_server, monkeypatch, said):
    monkeypatch.setitem(ROUTES, ("GET", "/api/public/v2/observations"), lambda _server, _request: (200, said))
    with LangFuse() as langfuse, pytest.raises(Unavailable, match="without data"):
        langfuse.span_ids("ab" * 16)


def test_a_trace_of_many_pages_is_read_whole(langfuse_server):
    langfuse_server.rows = [{"id": f"{n:016x}", "traceId": "ab" * 16, "visible": 0} for n in range(2500)]
    with LangFuse() as langfuse:
        assert len(langfuse.span_ids("ab" * 16)) == 2500
    assert len(langfuse_server.sent("/api/public/v2/observations")) == 3


def test_langfuses_times_are_measured(langfuse_server):
    def count():
        labels = {"request": "read spans", "outcome": "200"}
        return REGISTRY.get_sample_value("shopassist_langfuse_request_seconds_count", labels) or 0

    before = count()
    with LangFuse() as langfuse:
        langfuse.span_ids("ab" * 16)
    assert count() == before + 1
