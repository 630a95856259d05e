"""Spans that one process stores durably in a second, and traces that relays bring to a LangFuse that does nothing.

"Sent" is from the moment all are due until LangFuse has taken all, "read back" until all have been seen there.
"""

import argparse
import os
import time
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bench.tracing import graphs
from bench.tracing.overhead import noted
from bench.tracing.processes import first_line, running
from tracing.models import OutboxEntry
from tracing.storage import store

TRACES = 2_000  # of ten observations
PATIENCE = 120  # seconds

Figures = dict[str, Any]
State = OutboxEntry.State


def measure(options: argparse.Namespace) -> Figures:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        committed = cursor.fetchone()[0]
    shown: Figures = {"synchronous_commit": committed, **storing()}
    for relays in (1, 2):
        shown[f"{relays} relay{'s' if relays > 1 else ''}"] = relayed(relays)
    return shown


def storing() -> Figures:
    """Each trace in a transaction of its own, from its ended observations to the commit."""
    OutboxEntry.objects.all().delete()  # of other stages
    case = graphs.seven_nodes()
    roots = [noted(case) for _ in range(TRACES)]
    started = time.perf_counter()
    for root in roots:
        with transaction.atomic():
            store(root)
    seconds = time.perf_counter() - started
    spans = sum(len(root.spans) for root in roots)
    return {"traces stored/s": round(TRACES / seconds), "spans stored/s": round(spans / seconds)}


def relayed(relays: int) -> Figures:
    """From the moment all are due until LangFuse has been sent all, and until all have been read back."""
    far = timezone.now() + timedelta(days=1)
    entries = OutboxEntry.objects
    entries.update(state=State.WAITING, due_at=far, attempts=0, sent_at=None)
    here = dict(os.environ)
    with ExitStack() as stack:
        url = first_line(stack.enter_context(running("-m", "bench.tracing.null_langfuse", environment=here)))
        command = ("-m", "bench.tracing.relaying")
        started = [
            stack.enter_context(running(*command, environment=here | {"LANGFUSE_HOST": url})) for _ in range(relays)
        ]
        for relay in started:
            first_line(relay)
        began = time.perf_counter()
        entries.update(due_at=timezone.now())
        sent = until_none(State.WAITING) - began
        began = time.perf_counter()
        entries.filter(state=State.SENT).update(due_at=timezone.now())  # they would be looked for after 3 s
        unread = entries.filter(state=State.SENT).count()
        read = until_none(State.SENT) - began
    return {"traces sent/s": round(TRACES / sent), "traces read back/s": round(unread / read) if unread else None}


def until_none(state: str) -> float:
    give_up = time.perf_counter() + PATIENCE
    while OutboxEntry.objects.filter(state=state).exists():
        if time.perf_counter() > give_up:
            raise SystemExit(f"Entries are still {state} after {PATIENCE} s.")
        time.sleep(0.01)
    return time.perf_counter()
