"""How often somebody may do something, counted in the cache."""

import hashlib
import logging

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)


def attempts(what: str, who: str, window: int) -> int:
    """How many there were in this window of seconds, this one included."""
    key = _key(what, who)
    if cache.add(key, 1, window):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, window)
        return 1


def forget(what: str, who: str) -> None:
    cache.delete(_key(what, who))


def refused(request: HttpRequest, what: str, window: int) -> HttpResponse:
    """The page for those who did it too often."""
    log.warning("Too often: %s from %s; refused for %s s", what, address(request), window)
    response = render(request, "429.html", {"what": what, "minutes": max(1, window // 60)}, status=429)
    response.headers["Retry-After"] = str(window)
    return response


def address(request: HttpRequest) -> str:
    if settings.SECURE_PROXY_SSL_HEADER:  # what the proxy itself wrote comes last
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _key(what: str, who: str) -> str:
    return "limit:" + hashlib.sha256(f"{what}\n{who}".encode()).hexdigest()
