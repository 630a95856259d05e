"""What requests cost on the shop of `bench.engine`, and the lists that are made ahead."""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Customer, Product, Purchase
from recommendations.engine.candidates import find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.ranking import Ranked, rank
from recommendations.engine.reviews import filter_by_sentiment
from recommendations.engine.serving import visit_of
from recommendations.engine.similar import similar_customers, similar_products

WARM_UP = 20
LONG = 10
ATTEMPTS = 50

Figures = dict[str, Any]


def asked(customer: Customer | None) -> list[Ranked]:
    """As the assistant does without words: candidates, reviews, ranking and reasons."""
    wishes = Constraints()
    found = find_candidates(visit_of(customer), wishes)
    kept, _ = filter_by_sentiment(found.candidates, settings.SENTIMENT_THRESHOLD)
    return rank(kept, wishes, LONG, settings.MAX_PER_CATEGORY)


def requests(options: argparse.Namespace) -> Figures:
    customers, products = _some(Customer, options.requests), _some(Product, options.requests)
    shown = {
        "a list with reasons": timed(asked, customers),
        "similar customers": timed(lambda customer: similar_customers(visit_of(customer)), customers),
        "similar products": timed(similar_products, products),
    }
    queries = []
    for customer in customers[:ATTEMPTS]:
        with CaptureQueriesContext(connection) as captured:
            asked(customer)
        queries.append(len(captured))
    return {**shown, "queries of a list": max(queries)}


def purchase(options: argparse.Namespace) -> Figures:
    """The first of a customer's list is bought; then the list is asked for again."""
    left = changed = 0
    customers = _some(Customer, ATTEMPTS)
    for customer in customers:
        before = asked(customer)
        product = Product.objects.get(pk=before[0].product_pk)
        now = timezone.now() - timedelta(seconds=1)
        bought = Purchase.objects.create(
            external_id=f"bench {customer.pk}", customer=customer, product=product, purchased_at=now
        )
        after = [item.product_pk for item in asked(customer)]
        bought.delete()
        left += product.pk not in after
        changed += after[: LONG - 1] != [item.product_pk for item in before[1:]]
    return {
        "customers who bought the first of their list": len(customers),
        "lists without it at the next request": left,
        "lists whose other products changed too": changed,
    }


def meanwhile(options: argparse.Namespace) -> Figures:
    customers = _some(Customer, options.requests)
    quiet = timed(asked, customers)
    command = [sys.executable, "manage.py", "fit_engine", "--quiet", "--yield"]  # as the task does
    fitting = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    took = []
    while fitting.poll() is None:
        for customer in customers:
            started = time.perf_counter()
            asked(customer)
            took.append(time.perf_counter() - started)
            if fitting.poll() is not None:
                break
    return {"without": quiet, "while a fit runs": {**_figures(took), "requests": len(took)}}


def lists(options: argparse.Namespace) -> Figures:
    shown: Figures = {}
    for processes in (1, 2):
        _forget_lists()
        command = [sys.executable, "manage.py", "precompute_lists", "--quiet"]
        started = time.perf_counter()
        running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(processes)]
        ended = _until(options.seconds, partial(_all_ended, running))
        for process in running:
            process.terminate()
            if process.wait() and ended:
                raise SystemExit("The lists failed.")
        shown["one process" if processes == 1 else "two processes"] = _rate(started, ended)
    if options.celery:
        shown["a Celery worker of two processes"] = _by_celery(options)
    return shown


def _by_celery(options: argparse.Namespace) -> Figures:
    """From the task to the last list; the worker's start is not counted."""
    from recommendations.models import ListChunk

    os.environ["CELERY_BROKER_URL"] = options.celery
    celery = [sys.executable, "-m", "celery", "-A", "shopassist"]
    worker = subprocess.Popen([*celery, "worker", "-c", "2", "-l", "ERROR"])
    try:
        _until(
            60, lambda: not subprocess.run([*celery, "inspect", "ping"], check=False, capture_output=True).returncode
        )
        _forget_lists()
        started = time.perf_counter()
        subprocess.run([*celery, "call", "recommendations.tasks.precompute_lists"], check=True, capture_output=True)
        chunks = ListChunk.objects
        ended = _until(options.seconds, lambda: chunks.exists() and not chunks.filter(done_at=None).exists())
        return _rate(started, ended)
    finally:
        subprocess.run([*celery, "purge", "-f"], check=True, capture_output=True)
        worker.terminate()
        worker.wait()


def _all_ended(running: list[subprocess.Popen[bytes]]) -> bool:
    return all(one.poll() is not None for one in running)


def _until(seconds: float, done: Callable[[], bool]) -> bool:
    """Whether it was done in that time."""
    give_up = time.perf_counter() + seconds
    while time.perf_counter() < give_up:
        if done():
            return True
        time.sleep(0.2)
    return False


def _forget_lists() -> None:
    from recommendations.models import HomeList, ListChunk

    HomeList.objects.all().delete()
    ListChunk.objects.all().delete()


def _rate(started: float, ended: bool) -> Figures:
    from recommendations.models import HomeList

    seconds, lists = time.perf_counter() - started, HomeList.objects.count()
    shown = {"lists": lists, "seconds": round(seconds, 1), "customers/s": round(lists / seconds)}
    return shown if ended else shown | {"broken off": "yes"}


def timed(function: Callable[[Any], object], of: Sequence[Any]) -> Figures:
    for one in of[:WARM_UP]:
        function(one)
    took = []
    cpu = time.process_time()
    for one in of:
        started = time.perf_counter()
        function(one)
        took.append(time.perf_counter() - started)
    return {**_figures(took), "CPU ms each": round(1000 * (time.process_time() - cpu) / len(of), 1)}


def _figures(seconds: Sequence[float]) -> Figures:
    each = [1000 * one for one in seconds]
    return {"p50 ms": round(statistics.median(each), 1), "p95 ms": round(statistics.quantiles(each, n=20)[-1], 1)}


def _some(model: Any, number: int, seed: int = 1) -> list[Any]:
    pks = np.random.default_rng(seed).permutation(list(model.objects.order_by("pk").values_list("pk", flat=True)))
    found = model.objects.in_bulk(pks[:number].tolist())
    return [found[pk] for pk in pks[:number].tolist()]
