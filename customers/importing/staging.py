"""Rows into a temporary table, which is gone with the transaction."""

from collections.abc import Iterator

from django.db import connection

from customers.importing.dialects import Dialect
from customers.importing.reading import Row
from customers.importing.rejects import Rejects
from customers.importing.rows import PARSERS, BadRow, Values, check

TABLES = {
    "purchases": (
        "external_id text, customer text, customer_name text, product text, product_name text, category text,"
        " quantity int, price numeric(12, 2), at timestamptz, country text"
    ),
    "products": "product text, product_name text, category text, brand text, price numeric(12, 2)",
    "reviews": (
        "external_id text, customer text, product text, rating float, words text, at timestamptz, sentiment float,"
        " aspects text[]"
    ),
}


def stage(rows: Iterator[Row], dialect: Dialect, rejects: Rejects) -> None:
    """COPY the rows into the temporary table `staged`, bad ones to the rejects."""
    with connection.cursor() as cursor:
        # Here still where several files are imported in one transaction.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.staged, pg_temp.described")
        cursor.execute(f"CREATE TEMPORARY TABLE staged (line bigint, {TABLES[dialect.kind]}) ON COMMIT DROP")
        with cursor.copy("COPY staged FROM STDIN") as copy:
            for line, values in _values(rows, dialect, rejects):
                copy.write_row((line, *values))
        cursor.execute("ANALYZE staged")


def _values(rows: Iterator[Row], dialect: Dialect, rejects: Rejects) -> Iterator[tuple[int, Values]]:
    parse, columns = PARSERS[dialect.kind], len(dialect.header)
    for row in rows:
        try:
            check(row, columns)
            yield row.line, parse(dialect.texts(row.cells))
        except BadRow as bad:
            rejects.add(row.line, str(bad), row.cells)
