from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from customers.models import StorefrontKey


class Command(BaseCommand):
    help = "Give a storefront a key for the API. Prints the key, once and for all, and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the storefront is called, to tell keys apart")

    def handle(self, *, name: str, **options: Any) -> None:
        self.stdout.write(StorefrontKey.objects.issue(name)[1])
