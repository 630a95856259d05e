"""A LangFuse that does nothing, as a process: takes spans at once and shows their ids when asked, or hangs.

.venv/bin/python -m bench.tracing.null_langfuse [--hang]     prints its URL; ends with its standard input
"""

import gzip
import json
import sys
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    hangs = False
    seen: dict[str, list[str]] = defaultdict(list)  # span ids by trace id

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self._hang()
        if self.path.endswith("/otel/v1/traces"):
            self._note(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
        self._answer({"id": "job"})

    def do_GET(self) -> None:
        self._hang()
        asked = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        wanted = [asked["traceId"]] if "traceId" in asked else json.loads(asked.get("filter", "[]"))
        if wanted and isinstance(wanted[0], dict):
            wanted = wanted[0]["value"]
        rows = [{"id": span, "traceId": trace} for trace in wanted for span in self.seen[trace]]
        start, limit = int(asked.get("cursor", 0)), int(asked.get("limit", 50))
        more = {"cursor": str(start + limit)} if start + limit < len(rows) else {}
        self._answer({"data": rows[start : start + limit], "meta": more})

    def _hang(self) -> None:
        if self.hangs:
            threading.Event().wait()

    def _note(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for span in resource.scope_spans[0].spans:
                self.seen[span.trace_id.hex()].append(span.span_id.hex())

    def _answer(self, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)


def main() -> None:
    Handler.hangs = "--hang" in sys.argv
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
