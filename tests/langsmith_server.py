"""A LangSmith on loopback: what its clients use to send runs in batches, POST /runs/batch."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tracing.langsmith.sender import sender

INFO = {"version": "0.15.0", "batch_ingest_config": {"use_multipart_endpoint": False, "size_limit_bytes": 20_971_520}}
NEEDED = {"id", "trace_id", "dotted_order", "name", "run_type", "start_time"}


@dataclass
class LangSmithServer:
    """What a test may look at, and turn."""

    api_key: str = "lsv2_pt_test"
    status: int = 0  # answer every request with it
    hangs: bool = False
    bodies: list[bytes] = field(default_factory=list)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)  # by id
    paths: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.came, self.released = threading.Event(), threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"langsmith": self}))
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def stop(self) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def take(self, path: str, key: str, body: bytes) -> int:
        self.paths.append(path)
        self.bodies.append(body)
        self.came.set()
        if self.hangs:
            self.released.wait()
        if self.status:
            return self.status
        if key != self.api_key:
            return 403
        if path != "/runs/batch":
            return 404
        return self.take_runs(json.loads(body)["post"])

    def take_runs(self, runs: list[dict[str, Any]]) -> int:
        for run in runs:
            placed = str(run.get("dotted_order"))
            if not run.keys() >= NEEDED or not placed.endswith(run["id"]) or run["trace_id"] not in placed:
                return 422
        if any(run["id"] in self.runs for run in runs):
            return 409
        self.runs |= {run["id"]: run for run in runs}
        return 202


class Handler(BaseHTTPRequestHandler):
    langsmith: LangSmithServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.reply(200, INFO if self.path == "/info" else {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.reply(self.langsmith.take(self.path, self.headers.get("x-api-key", ""), body), {})

    def reply(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """A test's output is no place for an access log."""


@pytest.fixture
def langsmith_server(settings: Any) -> Iterator[LangSmithServer]:
    """A LangSmith that the settings point to."""
    server = LangSmithServer()
    settings.LANGSMITH_ENABLED = True
    settings.LANGSMITH_ENDPOINT, settings.LANGSMITH_API_KEY = server.url, server.api_key
    settings.LANGSMITH_PROJECT = "side by side"
    sender.renew()
    yield server
    server.status, server.hangs = 0, False
    server.released.set()
    sender.failing = False
    sender.finish()
    sender.renew()
    server.stop()
