"""The HTTP of the loopback LangFuse, and what can go wrong with it."""

import base64
import binascii
import json
import sys
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from tests.langfuse_server import LangFuseServer


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int = 0


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def get_request(self) -> Any:
        self.RequestHandlerClass.langfuse.connections += 1  # type: ignore[attr-defined]
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked may be gone before the answer: killed, or tired of waiting."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    langfuse: "LangFuseServer"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer goes in two pieces, and the second would wait 40 ms for the first

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
        self.answer()

    def answer(self) -> None:
        server, url = self.langfuse, urlsplit(self.path)
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length // 2 if server.half_reads else length)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        request = Request(self.command, url.path, query, headers, body)
        server.requests.append(request)
        if server.hangs:
            server.released.wait()
        if meanwhile := server.meanwhile:
            server.meanwhile = None
            meanwhile()
        time.sleep(server.slowness)
        if server.hangs or server.half_reads or server.away:
            self.close_connection = True
            return
        route = server.route(self.command, url.path)
        if server.status:
            status, said = server.status, {"error": "as the test wants it"}
        elif server.page:
            request.status = 200
            self.reply(200, server.page.encode(), {"content-type": "text/html"})
            return
        elif url.path != "/api/public/health" and (refusal := self.refusal()):
            status, said = refusal, {"error": "Invalid credentials"}
        elif route is None:
            status, said = 404, {"error": "Not found"}
        else:
            status, said = route(server, request)
        request.status = status
        self.reply(status, json.dumps(said).encode(), server.headers if server.status else {})

    def refusal(self) -> int:
        """0 for who may come in. The right secret with another public key was accepted; a public key alone may not
        read, and one that is not known is not let in at all."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            return 403 if token == self.langfuse.public_key else 401
        try:
            _, _, secret = base64.b64decode(token).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return 401
        return 0 if scheme == "Basic" and secret == self.langfuse.secret_key else 401

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string((timestamp or time.time()) + self.langfuse.clock)

    def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.langfuse.half_answers:
            self.close_connection, body = True, body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """A test's output is no place for an access log."""
