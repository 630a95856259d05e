"""The loopback LangFuse with what an erasure needs of it: late deletion, scores by their subject, dataset items."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.langfuse_server import LangFuseServer

SCORES, ITEMS = "/api/public/scores/", "/api/public/dataset-items"


@dataclass
class DeletingServer(LangFuseServer):
    deletion_takes: float = 0  # seconds; a real one took up to 10
    keeps: bool = False  # answers 200 to a deletion and deletes nothing
    takes_items: bool = True
    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    def route(self, method: str, path: str) -> Callable[..., tuple[int, Any]] | None:
        if (method, path) == ("DELETE", "/api/public/traces"):
            return type(self).delete_traces_later
        if method == "DELETE" and path.startswith(SCORES):
            return type(self).delete_score
        if path.startswith(ITEMS) and self.takes_items:
            return type(self).read_items if method == "GET" else type(self).delete_item
        if (method, path) == ("GET", "/api/public/v3/scores"):
            return type(self).read_scores_of
        return super().route(method, path)

    def later(self, work: Callable[[], object]) -> None:
        if not self.keeps:
            threading.Timer(self.deletion_takes, work).start() if self.deletion_takes else work()

    def delete_traces_later(self, request: Any) -> tuple[int, Any]:
        self.later(lambda: self.delete_traces(request))
        return 200, {"message": "Traces deleted successfully"}

    def delete_score(self, request: Any) -> tuple[int, Any]:
        self.later(lambda: self.score_rows.pop(unquote(request.path.removeprefix(SCORES)), None))
        return 202, {"message": "Score deletion request received"}

    def read_scores_of(self, request: Any) -> tuple[int, Any]:
        status, answer = self.read_scores(request)
        for name in ("traceId", "sessionId"):
            if name in request.query:
                wanted = request.query[name].split(",")
                answer["data"] = [row for row in answer["data"] if row.get(name) in wanted]
        if "subject" in request.query.get("fields", ""):
            for row in answer["data"]:
                kind = "trace" if row.get("traceId") else "session"
                row["subject"] = {"kind": kind, "id": row.get(f"{kind}Id")}
        return status, answer

    def read_items(self, request: Any) -> tuple[int, Any]:
        wanted = request.query.get("sourceTraceId")
        found = [item for item in self.items.values() if wanted in (None, item["sourceTraceId"])]
        return 200, {"data": found, "meta": {"page": 1, "limit": 50, "totalItems": len(found), "totalPages": 1}}

    def delete_item(self, request: Any) -> tuple[int, Any]:
        key = unquote(request.path.removeprefix(f"{ITEMS}/"))
        if key not in self.items:
            return 404, {"error": "Dataset item not found"}
        self.later(lambda: self.items.pop(key, None))
        return 200, {"message": "Dataset item successfully deleted"}
