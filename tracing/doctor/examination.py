"""All checks in the order in which causes explain each other."""

from collections.abc import Iterator

from django.conf import settings
from django.db import Error

from tracing.doctor.backlog import check_backlog
from tracing.doctor.configuration import check_settings
from tracing.doctor.findings import Check, Finding, State, also_checked, problem
from tracing.doctor.round_trip import check_round_trip
from tracing.doctor.server import check_server
from tracing.doctor.stored import check_stored


def examine(*, send: bool, wait: float) -> Iterator[Finding]:
    """`send`: also a test trace, which is waited for as many seconds. Every request has its time-out."""
    yield from check_settings()
    for check in also_checked:
        yield from check()
    usable = settings.LANGFUSE_ENABLED
    if usable:
        for finding in check_server():
            usable = usable and not (finding.state == State.PROBLEM and finding.area in {"host", "version", "keys"})
            yield finding
    yield from of_the_database(check_backlog, check_stored)
    if usable and send:
        yield from check_round_trip(wait)


def of_the_database(*checks: Check) -> Iterator[Finding]:
    try:
        for check in checks:
            yield from check()
    except Error as error:
        yield problem(
            "database",
            "the tables cannot be read",
            " ".join(str(error).split())[:200],
            "Look whether PostgreSQL runs and DATABASE_URL is right; then manage.py migrate.",
        )
