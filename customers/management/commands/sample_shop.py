from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.importing.report import report_lines
from customers.sample import SampleRefused, load_sample
from customers.sample.shop import CUSTOMERS, SEED


class Command(BaseCommand):
    help = "Fill an empty database with a shop that does not exist; clear_sample removes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=CUSTOMERS, help="default: %(default)s")
        parser.add_argument("--seed", type=int, default=SEED, help="another seed, another shop (default: %(default)s)")

    def handle(self, *, customers: int, seed: int, **options: Any) -> None:
        if customers < 1:
            raise CommandError("A shop needs a customer: --customers has to be 1 or more.")
        try:
            runs = load_sample(customers, seed, progress=partial(self.stderr.write, style_func=str))
        except SampleRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        for run in runs:
            self.stdout.write("\n".join(report_lines(run)))
        self.stdout.write("Now run: manage.py fit_engine")
