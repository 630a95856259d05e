"""Storing a trace that explains nothing but itself: a shop's own work, or work that failed."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from django.db import Error, connections, transaction

from tracing.models import Level
from tracing.plain import described
from tracing.spans import Root
from tracing.storage import store

log = logging.getLogger(__name__)


def store_alone(root: Root, error: BaseException | None = None) -> None:
    """Stores the trace in a transaction of its own: what the caller's transaction rolls back does not take it along.

    `error` is one that came after the root had ended. What cannot be stored leaves an error in the log, and the work
    that it told of goes on.
    """
    if error and root.level != Level.ERROR:
        root.level, root.status_message = Level.ERROR, described(error)
    try:
        if _loop_runs() or not _store(root):
            with ThreadPoolExecutor(1) as another:  # with a connection of its own
                another.submit(copy_context().run, _store_and_close, root).result()
    except Error:
        log.exception("The trace %s of %s could not be stored.", root.trace_id, root.name)


def _store(root: Root) -> bool:
    """False where this connection is in a transaction of somebody else."""
    begun = False
    try:
        with transaction.atomic(durable=True):
            begun = True
            store(root)
    except RuntimeError:
        if begun:
            raise
    return begun


def _store_and_close(root: Root) -> None:
    try:
        _store(root)
    finally:
        connections.close_all()


def _loop_runs() -> bool:
    """Whether this is a coroutine, where Django lets nobody use the database."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
