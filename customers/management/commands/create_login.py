from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.access import AmbiguousCustomer, LoginRefused, UnknownCustomer, create_login, find_by_id_or_name


class Command(BaseCommand):
    help = "Make a customer's sign-in, or give it a new password. Prints both, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer", help="the customer's id or name")

    def handle(self, *, customer: str, **options: Any) -> None:
        try:
            user, password = create_login(find_by_id_or_name(customer))
        except AmbiguousCustomer as several:
            ids = ", ".join(candidate.external_id for candidate in several.candidates)
            raise CommandError(f"{several} Their ids: {ids}") from several
        except (UnknownCustomer, LoginRefused) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"username: {user.get_username()}\npassword: {password}")
