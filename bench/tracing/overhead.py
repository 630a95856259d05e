"""What tracing adds to a request: nothing traced, LangFuse's own handler, and ours with everything stored.

Each request ends as a shop's requests do, with a transaction that stores the answer; ours has the trace's rows and
its outbox entry in that very transaction ("stored"), or in one of their own ("stored apart"). The handler has user,
session and tags too, its spans end in an exporter that drops them. The variants take turns in random order, so that
what else the machine does meets all of them. Milliseconds of the processor depend less on that than those of the clock.
"""

import argparse
import gc
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from langfuse import Langfuse
from langfuse.langchain import CallbackHandler
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from bench.tracing import graphs
from bench.tracing.intervals import interval, median, ratio_of_medians
from customers.models import Customer
from recommendations.models import Recommendation
from tracing.spans import Root, observe_root
from tracing.storage import names_in, rows_of, store

GOAL = 0.6
WARM_UP = 30
PUBLIC_KEY = "pk-lf-bench"
NAMES = ["Ann Fraser-Müller"]

Figures = dict[str, Any]


class Null(SpanExporter):
    def __init__(self) -> None:
        self.spans = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += len(spans)
        return SpanExportResult.SUCCESS


def measure(options: argparse.Namespace) -> Figures:
    exporter = Null()
    client = Langfuse(
        public_key=PUBLIC_KEY, secret_key="sk-lf-bench", base_url="http://127.0.0.1:9", span_exporter=exporter
    )
    cases = [
        graphs.seven_nodes(),
        graphs.seven_nodes(whole=True),
        graphs.assistant(list(Customer.objects.order_by("pk")[:200])),
    ]
    shown = {case.name: of_case(case, exporter, options.rounds) for case in cases[:-1]}
    shown[cases[-1].name] = of_case(cases[-1], exporter, options.rounds // 4)  # the handler takes a while there
    client.shutdown()
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        committed = cursor.fetchone()[0]
    return {"synchronous_commit": committed, "goal, ours / handler": GOAL, **shown}


def of_case(case: graphs.Case, exporter: Null, rounds: int) -> Figures:
    variants: dict[str, Callable[[], object]] = {
        "untraced": partial(untraced, case),
        "handler": partial(by_handler, case),
        "observed": partial(observed, case),
        "stored": partial(stored, case),
        "stored apart": partial(stored_apart, case),
    }
    before = exporter.spans
    for _ in range(WARM_UP):
        for run in variants.values():
            run()
    took: dict[str, list[float]] = defaultdict(list)
    used: dict[str, list[float]] = defaultdict(list)
    chance = random.Random(1)
    for _ in range(rounds):
        for name in chance.sample(list(variants), len(variants)):
            gc.collect(0)
            clock, processor = milliseconds(variants[name])
            took[name].append(clock)
            used[name].append(processor)
    over, worked = above_untraced(took), above_untraced(used)
    Langfuse(public_key=PUBLIC_KEY).flush()
    return {
        "rounds": rounds,
        "ms untraced": interval(median, took["untraced"]),
        "ms that the handler adds": interval(median, over["handler"]),
        "ms that ours adds, stored": interval(median, over["stored"]),
        "ms that ours adds, stored apart": interval(median, over["stored apart"]),
        "ours / handler": interval(ratio_of_medians, over["stored"], over["handler"]),
        "ours, stored apart / handler": interval(ratio_of_medians, over["stored apart"], over["handler"]),
        "ours without storing / handler": interval(ratio_of_medians, over["observed"], over["handler"]),
        "CPU ms that the handler adds": interval(median, worked["handler"]),
        "CPU ms that ours adds, stored": interval(median, worked["stored"]),
        "CPU, ours / handler": interval(ratio_of_medians, worked["stored"], worked["handler"]),
        "ours, ms of it": shares(case, rounds, over),
        "handler's spans a run": (exporter.spans - before) / (WARM_UP + rounds),
        "our observations a run": len(noted(case).spans),
    }


def untraced(case: graphs.Case) -> None:
    case.untraced({})
    with transaction.atomic():
        answer()


def by_handler(case: graphs.Case) -> None:
    known = {"langfuse_user_id": "u1", "langfuse_session_id": "s1", "langfuse_tags": ["channel:api"]}
    case.untraced({"callbacks": [CallbackHandler(public_key=PUBLIC_KEY)], "metadata": known})
    with transaction.atomic():
        answer()


def observed(case: graphs.Case) -> None:
    noted(case)
    with transaction.atomic():
        answer()


def stored(case: graphs.Case) -> None:
    root = noted(case)
    with transaction.atomic():
        answer()
        store(root)


def stored_apart(case: graphs.Case) -> None:
    root = noted(case)
    with transaction.atomic():
        answer()
    with transaction.atomic():
        store(root)


def noted(case: graphs.Case) -> Root:
    with observe_root("answer", input={"query": graphs.QUESTION}) as root:
        root.user_pseudonym, root.session_id, root.tags, root.sensitive = "u1", "s1", ["channel:api"], NAMES
        root.output = case.traced()
    return root


def answer() -> None:
    Recommendation.objects.create(channel="shell", query=graphs.QUESTION)


def shares(case: graphs.Case, rounds: int, over: dict[str, list[float]]) -> Figures:
    """Of the whole: what is left after the parts that can be run alone is the database's."""
    parts: dict[str, list[float]] = defaultdict(list)
    for _ in range(min(rounds, 100)):
        root = noted(case)
        started = time.perf_counter()
        rows_of(root, names_in(root))
        parts["masking, rows"].append(1000 * (time.perf_counter() - started))
    of = {"observing": over["observed"], **parts}
    shown = {name: interval(median, times) for name, times in of.items()}
    rest = interval(median, over["stored"])[0] - sum(value[0] for value in shown.values())
    return {**shown, "database": round(rest, 3)}


def above_untraced(of: dict[str, list[float]]) -> dict[str, list[float]]:
    return {name: [a - b for a, b in zip(of[name], of["untraced"], strict=True)] for name in of}


def milliseconds(run: Callable[[], object]) -> tuple[float, float]:
    """Of the clock, and of the processor: this process and its PostgreSQL backend, as the kernel counts them."""
    began, before = time.perf_counter(), used()
    run()
    return 1000 * (time.perf_counter() - began), 1000 * (used() - before)


def used() -> float:
    """Seconds; without the backend's where the kernel keeps no such account."""
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    seconds = time.process_time()
    return seconds + int(backend.read_text().split()[0]) / 1e9 if backend.exists() else seconds
