import re
import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from tracing.models import Trace
from tracing.retention import prune


def days(text: str) -> timedelta:
    if not re.fullmatch(r"[1-9]\d{0,4}d", text, re.ASCII):
        raise ArgumentTypeError(f"{text!r} is no number of days such as 90d")
    return timedelta(days=int(text[:-1]))


class Command(BaseCommand):
    help = "Delete old traces with their observations and scores. Recommendations, ratings and the aggregates stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", type=days, required=True, metavar="DAYS", help="such as 90d; whole days")

    def handle(self, *, older_than: timedelta, **options: Any) -> None:
        started = time.perf_counter()
        pruning = prune(older_than)
        took = time.perf_counter() - started
        self.stdout.write(f"{pruning.traces:,} traces from before {pruning.before:%Y-%m-%d} deleted in {took:.1f} s.")
        if left := Trace.objects.filter(started_at__lt=pruning.before).count():
            self.stdout.write(f"{left:,} are kept: LangFuse has still to show them, or somebody is changing them.")
