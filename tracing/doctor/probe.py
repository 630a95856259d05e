"""One request to LangFuse, told apart by how it fails."""

import json
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import httpx
from django.conf import settings

from tracing.doctor.configuration import shown
from tracing.doctor.findings import Finding, problem

LONGEST = 30  # seconds that one request may take, whatever LANGFUSE_TIMEOUT says

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: httpx.Headers
    text: str
    seconds: float

    @property
    def json(self) -> Any:
        """None where it is no JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def __str__(self) -> str:
        """Its status and the beginning of what it says, in one line."""
        return f"{self.status} {' '.join(self.text.split())[:120]}".rstrip()


def patience() -> float:
    """Seconds for one request."""
    return min(LONGEST, settings.LANGFUSE_TIMEOUT)


def ask(method: str, path: str, *, authorization: str = "", **arguments: Any) -> Answer:
    """Signed with the keys, or with the authorization given. Raises httpx.HTTPError or httpx.InvalidURL."""
    auth = None if authorization else (settings.LANGFUSE_PUBLIC_KEY, settings.LANGFUSE_SECRET_KEY)
    headers = {"authorization": authorization} if authorization else {}
    shared: dict[str, Any] = {"base_url": settings.LANGFUSE_HOST, "timeout": patience(), "verify": authorities()}
    with httpx.Client(auth=auth, headers=headers, **shared) as http:
        started = time.perf_counter()
        answer = within(patience() + 1, lambda: http.request(method, path, **arguments))
        return Answer(answer.status_code, answer.headers, answer.text, time.perf_counter() - started)


@cache
def authorities() -> ssl.SSLContext:
    """Reading them takes longer than most requests."""
    return httpx.create_ssl_context()


def within(seconds: float, call: Callable[[], T]) -> T:
    """What the call returns or raises; httpx.ReadTimeout once the time is over. httpx bounds each wait for bytes, so
    a server that gives one byte now and then would hold us for ever. The call must not use the database."""
    outcomes: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcomes.put((call(), None))
        except Exception as error:  # noqa: BLE001  raised again by whoever waits
            outcomes.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        result, error = outcomes.get(timeout=seconds)
    except queue.Empty:
        raise httpx.ReadTimeout(f"no whole answer within {seconds:g} s") from None
    if error:
        raise error
    return result  # type: ignore[return-value]


def unreachable(error: Exception) -> Finding:
    """Why there was no answer."""
    host = shown(settings.LANGFUSE_HOST)
    causes = list(chain(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return problem("host", "the host's name is unknown", host, "Correct LANGFUSE_HOST, or the DNS of this machine.")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return problem(
            "host",
            "nobody listens at the host's port",
            host,
            "Start LangFuse, or correct the port; in a container localhost is the container itself.",
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return problem(
            "host",
            "the encryption fails",
            f"{host}: {str(error)[:150]}",
            "Correct https:// or http://, the certificate, or set SSL_CERT_FILE to your authority's.",
        )
    if isinstance(error, httpx.TimeoutException):
        return problem(
            "host",
            "LangFuse does not answer in time",
            f"{host}, within {patience():g} s",
            "Look whether LangFuse's web container, its Redis and its PostgreSQL run; is a firewall between?",
        )
    return problem(
        "host",
        "the host cannot be reached",
        f"{host}: {type(error).__name__} {str(error)[:150]}".rstrip(),
        "Correct LANGFUSE_HOST, or the network between.",
    )


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
