"""The sample shop into the database and out of it again."""

import csv
import random
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from customers.importing import import_file
from customers.importing.dialects import COLUMNS, KINDS
from customers.locks import lock_shop
from customers.models import Category, Customer, ImportRun, Product, Purchase, Review
from customers.sample.catalogue import BRANDS, make_catalogue
from customers.sample.people import make_people
from customers.sample.shopping import Shopping
from customers.sentiment import refresh_products
from customers.statistics import refresh_statistics

CUSTOMERS, SEED = 500, 7


class SampleRefused(Exception):
    """The sample cannot be loaded here. Its text says why."""


@transaction.atomic
def load_sample(
    customers: int = CUSTOMERS,
    seed: int = SEED,
    anchor: datetime | None = None,
    progress: Callable[[str], None] = lambda sentence: None,
) -> list[ImportRun]:
    """Write and import the sample shop, all or nothing; the same for the same seed and anchor (default: now).

    Raises SampleRefused where a shop is already.
    """
    lock_shop()
    if Customer.objects.filter(is_sample=True).exists():
        raise SampleRefused("The sample shop is here already; manage.py clear_sample removes it.")
    if Customer.objects.exists() or Product.objects.exists():
        raise SampleRefused("A real shop is in this database; the sample is only for an empty one.")
    with TemporaryDirectory(prefix="shopassist-sample-") as folder:
        write_sample(Path(folder), customers, seed, anchor or timezone.now())
        return [import_file(kind, Path(folder) / f"{kind}.csv", is_sample=True, progress=progress) for kind in KINDS]


@transaction.atomic
def clear_sample() -> dict[str, int]:
    """Remove the sample shop with its customers' logins, and nothing of a real one. Returns how much of what."""
    lock_shop()
    real_purchases, real_reviews = Purchase.objects.filter(is_sample=False), Review.objects.filter(is_sample=False)
    counts = {
        "purchases": _delete(Purchase.objects.filter(is_sample=True)),
        "reviews": _delete(Review.objects.filter(is_sample=True)),
    }
    unused = [~Exists(rows.filter(product=OuterRef("pk"))) for rows in (real_purchases, real_reviews)]
    products = Product.objects.filter(*unused, is_sample=True)
    shelves = list(products.exclude(category=None).order_by().values_list("category", flat=True).distinct())
    counts["products"] = _delete(products)
    counts["categories"] = _delete(Category.objects.filter(pk__in=shelves, products=None))
    gone = [~Exists(rows.filter(customer=OuterRef("pk"))) for rows in (real_purchases, real_reviews)]
    customers = Customer.objects.filter(*gone, is_sample=True)
    get_user_model().objects.filter(customer__in=customers, is_staff=False).delete()
    counts["customers"] = _delete(customers)
    refresh_products()
    refresh_statistics()
    return counts


def write_sample(folder: Path, customers: int, seed: int, anchor: datetime) -> None:
    """The three files of the sample shop, in our own dialect."""
    dice = random.Random(seed)  # noqa: S311  (nothing here is secret)
    goods = make_catalogue(dice)
    shopping = Shopping(dice, goods, anchor)
    people = make_people(dice, customers, sorted({brand for brands in BRANDS.values() for brand in brands}))
    bought = [line for person in people for line in shopping.of(person)]
    said = list(shopping.said_of(bought))
    bought.sort(key=lambda line: line.at)
    _write(folder, "products", ([g.id, g.name, g.category, "", g.brand, g.price] for g in goods))
    _write(
        folder,
        "purchases",
        (
            [f"S{n:06}", b.person.id, b.person.name, b.good.id, b.good.name, b.good.category, b.quantity, b.price,
             b.at.isoformat(), b.person.country]
            for n, b in enumerate(bought, start=1)
        ),
    )  # fmt: skip
    _write(
        folder,
        "reviews",
        (
            [f"SR{n:05}", s.bought.person.id, s.bought.good.id, s.stars or "", s.text, s.at.isoformat()]
            for n, s in enumerate(sorted(said, key=lambda review: review.at), start=1)
        ),
    )


def _write(folder: Path, kind: str, rows: Iterable[list[Any]]) -> None:
    with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS[kind])
        writer.writerows(rows)


def _delete(rows: Any) -> int:
    """How many of the rows themselves were deleted, without what else depended on them."""
    deleted: int = rows.delete()[1].get(rows.model._meta.label, 0)
    return deleted
