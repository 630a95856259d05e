import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommendations.engine.fitting import FitRunning, fit_engine

NICENESS = 10


class Command(BaseCommand):
    help = "Learns from all purchases which products go together, and serves that from now on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="Print no progress.")
        parser.add_argument("--yield", dest="yields", action="store_true", help="Let other processes go first.")

    def handle(self, *args: Any, quiet: bool, yields: bool, **options: Any) -> None:
        if yields:
            os.nice(NICENESS)
        try:
            fit = fit_engine((lambda _: None) if quiet else self.stderr.write)
        except FitRunning as refusal:
            raise CommandError(str(refusal)) from refusal
        counts = fit.counts
        self.stdout.write(
            f"{fit} is active: {counts['neighbours']:,} neighbours from {counts['purchases']:,} purchases of "
            f"{counts['products']:,} products by {counts['customers']:,} customers, in {fit.seconds:.1f} s."
        )
        if not counts["purchases"]:
            self.stdout.write("The shop has no purchases yet: new products are all that can be proposed.")
