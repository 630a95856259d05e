"""Whether this process lives, and whether it can answer questions. Asked by supervisors, so without a login."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from customers.models import Purchase
from recommendations.models import EngineFit
from tracing.models import OutboxEntry

_migrated = False  # stays true once it is: a running process cannot lose its migrations


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 where questions can be answered, else 503; each check says "ok" or what is wrong.

    A language model or a LangFuse that is away is no reason to take no questions: rules answer in its
    place, and the outbox waits. How much waits is told beside the checks.
    """
    checks = {"database": "ok", "migrations": "not checked", "engine": "not checked"}
    outbox: dict[str, float] = {}
    try:
        connection.ensure_connection()
        checks["migrations"] = "ok" if _is_migrated() else "some are not applied"
        if _migrated:
            checks["engine"] = "ok" if _can_recommend() else "no fit is active"
            outbox = outbox_state()
    except Error:
        checks["database"] = "cannot be reached"
    is_ready = all(state == "ok" for state in checks.values())
    return JsonResponse({"ready": is_ready, "checks": checks, "outbox": outbox}, status=200 if is_ready else 503)


def outbox_state() -> dict[str, float]:
    """Entries that LangFuse has not confirmed, by state, and for how many seconds the oldest has been under way."""
    depth = OutboxEntry.objects.depth()
    return {
        "waiting": depth.waiting,
        "sent": depth.sent,
        "set_aside": depth.set_aside,
        "oldest_seconds": round(depth.oldest_seconds, 1),
    }


def _is_migrated() -> bool:
    global _migrated  # noqa: PLW0603
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _can_recommend() -> bool:
    return EngineFit.objects.filter(is_active=True).exists() or not Purchase.objects.exists()
