"""The staged rows into the shop's: a few statements, however many rows, each counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from customers.importing import sql
from customers.importing.dialects import Dialect
from customers.importing.rejects import Rejects
from customers.sentiment import MODEL, VERSION

WORK_MEMORY = "64MB"  # for each sorting and hashing of the rows; what needs more goes to the disk


@dataclass(frozen=True)
class Merge:
    """One file's staged rows on their way into the shop."""

    dialect: Dialect
    rejects: Rejects
    is_sample: bool = False
    create_products: bool = False  # for reviews: make products that nothing else is known of

    def run(self) -> dict[str, Any]:
        """What was added and changed, and which contradictions were resolved."""
        _run(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        return {"products": self._catalogue, "purchases": self._purchases, "reviews": self._reviews}[
            self.dialect.kind
        ]()

    def _catalogue(self) -> dict[str, Any]:
        _run(sql.DERIVED_CATEGORIES)
        contradictions = _product_contradictions()
        _run(sql.PRODUCTS_OF_A_CATALOGUE)
        categories, _ = self._upsert(sql.CATEGORIES)
        added, updated = self._upsert(sql.PRODUCTS)
        distinct = _number("SELECT count(*) FROM described")
        return {
            "added": added,
            "updated": updated,
            "unchanged": distinct - added - updated,
            "new": {"categories": categories},
            "contradictions": contradictions,
        }

    def _purchases(self) -> dict[str, Any]:
        _run(sql.IDS_OF_SEVERAL_ROWS)
        contradictions = {
            "transaction ids with several rows": _number(sql.CONTRADICTING_IDS),
            "customer ids with several names": _number(sql.CONTRADICTING_CUSTOMERS),
            **_product_contradictions(),
        }
        repeated = _run(sql.REPEATED)
        _run(sql.PRODUCTS_OF_PURCHASES)
        categories, _ = self._upsert(sql.CATEGORIES)
        products, _ = self._upsert(sql.PRODUCTS)
        customers, _ = self._upsert(sql.CUSTOMERS_OF_PURCHASES)
        new = {"customers": customers, "products": products, "categories": categories}
        with _references_unchecked():
            counts = self._rows(sql.PURCHASES)
        return counts | {"repeated": repeated, "new": new, "contradictions": contradictions}

    def _reviews(self) -> dict[str, Any]:
        _run(sql.IDS_OF_SEVERAL_ROWS)
        contradictions = {"review ids with several rows": _number(sql.CONTRADICTING_IDS)}
        repeated = _run(sql.REPEATED)
        products = 0
        if self.create_products:
            _run(sql.PRODUCTS_OF_REVIEWS)
            products, _ = self._upsert(sql.PRODUCTS)
        else:
            self._reject_unknown_products()
        customers, _ = self._upsert(sql.CUSTOMERS_OF_REVIEWS)
        new = {"customers": customers, "products": products}
        return self._rows(sql.REVIEWS) | {"repeated": repeated, "new": new, "contradictions": contradictions}

    def _rows(self, statement: str) -> dict[str, Any]:
        staged = _number("SELECT count(*) FROM staged")
        added, updated = self._upsert(statement)
        return {"added": added, "updated": updated, "unchanged": staged - added - updated}

    def _reject_unknown_products(self) -> None:
        columns = ("review_id", "customer_id", "product_id", "rating", "text", "reviewed_at")
        select = "SELECT line, external_id, customer, product, rating::text, words, at::text "
        with connection.chunked_cursor() as cursor:  # there may be as many as the file has rows
            cursor.execute(select + sql.OF_UNKNOWN_PRODUCTS + " ORDER BY line")
            for line, *values in cursor:
                texts = dict(zip(columns, (value or "" for value in values), strict=True))
                self.rejects.add(line, "an unknown product", self.dialect.row(texts))
        _run("DELETE " + sql.OF_UNKNOWN_PRODUCTS)

    def _upsert(self, statement: str) -> tuple[int, int]:
        """How many rows were added, and how many changed."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH changed (is_new) AS ({statement})"  # noqa: S608  (the statements are this package's own)
                " SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM changed",
                {"is_sample": self.is_sample, "model": MODEL, "version": VERSION},
            )
            added, updated = cursor.fetchone()
        return added, updated


@contextmanager
def _references_unchecked() -> Iterator[None]:
    """PostgreSQL looks up no foreign key, which it does row by row, where the database's user may say so.

    For rows whose references were just joined and are locked: by the statements that sorted them in, which
    lock also what they leave as it is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        if may_say_so := cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        if may_say_so:
            cursor.execute("SET LOCAL session_replication_role = origin")


def _product_contradictions() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql.CONTRADICTING_PRODUCTS)
        names, categories = cursor.fetchone()
    return {"product ids with several names": names, "product ids with several categories": categories}


def _run(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: int = cursor.rowcount
    return rows


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        number: int = cursor.fetchone()[0]
    return number
