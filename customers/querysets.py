"""The questions that are asked of the shop's rows again and again."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Avg, Count, DecimalField, F, Func, Sum, Value
from django.db.models.expressions import Combinable
from django.utils import timezone

if TYPE_CHECKING:
    from customers.models import Customer, Product, Purchase  # noqa: F401

MONEY = DecimalField(max_digits=20, decimal_places=2)
CENT = Decimal("0.01")


LONGEST_NAME = 3  # words of a name that is looked for in a text
MOST_NAMES = 60  # tried in one text
CAPITALISED = re.compile(r"[^\W\d_a-zß-ÿ][\w.-]*(?:['’](?!s\b)\w+)*(?:[ \t]+[^\W\d_a-zß-ÿ][\w.-]*(?:['’](?!s\b)\w+)*)+")


class CategoryTotals(TypedDict):
    category: str
    purchases: int
    quantity: int
    spent: Decimal


@dataclass(frozen=True)
class Totals:
    """Sums over purchases. What has no price counts as a purchase, but adds nothing to what was spent."""

    purchases: int
    quantity: int
    spent: Decimal
    average_price: Decimal | None  # the mean unit price of a purchase; None if no price is known


class Folded(Func):
    """Text without case and accents, by the immutable function of migration 0003."""

    function = "customers_folded"
    output_field = models.TextField()


class CustomerQuerySet(models.QuerySet["Customer"]):
    def named(self, text: str) -> "CustomerQuerySet":
        """Those of exactly this name, whatever its case, accents and spacing."""
        name = " ".join(unicodedata.normalize("NFC", text).replace("\0", " ").split())
        if not name:
            return self.none()
        return self.alias(folded=Folded("name")).filter(folded=Folded(Value(name)))

    def names_in(self, text: str, known: Iterable[str] = ()) -> list[str]:
        """Names of customers that stand in the text, each two or three words with capitals, but for those known.

        One query by index, and none where no two such words stand together.
        """
        skip = {" ".join(name.split()).casefold() for name in known}
        tried: dict[str, None] = {}
        for run in CAPITALISED.findall(unicodedata.normalize("NFC", text)):
            words = [word.rstrip(".-") for word in run.split()]
            for start in range(len(words) - 1):
                for end in range(start + 2, min(start + LONGEST_NAME, len(words)) + 1):
                    tried.setdefault(" ".join(words[start:end]))
        names = [name for name in tried if name.casefold() not in skip][:MOST_NAMES]
        if not names:
            return []
        folded: Any = [Folded(Value(name)) for name in names]
        found = self.alias(folded=Folded("name")).filter(folded__in=folded)
        return list(found.order_by().values_list("name", flat=True).distinct())


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    def of(self, customer: "Customer") -> "PurchaseQuerySet":
        return self.filter(customer=customer)

    def between(self, start: date | None, end: date | None) -> "PurchaseQuerySet":
        """From `start` to before `end`, days of the shop's time zone. A bound leaves out what has no date."""
        found = self
        if start is not None:
            found = found.filter(purchased_at__gte=_midnight(start))
        if end is not None:
            found = found.filter(purchased_at__lt=_midnight(end))
        return found

    def in_categories(self, names: Iterable[str]) -> "PurchaseQuerySet":
        return self.filter(product__category__name__in=list(names))

    def of_products_named(self, words: str) -> "PurchaseQuerySet":
        """Of products whose name, brand or category has all these words, in whatever grammatical form."""
        return self.filter(product__search_vector=SearchQuery(words, config="shopassist"))

    def totals(self) -> Totals:
        """One query."""
        found = self.aggregate(**SUMS, average=Avg("unit_price"))
        return Totals(
            purchases=found["purchases"],
            quantity=found["items"] or 0,
            spent=found["spent"] or Decimal("0.00"),
            average_price=to_the_cent(found["average"]),
        )

    def by_category(self) -> "models.QuerySet[Purchase, dict[str, Any]]":
        """A row a category (None for products without one), what was bought most often first, then the dearest."""
        rows: Any = self.order_by().values(category=F("product__category__name")).annotate(**SUMS)
        return rows.order_by("-purchases", F("spent").desc(nulls_last=True), "category")  # type: ignore[no-any-return]

    def favorite_categories(self, n: int) -> list[CategoryTotals]:
        """One query."""
        return [category_totals(row) for row in self.exclude(product__category=None).by_category()[:n]]

    def newest(self, n: int) -> list["Purchase"]:
        """The `n` newest with product and category; what has no date comes last. One query."""
        newest = self.order_by(F("purchased_at").desc(nulls_last=True), "-pk")
        return list(newest.select_related("product__category")[:n])


AMOUNT: Combinable = F("quantity") * F("unit_price")
SUMS: dict[str, Any] = {
    "purchases": Count("pk"),
    "items": Sum("quantity"),  # no annotation may be called as the field that the next one reads
    "spent": Sum(AMOUNT, output_field=MONEY),
}


def category_totals(row: dict[str, Any]) -> CategoryTotals:
    return {
        "category": row["category"],
        "purchases": row["purchases"],
        "quantity": row["items"] or 0,
        "spent": row["spent"] or Decimal("0.00"),
    }


def to_the_cent(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(CENT, ROUND_HALF_UP)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
