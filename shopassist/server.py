"""The web server: gunicorn in this process, with threads for slow answers and the embedded worker beside them."""

import gc
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from prometheus_client import multiprocess

from recommendations.assistant.ask import warm_up
from recommendations.engine import embeddings
from shopassist.port import check_port
from tracing.langsmith.sender import sender

GRACE_SECONDS = 40  # an answer under way may still be waiting for a language model
HEARTBEAT_SECONDS = 60  # of the process, not of a request: threads may take longer


def serve(on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve on HOST and PORT until SIGTERM (answers under way are finished) or Ctrl-C (they are not).

    Calls `on_ready` when the port is open. Ends by SystemExit.
    """
    check_port(settings.HOST, settings.PORT)
    for left in Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR", os.devnull)).glob("*.db"):
        left.unlink()  # the figures of processes of an earlier start
    warm_up()  # before the fork, so that no question waits for it and workers share what it takes
    keep_what_is_there()
    connections.close_all()  # a connection that two processes share breaks in both
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    Server(
        {
            "bind": f"{host}:{settings.PORT}",
            "worker_class": "gthread",
            "workers": settings.WEB_CONCURRENCY,
            "threads": settings.WEB_THREADS,
            "timeout": HEARTBEAT_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "logger_class": DjangoLogger,
            "control_socket_disable": True,
            "when_ready": lambda _: on_ready(),
            "post_worker_init": _start_up,
            "worker_exit": _leave,
            "child_exit": _forget,
        }
    ).run()


class Server(BaseApplication):
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        from shopassist.wsgi import application

        return application

    def run(self) -> None:
        Master(self).run()


class Master(Arbiter):
    handle_hup = Arbiter.handle_term  # a closed terminal ends the server that it was started from


class DjangoLogger(Logger):
    """Gunicorn's warnings in our format; a request is logged by access_log.py."""

    def setup(self, cfg: Any) -> None:
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


def _start_up(worker: Any) -> None:
    """After the fork: load the pages that the first request would wait for, and start the embedded worker."""
    _ = get_resolver().url_patterns
    embeddings.warm_up()  # not before the fork, which it does not survive
    if settings.EMBEDDED_WORKER:
        from shopassist.worker import EmbeddedWorker

        worker.embedded = EmbeddedWorker()
        worker.embedded.start()
    keep_what_is_there()


def keep_what_is_there() -> None:
    """What was loaded stays as long as the process; looking through it for garbage stops a request for 150 ms, again
    and again."""
    gc.collect()
    gc.freeze()


def _leave(master: Any, worker: Any) -> None:
    if os.getpid() != worker.pid or not worker.booted:
        return
    if embedded := getattr(worker, "embedded", None):
        embedded.stop()
    sender.finish()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # Python would wait for each thread, also for one that waits for a language model


def _forget(master: Any, worker: Any) -> None:
    if settings.WEB_CONCURRENCY > 1:
        multiprocess.mark_process_dead(worker.pid)
