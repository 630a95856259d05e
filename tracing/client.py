"""The one place that speaks to LangFuse, in the HTTP API of its servers from version 4 on.

What a server answers, and what that means, was tried out: a 200 for spans says that they are queued, not kept.
"""

import gzip
import json
import time
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx
from django.conf import settings
from django.utils import timezone

from tracing.metrics import LANGFUSE_SECONDS
from tracing.plain import clean

INGESTION_VERSION = "4"
PAGE = 1_000  # observations, the most that LangFuse gives at once
LONGEST_WAIT = 3_600  # seconds that LangFuse may ask us to wait
UNACCEPTABLE = {400, 413, 415, 422}  # the same bytes will never be taken


class LangFuseError(Exception):
    """LangFuse did not do what was asked."""


class Unavailable(LangFuseError):
    """Not now: down, slow, busy, or set up wrongly on either side. The same may succeed later.

    `retry_after`: seconds that LangFuse asked to wait. `whole`: the next request would meet the same.
    """

    def __init__(self, message: str, retry_after: float | None = None, whole: bool = True) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.whole = whole


class Unacceptable(LangFuseError):
    """LangFuse will never take these bytes."""


class LangFuse:
    """One connection. Every method raises Unavailable or Unacceptable."""

    def __init__(self) -> None:
        self._http = httpx.Client(
            base_url=settings.LANGFUSE_HOST,
            auth=(settings.LANGFUSE_PUBLIC_KEY, settings.LANGFUSE_SECRET_KEY),
            timeout=settings.LANGFUSE_TIMEOUT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def send_spans(self, body: bytes) -> None:
        self._ask(
            "send spans",
            "POST",
            "/api/public/otel/v1/traces",
            content=gzip.compress(body, mtime=0),
            headers={
                "content-type": "application/x-protobuf",
                "content-encoding": "gzip",
                "x-langfuse-ingestion-version": INGESTION_VERSION,
            },
        )

    def send_score(self, body: bytes) -> None:
        try:
            self._send_scores(body)
        except Unacceptable:  # servers from 4.59 on document a list of scores
            self._send_scores(b"[" + body + b"]")

    def _send_scores(self, body: bytes) -> None:
        headers = {"content-type": "application/json"}
        self._ask("send score", "POST", "/api/public/scores", content=body, headers=headers)

    def span_ids(self, trace_id: str) -> set[str]:
        """Ids of the observations of this trace that LangFuse shows."""
        found: set[str] = set()
        query = {"traceId": trace_id, "fields": "core", "limit": str(PAGE)}
        while True:
            page = self._read("read spans", "/api/public/v2/observations", query)
            found |= {str(row["id"]) for row in page["data"]}
            cursor = page.get("meta", {}).get("cursor")
            if not cursor or not page["data"]:
                return found
            query["cursor"] = cursor

    def score(self, score_id: str) -> dict[str, Any] | None:
        """The score that LangFuse shows under this id, with its value and comment."""
        try:
            page = self._read("read score", "/api/public/v3/scores", {"id": score_id, "fields": "core,details"})
        except Unacceptable:  # by its documents the group of core fields has no name
            page = self._read("read score", "/api/public/v3/scores", {"id": score_id, "fields": "details"})
        return next((row for row in page["data"] if row["id"] == score_id), None)

    def _read(self, request: str, path: str, query: dict[str, str]) -> dict[str, Any]:
        answer = self._ask(request, "GET", path, params=query)
        try:
            page = answer.json()
        except json.JSONDecodeError as error:
            raise Unavailable(f"GET {path} was answered by something that is not LangFuse") from error
        if not isinstance(page, dict) or not isinstance(page.get("data"), list):
            raise Unavailable(f"GET {path} was answered without data")
        return page

    def _ask(self, request: str, method: str, path: str, **arguments: Any) -> httpx.Response:
        started, outcome = time.perf_counter(), ""
        try:
            answer = self._http.request(method, path, **arguments)
            outcome = str(answer.status_code)
        except httpx.HTTPError as error:
            outcome = type(error).__name__
            raise Unavailable(f"{settings.LANGFUSE_HOST} does not answer: {outcome} {error}".rstrip()) from error
        finally:
            LANGFUSE_SECONDS.labels(request, outcome).observe(time.perf_counter() - started)
        if answer.is_success:
            return answer
        raise failure_of(answer)


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
