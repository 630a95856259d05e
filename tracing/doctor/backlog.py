"""The way to LangFuse on our side: the outbox, the circuit breaker, and whether anybody runs the relay."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from tracing.doctor.findings import Finding, ok, problem, warning
from tracing.models import Breaker, OutboxEntry

OVERDUE = timedelta(minutes=2)  # a relay looks every few seconds
LONG = timedelta(minutes=10)
RUN_A_RELAY = (
    "Start `manage.py serve` (its worker delivers), with CELERY_BROKER_URL a Celery worker and beat, "
    "or `manage.py relay`; `manage.py relay --once` sends all that is due now."
)


def check_backlog() -> Iterator[Finding]:
    yield from check_outbox()
    if settings.LANGFUSE_ENABLED:
        breaker = Breaker.objects.load()
        yield check_breaker(breaker)
        yield from check_relay(breaker)


def check_outbox() -> Iterator[Finding]:
    depth = OutboxEntry.objects.depth()
    seen = f"{depth.waiting} waiting, {depth.sent} sent and not confirmed, {depth.set_aside} set aside"
    if depth.oldest:
        seen += f", the oldest for {duration(depth.oldest_seconds)}"
    if depth.waiting and not settings.LANGFUSE_ENABLED:
        yield warning(
            "outbox", "what waits is not sent while LangFuse is off", seen, "Turn LangFuse on; nothing is lost."
        )
    elif depth.oldest_seconds > LONG.total_seconds():
        yield warning("outbox", "the outbox is late", seen, "See the findings on relay, breaker, host and latency.")
    else:
        yield ok("outbox", "the outbox is in time", seen)
    aside = OutboxEntry.objects.filter(state=OutboxEntry.State.SET_ASIDE).defer("body").order_by("-pk").first()
    if aside:
        yield problem(
            "outbox",
            "LangFuse refused entries for good",
            f"{depth.set_aside} set aside, the last for: {line(aside.last_error)}",
            "Read the reason, then admin, Outbox entries: “Send again what was set aside”.",
        )
    lost = OutboxEntry.objects.undelivered().filter(last_error__contains="did not show").count()
    if lost:
        yield warning(
            "outbox",
            "LangFuse accepted entries and lost them",
            f"{lost} are sent again",
            "Read the log of LangFuse's worker: its ClickHouse was down or full. Nothing else has to be done.",
        )


def check_breaker(breaker: Breaker) -> Finding:
    seen = f"{breaker.failures} failures in a row; {line(breaker.last_error)}"
    if breaker.state == Breaker.State.OPEN:
        return problem(
            "breaker",
            "the relay pauses, for LangFuse fails",
            f"for {duration(breaker.pause)} more; {seen}",
            "Remove the cause; the relay tries again by itself.",
        )
    if breaker.state == Breaker.State.HALF_OPEN:
        return warning("breaker", "the relay is about to try LangFuse again", seen, "Wait a minute and look again.")
    if breaker.failures:
        return warning("breaker", "the last requests failed", seen, "Look again in a minute; see host, keys, latency.")
    return ok("breaker", "the breaker is closed")


def check_relay(breaker: Breaker) -> Iterator[Finding]:
    """A relay notes its successes and failures; where entries are due and neither is fresh, there is none."""
    now = timezone.now()
    overdue = (
        OutboxEntry.objects.undelivered().filter(due_at__lt=now - OVERDUE).only("due_at").order_by("due_at").first()
    )
    active = [moment for moment in (breaker.last_success_at, breaker.last_error_at) if moment]
    last = max(active, default=None)
    seen = f"last at work {duration((now - last).total_seconds())} ago" if last else "never at work"
    if overdue and breaker.state != Breaker.State.OPEN and (last is None or last < now - OVERDUE):
        late = duration((now - overdue.due_at).total_seconds())
        yield problem("relay", "nobody runs the relay", f"an entry is due for {late}; {seen}", RUN_A_RELAY)
    elif last:
        yield ok("relay", "a relay was at work", seen)


def duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def line(text: str) -> str:
    return " ".join(text.split())[:200]
