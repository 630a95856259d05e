from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from customers.importing import ImportRefused, import_file
from customers.importing.dialects import KINDS
from customers.importing.report import report_lines
from customers.models import Customer


class Command(BaseCommand):
    help = "Import a shop's CSV files (also .gz): all rows of a file or, if it cannot be read, none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for kind in KINDS:
            parser.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"a file of {kind}")
        parser.add_argument(
            "--create-products",
            action="store_true",
            help="let reviews make products that are not known otherwise (default: such reviews are rejected)",
        )

    def handle(self, *, create_products: bool, **options: Any) -> None:
        files = [(kind, options[kind]) for kind in KINDS if options[kind]]
        if not files:
            raise CommandError("Nothing to import: give --purchases, --reviews or --products.")
        for kind, path in files:
            try:
                run = import_file(
                    kind, path, create_products=create_products, progress=partial(self.stderr.write, style_func=str)
                )
            except (ImportRefused, OSError, Error) as error:
                raise CommandError(f"Nothing of {path} was imported. {error}") from error
            self.stdout.write("\n".join(report_lines(run)))
        if Customer.objects.filter(is_sample=True).exists():
            self.stdout.write("The sample shop is still here; manage.py clear_sample removes it and leaves yours.")
        self.stdout.write("Now run: manage.py fit_engine")
