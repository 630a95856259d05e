"""One log line a request, without its query, its body or who is behind it."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("shopassist.access")


def route_of(request: HttpRequest) -> str:
    return f"/{request.resolver_match.route}" if request.resolver_match else "(no route)"


class RouteForPath(logging.Filter):
    """Django's own records of a request name its route too, and carry nothing else of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = record.__dict__.pop("request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            record.args = tuple(route_of(request) if part == request.path else part for part in record.args)
        return True


class AccessLogMiddleware:
    """Logs the route where the URL has one: what stands in its place may be a customer's id or a secret."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        fields = {
            "method": request.method,
            "path": route_of(request),
            "status": response.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1),
            "request_id": response.get("X-Request-ID", ""),
            "trace_id": response.get("X-Trace-ID", ""),
        }
        logger.info("%(method)s %(path)s %(status)s in %(ms)s ms", fields, extra=fields)
        return response
