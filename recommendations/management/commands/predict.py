"""Lists for many customers, as a file."""

import csv
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from customers.models import Customer, Product
from recommendations.engine.proposals import proposals
from recommendations.engine.serving import visit_of

MOST = 1000  # products in a list


class Command(BaseCommand):
    help = (
        "Writes what the engine proposes to customers: customer_id,product_id,rank,score, the best first. FILE has a "
        "column customer_id and may have purchased_at, the moment of the request: what others bought from then on does "
        "not count as recent, and what the customer bought from then on is not known. A customer whom the shop does "
        "not know gets what a new one gets. Without --again, nothing that the customer has already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=Path, required=True, metavar="FILE", help="A CSV file.")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="The CSV file to write.")
        parser.add_argument("--k", type=_length, default=10, metavar="N", help="Products a list, 10 by default.")
        parser.add_argument("--again", action="store_true", help="With what is due to be bought again.")

    def handle(self, *args: Any, customers: Path, out: Path, k: int, again: bool, **options: Any) -> None:
        asked = list(_asked(customers))
        ids = dict(Product.objects.values_list("pk", "external_id"))
        known = Customer.objects.in_bulk({customer for customer, _ in asked}, field_name="external_id")
        with out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["customer_id", "product_id", "rank", "score"])
            for customer, at in asked:
                found = proposals(visit_of(known.get(customer), at), again=again, at_least=k)
                listed = [proposal for proposal in found if proposal.product_pk in ids][:k]
                writer.writerows(
                    [customer, ids[proposal.product_pk], rank, f"{proposal.score:.6f}"]
                    for rank, proposal in enumerate(listed, 1)
                )
        strangers = sum(customer not in known for customer, _ in asked)
        self.stdout.write(f"{len(asked):,} lists, {strangers:,} of them for customers whom the shop does not know.")


def _length(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise ArgumentTypeError(f"has to be a number from 1 to {MOST}")
    return int(text)


def _asked(path: Path) -> Iterator[tuple[str, float | None]]:
    """Customers' ids and the seconds since 1970 of their requests, each customer's first row alone."""
    seen: set[str] = set()
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if "customer_id" not in (rows.fieldnames or ()):
                raise CommandError(f"{path} has no column customer_id.")
            for number, row in enumerate(rows, 2):
                customer = (row["customer_id"] or "").strip()
                if customer and customer not in seen:
                    seen.add(customer)
                    yield customer, _moment(row.get("purchased_at") or "", number)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def _moment(text: str, line: int) -> float | None:
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise CommandError(f"Line {line}: purchased_at {text[:40]!r} is no time of ISO 8601.") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
