"""The one place that speaks to LangFuse, in the HTTP API of its servers from version 4 on.

What a server answers, and what that means, was tried out: a 200 for spans says that they are queued, not kept.
"""

import gzip
import json
import logging
import ssl
import time
from collections.abc import Collection, Iterator
from email.utils import parsedate_to_datetime
from functools import cache
from types import TracebackType
from typing import Any, Self

import httpx
from django.conf import settings
from django.utils import timezone

from tracing.metrics import LANGFUSE_SECONDS
from tracing.plain import clean

log = logging.getLogger(__name__)

SPANS, SCORES = "/api/public/otel/v1/traces", "/api/public/scores"
SHOWN_SPANS, SHOWN_SCORES = "/api/public/v2/observations", "/api/public/v3/scores"
INGESTION_VERSION = "4"
PAGE = 1_000  # observations, the most that LangFuse gives at once
PAGES = 50  # of one question
LONGEST_ANSWER = 64_000_000  # bytes
DRIPPING = 3  # times LANGFUSE_TIMEOUT: an answer that takes longer, a few bytes at a time, is broken off
LONGEST_WAIT = 3_600  # seconds that LangFuse may ask us to wait
UNACCEPTABLE = {400, 413, 415, 422}  # the same bytes will never be taken


class LangFuseError(Exception):
    """LangFuse did not do what was asked.

    `retry_after`: seconds that LangFuse asked to wait. `whole`: the next request would meet the same.
    """

    def __init__(self, message: str, retry_after: float | None = None, whole: bool = True) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.whole = whole


class Unavailable(LangFuseError):
    """Not now: down, slow, busy, or set up wrongly on either side. The same may succeed later."""


class Unacceptable(LangFuseError):
    """LangFuse will never take this."""


@cache
def tls() -> ssl.SSLContext:
    """Made once, because reading the certificates takes longer than most requests."""
    return httpx.create_ssl_context()


class LangFuse:
    """One connection. Every method raises Unavailable or Unacceptable."""

    def __init__(self) -> None:
        self.answers = 0
        """Requests that succeeded."""
        self._takes_filters = True
        self._http = httpx.Client(
            base_url=settings.LANGFUSE_HOST,
            auth=(settings.LANGFUSE_PUBLIC_KEY, settings.LANGFUSE_SECRET_KEY),
            timeout=settings.LANGFUSE_TIMEOUT,
            verify=tls(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def send_spans(self, body: bytes) -> None:
        """An ExportTraceServiceRequest, or several one after the other, which is one again. All or nothing."""
        headers = {
            "content-type": "application/x-protobuf",
            "content-encoding": "gzip",
            "x-langfuse-ingestion-version": INGESTION_VERSION,
        }
        self._ask("send spans", "POST", SPANS, content=gzip.compress(body, 6, mtime=0), headers=headers)

    def send_score(self, body: bytes) -> None:
        try:
            self._send_scores(body)
        except Unacceptable:  # servers from 4.59 on document a list of scores
            self._send_scores(b"[" + body + b"]")

    def _send_scores(self, body: bytes) -> None:
        self._ask("send score", "POST", SCORES, content=body, headers={"content-type": "application/json"})

    def span_ids(self, *trace_ids: str, wanted: Collection[str] = ()) -> set[str]:
        """Ids of the observations of these traces that LangFuse shows; of those that are wanted, it is read no further
        than it takes to find them.
        """
        return {str(row["id"]) for row in self.observations(trace_ids, "core", wanted)}

    def observations(
        self, trace_ids: Collection[str], fields: str, wanted: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """What LangFuse shows of these traces, in its groups of fields. One question for all traces, or one a trace
        where LangFuse heeds no such filter: refuses it, shows other traces, or finds nothing where there is something.
        """
        if len(trace_ids) > 1 and self._takes_filters:
            try:
                found = list(self._observations({"filter": any_of(trace_ids)}, trace_ids, fields, wanted))
                if found or not self._of_one(next(iter(trace_ids)), fields, wanted):
                    return found
                log.info("LangFuse is asked for one trace after the other: its filter does not find what there is")
            except Unacceptable as error:
                log.info("LangFuse is asked for one trace after the other: %s", error)
            self._takes_filters = False
        return [row for trace_id in trace_ids for row in self._of_one(trace_id, fields, wanted)]

    def _of_one(self, trace_id: str, fields: str, wanted: Collection[str]) -> list[dict[str, Any]]:
        return list(self._observations({"traceId": trace_id}, [trace_id], fields, wanted))

    def _observations(
        self, query: dict[str, str], trace_ids: Collection[str], fields: str, wanted: Collection[str]
    ) -> Iterator[dict[str, Any]]:
        missing = set(wanted)
        for row in self._read("read spans", SHOWN_SPANS, {**query, "fields": fields, "limit": str(PAGE)}):
            if row.get("traceId") not in trace_ids:
                raise Unacceptable(f"GET {SHOWN_SPANS} was answered with a trace that nobody asked for")
            yield row
            missing.discard(str(row["id"]))
            if wanted and not missing:
                break

    def scores(self, *score_ids: str) -> list[dict[str, Any]]:
        """What LangFuse shows under these ids, with value and comment."""
        query = {"id": ",".join(score_ids), "fields": "core,details"}
        try:
            return list(self._read("read scores", SHOWN_SCORES, query))
        except Unacceptable:  # by its documents the group of core fields has no name
            return list(self._read("read scores", SHOWN_SCORES, {**query, "fields": "details"}))

    def _read(self, request: str, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        for _ in range(PAGES):
            page = self._page(request, path, query)
            yield from page["data"]
            cursor = (page.get("meta") or {}).get("cursor")
            if not cursor or not page["data"]:
                break
            query = {**query, "cursor": cursor}

    def _page(self, request: str, path: str, query: dict[str, str]) -> dict[str, Any]:
        answer = self._ask(request, "GET", path, params=query)
        try:
            page = answer.json()
        except ValueError as error:  # no JSON, or no text
            raise Unavailable(f"GET {path} was answered by something that is not LangFuse") from error
        rows = page.get("data") if isinstance(page, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
            raise Unavailable(f"GET {path} was answered without data")
        return dict(page)

    def _ask(self, request: str, method: str, path: str, **arguments: Any) -> httpx.Response:
        started, outcome = time.perf_counter(), ""
        try:
            with self._http.stream(method, path, **arguments) as answer:
                whole = read_whole(answer, started + DRIPPING * settings.LANGFUSE_TIMEOUT)
            outcome = str(answer.status_code)
        except httpx.HTTPError as error:
            outcome = type(error).__name__
            raise Unavailable(f"{settings.LANGFUSE_HOST} does not answer: {outcome} {error}".rstrip()) from error
        finally:
            LANGFUSE_SECONDS.labels(request, outcome).observe(time.perf_counter() - started)
        if whole.is_success:
            self.answers += 1
            return whole
        raise failure_of(whole)


def any_of(trace_ids: Collection[str]) -> str:
    """LangFuse's filter for observations of these traces."""
    return json.dumps(
        [{"type": "stringOptions", "column": "traceId", "operator": "any of", "value": list(trace_ids)}],
        separators=(",", ":"),
    )


def read_whole(answer: httpx.Response, end: float) -> httpx.Response:
    """The answer with its body. Raises httpx.HTTPError where that does not come by then or never ends."""
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > LONGEST_ANSWER:
            raise httpx.ReadError(f"an answer of more than {LONGEST_ANSWER:,} bytes", request=answer.request)
        if time.perf_counter() > end:
            raise httpx.ReadTimeout("the answer came too slowly", request=answer.request)
    kept = {
        name: answer.headers[name] for name in ("content-type", "retry-after", "location") if name in answer.headers
    }
    return httpx.Response(answer.status_code, headers=kept, content=bytes(body), request=answer.request)


def failure_of(answer: httpx.Response) -> LangFuseError:
    said = (
        f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {clean(answer.text[:500])}".rstrip()
    )
    if answer.status_code in UNACCEPTABLE:
        return Unacceptable(said)
    if answer.status_code in {401, 403}:
        said = f"LangFuse refuses the keys; check LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY. {said}"
    elif answer.status_code == 404 or answer.is_redirect:
        said = f"There is no LangFuse of a known version at LANGFUSE_HOST. {said}"
    return Unavailable(said, seconds(answer.headers.get("retry-after", "")), whole=not answer.is_server_error)


def seconds(retry_after: str) -> float | None:
    """Of a Retry-After header: a number of seconds or a date."""
    if retry_after.isdecimal():
        return min(LONGEST_WAIT, float(retry_after))
    try:
        wanted = (parsedate_to_datetime(retry_after) - timezone.now()).total_seconds()
        return min(LONGEST_WAIT, max(0.0, wanted))
    except (ValueError, TypeError):  # no header, or no date in it: our own backoff decides
        return None
