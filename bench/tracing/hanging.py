"""Questions to a server whose LangFuse hangs, and to one without LangFuse: both as `manage.py serve` runs them.

The same question is asked of both, one after the other, in random order. Each server has its worker inside, with the
relay every five seconds; the relay of one waits for a LangFuse that takes connections and never answers.
"""

import argparse
import os
import random
import time
from collections import defaultdict
from contextlib import ExitStack
from typing import Any

import httpx

from bench.tracing.intervals import interval, median, p95, ratio_of_medians, ratio_of_p95
from bench.tracing.processes import first_line, running
from customers.models import Customer, StorefrontKey
from tests.operations.shop import free_port
from tracing.models import OutboxEntry

GOAL = 1.05
WORDS = ("a toaster under 50", "What else would I like?", "show me three books", "How much did I spend?")
WARM_UP = 20
START_SECONDS = 120

Figures = dict[str, Any]


def measure(options: argparse.Namespace) -> Figures:
    _, token = StorefrontKey.objects.issue("bench")
    customers = list(Customer.objects.order_by("pk").values_list("external_id", flat=True)[:200])
    OutboxEntry.objects.all().delete()
    with ExitStack() as stack:
        here = dict(os.environ) | {"API_RATE": "1000000/min", "LOG_LEVEL": "CRITICAL"}
        command = ("-m", "bench.tracing.null_langfuse", "--hang")
        hanging = first_line(stack.enter_context(running(*command, environment=here)))
        servers = {
            "LangFuse hangs": here | {"LANGFUSE_HOST": hanging, "LANGFUSE_TIMEOUT": "10"},
            "without LangFuse": here | {"LANGFUSE_ENABLED": "no"},
        }
        shops = {name: started(stack, environment, token) for name, environment in servers.items()}
        took = asked(shops, customers, options.seconds)
        waiting = OutboxEntry.objects.undelivered().count()
    ours, theirs = took["LangFuse hangs"], took["without LangFuse"]
    return {
        "questions each": len(ours),
        "entries that wait at the end": waiting,
        **{
            f"ms, {name}": {"p50": interval(median, times), "p95": interval(p95, times)} for name, times in took.items()
        },
        "goal, p95 / p95": GOAL,
        "p95 / p95": interval(ratio_of_p95, ours, theirs),
        "p50 / p50": interval(ratio_of_medians, ours, theirs),
    }


def started(stack: ExitStack, environment: dict[str, str], token: str) -> httpx.Client:
    port = free_port()
    stack.enter_context(running("manage.py", "serve", environment=environment | {"PORT": str(port)}))
    client = stack.enter_context(
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    )
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        try:
            client.get("/health/ready").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return client
    raise SystemExit("The server did not start.")


def asked(shops: dict[str, httpx.Client], customers: list[str], seconds: float) -> dict[str, list[float]]:
    """Milliseconds of each question."""
    chance = random.Random(1)
    took: dict[str, list[float]] = defaultdict(list)
    turns, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        question = {"query": WORDS[turns % len(WORDS)], "customer_id": chance.choice(customers)}
        for name in chance.sample(list(shops), len(shops)):
            began = time.perf_counter()
            shops[name].post("/api/v1/recommendations/", json=question).raise_for_status()
            if turns >= WARM_UP:
                took[name].append(1000 * (time.perf_counter() - began))
        turns += 1
    return took
