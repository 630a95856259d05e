import os
import time
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from recommendations.engine.precomputing import CHUNK, make_lists

NICENESS = 10


class Command(BaseCommand):
    help = (
        "Makes the home pages' lists of all customers ahead, as far as the active fit's are not made yet. Several may "
        "do so at once; what one leaves, the next takes up. The background does the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="Print no progress.")
        parser.add_argument("--yield", dest="yields", action="store_true", help="Let other processes go first.")
        parser.add_argument(
            "--chunk", type=_positive, default=CHUNK, metavar="N", help="Customers at once, where a round begins."
        )

    def handle(self, *args: Any, quiet: bool, yields: bool, chunk: int, **options: Any) -> None:
        if yields:
            os.nice(NICENESS)
        started = time.monotonic()
        made = make_lists((lambda _: None) if quiet else lambda done: self.stderr.write(f"{done:,} lists …"), chunk)
        seconds = time.monotonic() - started
        rate = f", {made / seconds:,.0f} customers a second" if made else ""
        self.stdout.write(f"{made:,} lists in {seconds:.1f} s{rate}.")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("has to be a number from 1 on")
    return int(text)
