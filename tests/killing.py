"""Work in a process that is killed (SIGKILL) again and again at moments of chance: `python -m tests.killing WORK`.

One process reads all the code and asks the database whether enough was done; the one that works is its fork, as a
worker is gunicorn's. Says how many were killed.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django

LIMIT = 240  # seconds


@dataclass
class Work:
    once: Callable[[], Any]
    is_done: Callable[[], bool]
    longest: float  # seconds of a life
    prepare: Callable[[], Any]


def asking() -> Work:
    """Two hundred questions of customers and of nobody in particular."""
    from customers.models import Customer
    from recommendations.assistant.ask import ask, warm_up
    from recommendations.models import Recommendation

    words = ("What would I like?", "How much did I spend?", "A cup below 20, please", "hello", "What is popular?")

    def one() -> None:
        customer = random.choice([None, *Customer.objects.all()])
        ask(random.choice(words), channel="task", customer=customer)

    def prepare() -> None:
        warm_up()
        one()

    return Work(one, lambda: Recommendation.objects.count() >= 200, 0.3, prepare)


def relaying() -> Work:
    from tracing.client import tls
    from tracing.models import OutboxEntry
    from tracing.relay import Relay, claimed, reading

    claimed.WORK = 0.3  # a lease is over soon after its relay was killed
    reading.FIRST_LOOK.update({"spans": 0.05, "score": 0.05})  # type: ignore[dict-item]

    def one() -> None:
        Relay().run(5)
        time.sleep(0.05)

    return Work(one, lambda: not OutboxEntry.objects.undelivered().exists(), 0.8, tls)


def kill_again_and_again(work: Work) -> int:
    from django.db import connections

    work.prepare()
    killed, end = 0, time.monotonic() + LIMIT
    while not work.is_done():
        if time.monotonic() > end:
            raise SystemExit(f"not done within {LIMIT} s and {killed} lives")
        connections.close_all()  # a fork must not share them
        child = os.fork()
        if not child:
            random.seed()
            while True:
                work.once()
        time.sleep(random.uniform(0.01, work.longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed += 1
    return killed


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(str(kill_again_and_again({"asking": asking, "relaying": relaying}[sys.argv[1]]())))
