import json
import logging
import re

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from langfuse import Langfuse

from tracing import context
from tracing.context import TraceContext, entered, new_trace_id
from tracing.logs import MaskedJson, RequestIds
from tracing.middleware import TracingMiddleware
from tracing.spans import observe, observe_root, present


def answered(**headers):
    """The answer's ids, and the context that the view saw."""
    seen = []

    def view(_request):
        seen.append(context.current())
        return HttpResponse()

    names = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    answer = TracingMiddleware(view)(RequestFactory().get("/", **names))
    assert context.current() is None
    assert (answer["X-Trace-ID"], answer["X-Request-ID"]) == (seen[0].trace_id, seen[0].request_id)
    return seen[0]


def test_a_callers_trace_is_taken_up():
    here = answered(traceparent=f"00-{'ab' * 16}-{'cd' * 8}-01", **{"X-Request-ID": "order-17"})
    assert here == TraceContext("ab" * 16, "cd" * 8, request_id="order-17")


@pytest.mark.parametrize(
    "traceparent",
    [
        "", "nonsense", "00-" + "a" * 9999,
        f"00-{'0' * 32}-{'cd' * 8}-01", f"00-{'ab' * 16}-{'0' * 16}-01", f"ff-{'ab' * 16}-{'cd' * 8}-01",
        f"00-{'AB' * 16}-{'cd' * 8}-01", f"00-{'ab' * 15}-{'cd' * 8}-01", f"00-{'ab' * 16}-{'cd' * 8}",
    ],
)  # fmt: skip
def test_what_is_no_traceparent_is_ignored(traceparent):
    here = answered(traceparent=traceparent)
    assert here.parent_span_id == ""
    assert re.fullmatch("[0-9a-f]{32}", here.trace_id)
    assert here.trace_id != answered(traceparent=traceparent).trace_id


def test_a_repeated_request_of_one_caller_has_one_trace():
    first = answered(**{"X-Request-ID": "17", "Authorization": "Bearer a"})
    assert first.trace_id == Langfuse.create_trace_id(seed="Bearer a\n17")  # as the caller can reckon it too
    assert first == answered(**{"X-Request-ID": "17", "Authorization": "Bearer a"})
    assert first.trace_id != answered(**{"X-Request-ID": "18", "Authorization": "Bearer a"}).trace_id
    assert first.trace_id != answered(**{"X-Request-ID": "17", "Authorization": "Bearer b"}).trace_id
    assert answered(**{"X-Request-ID": "17", "X-API-Key": "a"}) != answered(**{"X-Request-ID": "17", "X-API-Key": "b"})


@pytest.mark.parametrize("request_id", ["", "a b", "x" * 129, "<script>", "ü", "a\x00b"])
def test_a_hostile_request_id_is_replaced(request_id):
    here = answered(**{"X-Request-ID": request_id})
    assert re.fullmatch("[0-9a-f]{32}", here.request_id)
    assert here.trace_id != answered(**{"X-Request-ID": request_id}).trace_id


def test_seeded_ids_are_those_of_langfuses_sdk():
    for seed in ("order-17", "ü", "x" * 10_000):
        assert new_trace_id(seed) == Langfuse.create_trace_id(seed=seed)


def test_logs_carry_the_ids_where_there_is_a_context(caplog):
    def line():
        record = logging.makeLogRecord({"msg": "hello"})
        assert RequestIds().filter(record)
        return json.loads(MaskedJson("%(message)s").format(record))

    assert line() == {"message": "hello"}
    with entered(TraceContext("ab" * 16, request_id="17")):
        assert line() == {"message": "hello", "trace_id": "ab" * 16, "request_id": "17"}
        with observe_root("answer") as root:
            assert line()["trace_id"] == root.trace_id


def streamed(pieces):
    return TracingMiddleware(lambda _request: StreamingHttpResponse(pieces()))(RequestFactory().get("/"))


def test_a_streamed_answer_belongs_to_the_trace_of_its_header():
    roots = []

    def pieces():
        with observe_root("answer") as root:
            roots.append(root)
            yield b"one "
            with observe("two"):
                yield b"two"

    answer = streamed(pieces)
    assert answer.getvalue() == b"one two"
    assert [seen.name for seen in roots[0].spans] == ["answer", "two"]
    assert roots[0].trace_id == answer["X-Trace-ID"]
    assert present() is None
    assert context.current() is None


def test_so_does_one_that_is_made_asynchronously():
    roots = []

    async def pieces():
        with observe_root("answer") as root:
            roots.append(root)
            yield b"one"

    answer = streamed(pieces)
    with pytest.warns(Warning, match="asynchronous iterators"):  # Django's, under WSGI
        assert list(answer) == [b"one"]
    assert roots[0].trace_id == answer["X-Trace-ID"]


@pytest.mark.django_db  # Django looks after its connections when an answer is closed
def test_a_client_that_leaves_a_streamed_answer_leaves_a_warning():
    roots = []

    def pieces():
        with observe_root("answer") as root:
            roots.append(root)
            for word in (b"one", b"two"):
                with observe("word"):
                    yield word

    answer = streamed(pieces)
    assert next(iter(answer)) == b"one"
    answer.close()  # as every WSGI server does
    assert [(seen.level, seen.status_message) for seen in roots[0].spans] == [
        ("WARNING", "stopped before its end (GeneratorExit)")
    ] * 2
    assert present() is None


@pytest.mark.django_db
def test_a_file_goes_out_as_a_file(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("a,b")
    answer = TracingMiddleware(lambda _request: FileResponse(path.open("rb")))(RequestFactory().get("/"))
    assert answer.file_to_stream  # type: ignore[attr-defined]
    answer.close()


def test_what_is_refused_before_any_view_has_its_ids_too():
    refused = Client(enforce_csrf_checks=True).post("/sign-in/")
    assert refused.status_code == 403
    assert re.fullmatch("[0-9a-f]{32}", refused["X-Trace-ID"])
    assert refused["X-Request-ID"]
