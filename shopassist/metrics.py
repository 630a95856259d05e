"""/metrics for Prometheus: Django's figures, those of the rooms, and how much waits for LangFuse.

Who may read it: whoever presents METRICS_TOKEN as a bearer. Without such a token nobody may in
production, and elsewhere only who asks from this machine and through no proxy.
"""

import ipaddress
import os
import secrets

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from tracing.outbox_metrics import OutboxCollector

PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.ENABLE_METRICS:
        raise Http404
    if not _may_read(request):
        return HttpResponse("METRICS_TOKEN is needed as a bearer token.\n", "text/plain", status=403)
    outbox = CollectorRegistry()
    outbox.register(OutboxCollector())
    return HttpResponse(generate_latest(registry()) + generate_latest(outbox), CONTENT_TYPE_LATEST)


def registry() -> CollectorRegistry:
    """The figures of this process, or of all web processes where there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    of_all = CollectorRegistry()
    MultiProcessCollector(of_all)
    return of_all


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        presented = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(presented.encode(), settings.METRICS_TOKEN.encode())
    if settings.PRODUCTION or any(name in request.headers for name in PROXY_HEADERS):
        return False
    return ipaddress.ip_address(request.META["REMOTE_ADDR"] or "0.0.0.0").is_loopback  # noqa: S104
