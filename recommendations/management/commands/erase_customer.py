import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from customers.access import UnknownCustomer, find_customer
from recommendations.erasure import AlreadyErased, complete, erase, find
from recommendations.erasure.running import PATIENCE


class Command(BaseCommand):
    help = (
        "Erase a customer, here and in LangFuse. Prints the receipt, which is kept; exit 1 where LangFuse is not done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer", metavar="ID", help="the shop's own id")
        parser.add_argument("--keep-purchases", action="store_true", help="of nobody, for the counts of the engine")
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument(
            "--patience", type=float, default=PATIENCE, metavar="SECONDS", help=f"for LangFuse to delete ({PATIENCE:g})"
        )

    def handle(self, *, customer: str, keep_purchases: bool, dry_run: bool, patience: float, **options: Any) -> None:
        try:
            if dry_run:
                self.say_what_would_go(customer)
                return
            receipt = erase(customer, by=f"{getpass.getuser()} in a shell", keep_purchases=keep_purchases)
        except UnknownCustomer as error:
            raise CommandError(str(error)) from error
        except AlreadyErased as error:
            self.stdout.write(str(error))
            receipt = error.receipt
        else:
            self.stdout.write("Files that still name the customer bring them back when they are imported again.")
        if receipt.quiet_at and (wait := (receipt.quiet_at - timezone.now()).total_seconds()) > 0:
            self.stdout.write(f"A relay may be sending just now; LangFuse is asked again in {wait:.0f} s.")
            patience += wait
        receipt = complete(receipt, patience)
        self.stdout.write("\n".join(receipt.lines()))
        if receipt.state != receipt.State.DONE:
            raise SystemExit(1)

    def say_what_would_go(self, customer_id: str) -> None:
        for kind, number in find(find_customer(customer_id=customer_id)).counts().items():
            self.stdout.write(f"{number:,} {kind}")
