"""A LangFuse on loopback: real HTTP, and the answers that a real server 4.16 gave when it was tried."""

import gzip
import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from tests.langfuse_http import Handler, Request, Server
from tests.tracing.decoding import decoded

TYPES = {"SPAN", "GENERATION", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "EMBEDDING", "GUARDRAIL"}
LEVELS = {"DEBUG", "DEFAULT", "WARNING", "ERROR"}
KNOWN = {
    "langfuse.environment", "langfuse.release", "langfuse.version", "langfuse.trace.name", "langfuse.trace.tags",
    "langfuse.trace.public", "langfuse.internal.is_app_root", "langfuse.internal.as_root",
} | {
    f"langfuse.observation.{name}"
    for name in (
        "type", "level", "status_message", "input", "output", "model.name", "model.parameters", "usage_details",
        "cost_details", "completion_start_time", "prompt.name", "prompt.version",
    )
}  # fmt: skip
KNOWN_PREFIXES = ("langfuse.trace.metadata", "langfuse.observation.metadata", "langfuse.experiment.")
SCORE_LIMIT = 1_000_000  # bytes
STATUS_ERROR = 2


@dataclass
class LangFuseServer:
    """What a test may look at, and turn."""

    public_key: str = "pk-lf-test"
    secret_key: str = "sk-lf-test"
    status: int = 0  # answer every request with it
    headers: dict[str, str] = field(default_factory=dict)  # of those answers
    hangs: bool = False
    half_reads: bool = False  # the body, and closes
    half_answers: bool = False  # and closes
    slowness: float = 0  # seconds until it answers
    meanwhile: Callable[[], None] | None = None  # happens once, while a request is under way
    poison: set[str] = field(default_factory=set)  # trace ids whose spans are refused
    drops: bool = False  # says 200 and keeps nothing, as with its ClickHouse down
    delay: float = 0  # seconds until something is visible
    takes_lists: bool = False  # scores as servers from 4.59 on take them
    takes_filters: bool = True  # in questions for observations
    version: str = "4.16.0"
    project: str = "project-1"  # its id
    clock: float = 0  # seconds that its clock is ahead
    page: str = ""  # what a proxy before it says in its place
    connections: int = 0  # also those on which nothing was asked
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)  # a span sent twice is there twice
    score_rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        """Also again after a stop, at the same address and with all it knew."""
        self._http = Server(("127.0.0.1", self.port), type("Bound", (Handler,), {"langfuse": self}))
        self.released = threading.Event()
        self.away, self.port = False, self._http.server_port
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        if not self.away:
            self.away = True
            self.released.set()
            self._http.shutdown()
            self._http.server_close()

    @property
    def observations(self) -> dict[str, dict[str, Any]]:
        """By id, as after ClickHouse merged: the newer row wins whole."""
        return {row["id"]: row for row in self.rows}

    @property
    def scores(self) -> dict[str, dict[str, Any]]:
        return self.score_rows

    def sent(self, path: str) -> list[Request]:
        """The requests to that path that were answered, in order."""
        return [request for request in self.requests if request.path == path and request.status]

    def route(self, method: str, path: str) -> Callable[["LangFuseServer", Request], tuple[int, Any]] | None:
        return ROUTES.get((method, path))

    # What the handler calls. Each returns status and answer.

    def take_spans(self, request: Request) -> tuple[int, Any]:
        if request.headers.get("content-type") != "application/x-protobuf":
            return 400, {"error": "Invalid content type"}
        if request.headers.get("x-langfuse-ingestion-version", "4") not in {"3", "4"}:
            return 400, {"error": "Unsupported ingestion version"}
        try:
            gzipped = request.headers.get("content-encoding") == "gzip"
            spans = decoded(gzip.decompress(request.body) if gzipped else request.body)
        except (DecodeError, OSError, EOFError, zlib.error):
            return 400, {"error": "Failed to parse OTel Protobuf Trace"}
        if any(not span["trace_id"] or not span["span_id"] for span in spans):
            return 400, {"error": "Invalid span"}
        if any(span["trace_id"] in self.poison for span in spans):
            return 400, {"error": "Invalid span, as the test wants it"}
        if not self.drops:
            self.rows += [self.observation(span) for span in spans]
        return 200, {"id": "job"} if spans else {}

    def observation(self, span: dict[str, Any]) -> dict[str, Any]:
        given = span["attributes"]
        for key in given:
            if key.startswith("langfuse.") and key not in KNOWN and not key.startswith(KNOWN_PREFIXES):
                self.complaints.append(f"unknown attribute {key}")
        name = "langfuse.observation."
        kind = given.get(f"{name}type", "generation" if f"{name}model.name" in given else "span").upper()
        failed = span["status"][0] == STATUS_ERROR
        level = given.get(f"{name}level", "ERROR" if failed else "DEFAULT")
        return {
            "id": span["span_id"],
            "traceId": span["trace_id"],
            "parentObservationId": span["parent_span_id"] or None,
            "name": span["name"],
            "startTime": span["start"],
            "endTime": span["end"],
            "type": kind if kind in TYPES else "SPAN",
            "level": level if level in LEVELS else "DEFAULT",
            "statusMessage": given.get(f"{name}status_message", span["status"][1] if failed else ""),
            "environment": given.get("langfuse.environment", "default"),
            "release": given.get("langfuse.release"),
            "userId": given.get("user.id", given.get("langfuse.user.id")),
            "sessionId": given.get("session.id", given.get("langfuse.session.id")),
            "traceName": given.get("langfuse.trace.name"),
            "tags": given.get("langfuse.trace.tags", []),
            "isRootObservation": given.get("langfuse.internal.is_app_root", not span["parent_span_id"]),
            "input": given.get(f"{name}input"),
            "output": given.get(f"{name}output"),
            "model": given.get(f"{name}model.name"),
            "modelParameters": self.details(given.get(f"{name}model.parameters")),
            "usageDetails": usage(self.details(given.get(f"{name}usage_details"))),
            "costDetails": costs(self.details(given.get(f"{name}cost_details"))),
            "promptName": given.get(f"{name}prompt.name") if kind == "GENERATION" else None,
            "promptVersion": given.get(f"{name}prompt.version") if kind == "GENERATION" else None,
            "metadata": {k.split("metadata.", 1)[1]: v for k, v in given.items() if "metadata." in k},
            "attributes": given,
            "scope": span["scope"],
            "visible": time.monotonic() + self.delay,
        }

    def details(self, text: str | None) -> dict[str, Any]:
        try:
            value = json.loads(text or "{}")
        except json.JSONDecodeError:
            self.complaints.append(f"no JSON: {text}")
            return {}
        return value if isinstance(value, dict) else {}

    def take_score(self, request: Request) -> tuple[int, Any]:
        if len(request.body) > SCORE_LIMIT:
            return 413, {"error": "Body exceeded 1mb limit"}
        try:
            body = json.loads(request.body)
        except json.JSONDecodeError:
            return 400, {"error": "Invalid JSON"}
        if isinstance(body, list) != self.takes_lists:
            return 400, {"error": "Invalid request data"}
        score = body[0] if self.takes_lists else body
        subjects = [key for key in ("traceId", "sessionId", "datasetRunId") if score.get(key)]
        if len(subjects) != 1 or not score.get("name") or not isinstance(score.get("value"), int | float):
            return 400, {"error": "Invalid request data"}
        if not self.drops:
            known = self.score_rows.get(score["id"], {"timestamp": time.time()})
            changed = {key: value for key, value in score.items() if value is not None and key != "timestamp"}
            self.score_rows[score["id"]] = known | changed | {"visible": time.monotonic() + self.delay}
        return (202 if self.takes_lists else 200), {"id": score["id"]}

    def read_observations(self, request: Request) -> tuple[int, Any]:
        query, now = request.query, time.monotonic()
        rows = [row for row in self.rows if row["visible"] <= now]
        if "filter" in query:  # takes precedence over the others
            if not self.takes_filters:
                return 400, {"error": "Invalid request data"}
            wanted = trace_filter(query["filter"])
            rows = [row for row in rows if row["traceId"] in wanted]
        else:
            for key in ("traceId", "userId", "sessionId"):
                rows = [row for row in rows if key not in query or row[key] == query[key]]
        start, limit = int(query.get("cursor", 0)), min(int(query.get("limit", 50)), 1000)
        shown = [{k: v for k, v in row.items() if k not in {"attributes", "visible"}} for row in rows]
        meta = {"cursor": str(start + limit)} if start + limit < len(rows) else {}
        return 200, {"data": shown[start : start + limit], "meta": meta}

    def read_scores(self, request: Request) -> tuple[int, Any]:
        if "userId" in request.query:
            return 400, {"error": "Invalid request data"}
        wanted = request.query.get("id", "").split(",")
        details = "details" in request.query.get("fields", "")
        rows = [
            {k: v for k, v in row.items() if k != "visible" and (details or k != "comment")}
            for key, row in self.score_rows.items()
            if row["visible"] <= time.monotonic() and ("id" not in request.query or key in wanted)
        ]
        return 200, {"data": rows, "meta": {}}

    def read_projects(self, request: Request) -> tuple[int, Any]:
        return 200, {"data": [{"id": self.project, "name": "Shop"}]}

    def delete_traces(self, request: Request) -> tuple[int, Any]:
        """With their scores; those of ids that it does not know too."""
        gone = set(json.loads(request.body)["traceIds"])
        self.rows = [row for row in self.rows if row["traceId"] not in gone]
        self.score_rows = {key: row for key, row in self.score_rows.items() if row.get("traceId") not in gone}
        return 200, {"message": "Traces deleted successfully"}


def usage(given: dict[str, Any]) -> dict[str, int]:
    counts = {key: n for key, n in given.items() if isinstance(n, int) and n >= 0}
    return {**counts, "total": counts.get("total", sum(counts.values()))} if counts else {}


def costs(given: dict[str, Any]) -> dict[str, float]:
    return {key: n if isinstance(n, int | float) else 0 for key, n in given.items()}


def trace_filter(text: str) -> list[str]:
    """The trace ids that a filter of exactly this kind asks for. Raises ValueError for any other."""
    match json.loads(text):
        case [{"type": "stringOptions", "column": "traceId", "operator": "any of", "value": [*trace_ids]}]:
            return [str(trace_id) for trace_id in trace_ids]
    raise ValueError(text)


ROUTES = {
    ("POST", "/api/public/otel/v1/traces"): LangFuseServer.take_spans,
    ("POST", "/api/public/scores"): LangFuseServer.take_score,
    ("GET", "/api/public/v2/observations"): LangFuseServer.read_observations,
    ("GET", "/api/public/v3/scores"): LangFuseServer.read_scores,
    ("GET", "/api/public/projects"): LangFuseServer.read_projects,
    ("DELETE", "/api/public/traces"): LangFuseServer.delete_traces,
    ("GET", "/api/public/health"): lambda server, request: (200, {"status": "OK", "version": server.version}),
}


Kind = TypeVar("Kind", bound=LangFuseServer)


def pointed_to(server: Kind, settings: Any) -> Iterator[Kind]:
    """For fixtures: a LangFuse that the settings point to. What it received must make sense to it."""
    settings.LANGFUSE_ENABLED = True
    settings.LANGFUSE_HOST = settings.LANGFUSE_PUBLIC_URL = server.url
    settings.LANGFUSE_PUBLIC_KEY, settings.LANGFUSE_SECRET_KEY = server.public_key, server.secret_key
    yield server
    server.stop()
    assert not server.complaints


@pytest.fixture
def langfuse_server(settings: Any) -> Iterator[LangFuseServer]:
    yield from pointed_to(LangFuseServer(), settings)
