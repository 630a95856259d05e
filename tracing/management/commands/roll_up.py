from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracing.rollups.days import Day, recount, roll_up


class Command(BaseCommand):
    help = "Counts the days that have changed, for the dashboard. Each day is a transaction of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=past_day, metavar="DAY", help="count every day from this one (2026-01-31) on again"
        )

    def handle(self, *, since: date | None, **options: Any) -> None:
        if since:
            recount(since, timezone.localdate())
        began = perf_counter()
        days = roll_up(told=self._tell if options["verbosity"] > 1 else None)
        self.stdout.write(f"{days} {'day' if days == 1 else 'days'} counted in {perf_counter() - began:.1f} s.")

    def _tell(self, day: Day, seconds: float) -> None:
        self.stdout.write(f"{day.day}  {seconds:.2f} s")


def past_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day such as 2026-01-31.") from error
    if not date(2000, 1, 1) <= day <= timezone.localdate():
        raise ArgumentTypeError(f"{text} is not between 2000-01-01 and today.")
    return day
