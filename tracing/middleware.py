"""Each request's trace context: taken from the caller, or made."""

import re
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from tracing.context import TraceContext, entered, new_trace_id

# https://www.w3.org/TR/trace-context/#traceparent-header; later versions may add fields
TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")
REQUEST_ID = re.compile(r"[\w.:/+=@-]{1,128}", re.ASCII)


class TracingMiddleware:
    """Work in this request belongs to one trace, whose id and the request's own go back in the answer's headers.

    The trace is the caller's (`traceparent`); else the one of the caller's key and `X-Request-ID`, so that a
    repeated request has the same; else a new one. Nothing is stored here: a request that asks nothing leaves no trace.
    A streamed answer is made after this has returned, piece by piece, and belongs to the same trace.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with entered(context_of(request)) as here:
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            made: Any = response.streaming_content
            response.streaming_content = apieces(here, made) if response.is_async else pieces(here, made)
        response["X-Trace-ID"] = here.trace_id
        response["X-Request-ID"] = here.request_id
        return response


def context_of(request: HttpRequest) -> TraceContext:
    given = request.headers.get("X-Request-ID", "")
    request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    if caller := TRACEPARENT.fullmatch(request.headers.get("traceparent", "").strip()):
        return TraceContext(caller[1], parent_span_id=caller[2], request_id=request_id)
    if request_id != given:
        return TraceContext(new_trace_id(), request_id=request_id)
    # The caller's credentials are part of the seed: nobody lands in another's trace by guessing an id.
    headers = (request.headers.get(name, "") for name in ("Authorization", "X-API-Key", "Cookie"))
    credentials = next(filter(None, headers), "")
    return TraceContext(new_trace_id(f"{credentials}\n{request_id}"), request_id=request_id)


def pieces(here: TraceContext, made: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        with entered(here):
            piece = next(made, None)
        if piece is None:
            return
        yield piece


async def apieces(here: TraceContext, made: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        with entered(here):
            piece = await anext(made, None)
        if piece is None:
            return
        yield piece
