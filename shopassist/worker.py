"""The Celery worker and its schedule as threads of the web process, for a shop without a broker.

Its queue lives in this process's memory and dies with it: what must last is a row in PostgreSQL,
from which the schedule takes up the work again.
"""

import logging
import threading
import time
import warnings

from celery import beat
from celery.exceptions import SecurityWarning
from celery.worker import state

from shopassist.celery import app

THREADS = 2
STOP_SECONDS = 5

logger = logging.getLogger(__name__)


class EmbeddedWorker:
    """Started after the fork: threads do not survive one."""

    def __init__(self) -> None:
        warnings.simplefilter("ignore", SecurityWarning)  # it runs as whoever the web process runs as
        worker = app.Worker(
            pool="threads",
            concurrency=THREADS,
            hostname="embedded@web",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            task_events=False,
        )
        self._worker = threading.Thread(target=worker.start, name="celery-worker", daemon=True)
        self._schedule = beat.EmbeddedService(app, thread=True, scheduler_cls=beat.Scheduler)

    def start(self) -> None:
        self._worker.start()
        self._schedule.start()

    def stop(self) -> None:
        """Give the running tasks a few seconds; whoever calls this ends the process and with it the threads."""
        self._schedule.service.stop(wait=False)
        state.should_stop = 0
        give_up = time.monotonic() + STOP_SECONDS
        while state.active_requests and time.monotonic() < give_up:
            time.sleep(0.05)
        for task in state.active_requests:
            logger.warning("%s is still running after %s seconds and is given up.", task.name, STOP_SECONDS)
