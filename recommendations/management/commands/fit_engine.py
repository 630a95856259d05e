import os
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.engine.counting import HERE, Counting
from recommendations.engine.fitting import FitRunning, fit_engine
from recommendations.engine.spark import NoSpark, counting_on

NICENESS = 10


class Command(BaseCommand):
    help = "Learns from all purchases which products go together, and serves that from now on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="Print no progress.")
        parser.add_argument("--yield", dest="yields", action="store_true", help="Let other processes go first.")
        parser.add_argument(
            "--on", choices=["here", "spark"], default="here", help="Where pairs are counted and solved."
        )
        parser.add_argument("--master", help="Spark's, such as local[2] or spark://host:7077; by default local[*].")

    def handle(self, *args: Any, quiet: bool, yields: bool, on: str, master: str | None, **options: Any) -> None:
        if yields:
            os.nice(NICENESS)
        try:
            with _counting(on, master) as counting:
                fit = fit_engine((lambda _: None) if quiet else self.stderr.write, counting)
        except (FitRunning, NoSpark) as refusal:
            raise CommandError(str(refusal)) from refusal
        counts = fit.counts
        self.stdout.write(
            f"{fit} is active: {counts['neighbours']:,} neighbours from {counts['purchases']:,} purchases of "
            f"{counts['products']:,} products by {counts['customers']:,} customers, in {fit.seconds:.1f} s."
        )
        if not counts["purchases"]:
            self.stdout.write("The shop has no purchases yet: new products are all that can be proposed.")


def _counting(on: str, master: str | None) -> AbstractContextManager[Counting]:
    if on == "spark":
        return counting_on(master or "local[*]")
    if master:
        raise CommandError("--master says where Spark is: it goes with --on spark.")
    return nullcontext(HERE)
