"""One log line a request, without its query, its body or who is behind it."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("shopassist.access")


class AccessLogMiddleware:
    """Logs the route where the URL has one: what stands in its place may be a customer's id or a secret."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        path = f"/{request.resolver_match.route}" if request.resolver_match else "(no route)"
        fields = {
            "method": request.method,
            "path": path,
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1),
            "request_id": response.get("X-Request-ID", ""),
            "trace_id": response.get("X-Trace-ID", ""),
        }
        logger.info("%(method)s %(path)s %(status)s in %(ms)s ms", fields, extra=fields)
        return response
