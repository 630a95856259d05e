"""From the stored rows to LangSmith, in the background of the process that stored them.

Not through the outbox: LangSmith is there to be compared with for a while, and what it misses is kept here and in
LangFuse. What waits is a number a trace, read anew when its turn comes; what waits when the process is killed is not
sent. Not through LangSmith's client either: it reads the environment and adds to each run what it finds there.
"""

import atexit
import json
import logging
import os
import random
import threading
import time
from collections.abc import Iterator
from itertools import count
from queue import Full, Queue
from typing import Any

import httpx
from django.conf import settings
from django.db import Error, close_old_connections, connections

from tracing.langsmith.runs import runs_of
from tracing.models import Trace

log = logging.getLogger(__name__)

MAX_WAITING = 10_000  # traces; more are not sent
MAX_RUNS, MAX_BYTES = 100, 5_000_000  # of one request; LangSmith takes 20 MB
SECONDS = 10.0  # for one request
LONGEST_PAUSE = 60  # seconds between two attempts
AT_THE_END = 5.0  # seconds that a process which ends waits for what is not sent yet
REFUSED = {400, 413, 415, 422}  # the same bytes will never be taken
KNOWN_ALREADY = 409


class Sender:
    """Its thread starts with the first trace, so that a process that forks has none."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.waiting: Queue[int] = Queue(MAX_WAITING)
        self.failing = False
        self._silent_until = 0.0
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def put(self, trace_pk: int) -> None:
        """Returns at once. Never raises."""
        try:
            self.waiting.put_nowait(trace_pk)
        except Full:
            if time.monotonic() > self._silent_until:
                self._silent_until = time.monotonic() + LONGEST_PAUSE
                log.warning("LangSmith: %s traces wait already; what comes now is not sent there.", MAX_WAITING)
            return
        with self._starting:
            if self._thread is None:
                atexit.register(self.finish)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, args=(self.waiting,), name="langsmith", daemon=True)
                self._thread.start()

    def finish(self, seconds: float = AT_THE_END) -> None:
        """Waits until all is sent, LangSmith fails or the time is over."""
        end = time.monotonic() + seconds
        while self.waiting.unfinished_tasks and not self.failing and time.monotonic() < end:
            time.sleep(0.02)

    def _work(self, waiting: "Queue[int]") -> None:
        with httpx.Client(timeout=SECONDS) as http:
            while self.waiting is waiting:  # else it was renewed
                trace_pk = waiting.get()
                try:
                    self._deliver(trace_pk, http)
                finally:
                    if waiting.empty():
                        connections.close_all()
                    waiting.task_done()

    def _deliver(self, trace_pk: int, http: httpx.Client) -> None:
        """Tries until it is there, or is known never to be."""
        for attempt in count(1):
            try:
                close_old_connections()
                if trace := Trace.objects.filter(pk=trace_pk).first():  # else it was erased meanwhile
                    runs = runs_of(trace, trace.observations.order_by("position"), settings.LANGSMITH_PROJECT)
                    for body in batches(runs):
                        send(http, body)
                self.failing = False
                return
            except Refusal as refusal:
                log.warning("LangSmith never takes the trace %s: %s", trace_pk, refusal)
                return
            except (httpx.HTTPError, httpx.InvalidURL, Error) as error:
                self.failing = True
                log.warning("LangSmith has not got the trace %s: %s %s", trace_pk, type(error).__name__, error)
                time.sleep(min(LONGEST_PAUSE, 2.0 ** min(attempt, 10)) * random.uniform(0.5, 1))  # noqa: S311


class Refusal(Exception):
    """LangSmith will never take this."""


def batches(runs: list[dict[str, Any]]) -> Iterator[bytes]:
    """Bodies of POST /runs/batch, each within LangSmith's limits."""
    batch: list[bytes] = []
    for run in (json.dumps(run).encode() for run in runs):
        if batch and (len(batch) == MAX_RUNS or sum(map(len, batch)) + len(run) > MAX_BYTES):
            yield b'{"post":[' + b",".join(batch) + b"]}"
            batch = []
        batch.append(run)
    if batch:
        yield b'{"post":[' + b",".join(batch) + b"]}"


def send(http: httpx.Client, body: bytes) -> None:
    """Raises Refusal, or httpx.HTTPError where the same may be taken later."""
    headers = {"x-api-key": settings.LANGSMITH_API_KEY, "content-type": "application/json"}
    answer = http.post(f"{settings.LANGSMITH_ENDPOINT}/runs/batch", content=body, headers=headers)
    if answer.status_code in REFUSED:
        raise Refusal(f"{answer.status_code} {answer.text[:500]}")
    if answer.status_code != KNOWN_ALREADY:
        answer.raise_for_status()


sender = Sender()
os.register_at_fork(after_in_child=sender.renew)
