"""Rows into a temporary table, which is gone with the transaction."""

from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest

from django.db import connection

from customers.importing.dialects import Dialect
from customers.importing.reading import Row
from customers.importing.rejects import Rejects
from customers.importing.rows import BadRow, Parser, check, judged, parsers

TABLES = {
    "purchases": (
        "external_id text, customer text, customer_name text, product text, product_name text, category text,"
        " quantity int, price numeric(12, 2), at timestamptz, country text"
    ),
    "products": "product text, product_name text, category text, derived text, brand text, price numeric(12, 2)",
    "reviews": (
        "external_id text, customer text, product text, rating float, words text, at timestamptz, sentiment float,"
        " aspects text[]"
    ),
}
REMEMBERED = 10_000  # texts a field
LONGEST_REMEMBERED = 300  # characters


def stage(batches: Iterable[list[Row]], dialect: Dialect, rejects: Rejects) -> None:
    """COPY the rows into the temporary table `staged`, bad ones to the rejects."""
    columns = {field: _Column(field, parse, dialect) for field, parse in parsers(dialect.kind).items()}
    with connection.cursor() as cursor:
        # Here still where several files are imported in one transaction.
        cursor.execute("DROP TABLE IF EXISTS pg_temp.staged, pg_temp.described, pg_temp.several")
        cursor.execute(f"CREATE TEMPORARY TABLE staged (line bigint, {TABLES[dialect.kind]}) ON COMMIT DROP")
        with cursor.copy("COPY staged FROM STDIN") as copy:
            for batch in batches:
                copy.write("".join(_lines(batch, columns, dialect, rejects)))
        cursor.execute("ANALYZE staged")


class _Column(dict[str, str | BadRow]):
    """What a field's texts are staged as. Those seen of late are remembered, for most come again."""

    def __init__(self, field: str, parse: Parser, dialect: Dialect) -> None:
        super().__init__()
        self.place = dialect.fields.index(field) if field in dialect.fields else len(dialect.fields)
        self._parse = parse

    def __missing__(self, text: str) -> str | BadRow:
        staged: str | BadRow
        try:
            staged = self._parse(text)
        except BadRow as bad:
            staged = BadRow(*bad.args)  # without the frames it was raised through
        if len(text) <= LONGEST_REMEMBERED:
            if len(self) >= REMEMBERED:
                self.clear()
            self[text] = staged
        return staged


def _lines(batch: list[Row], columns: dict[str, _Column], dialect: Dialect, rejects: Rejects) -> Iterator[str]:
    """COPY's lines of the batch, made field by field, which takes less time than row by row."""
    width = len(dialect.header)
    batch = batch if _is_sound(batch, width) else list(_sound_ones(batch, width, rejects))
    texts = [*zip_longest(*(row.cells for row in batch), fillvalue="")]
    texts += [("",) * len(batch)] * (width + 1 - len(texts))  # rows may end early, a file may lack a field
    staged: dict[str, list[str | BadRow]] = {"line": [str(row.line) for row in batch]}
    staged |= {field: [column[text] for text in texts[column.place]] for field, column in columns.items()}
    if dialect.kind == "reviews":
        staged["judged"] = list(map(judged, texts[columns["text"].place], staged["rating"]))
    for row, values in zip(batch, zip(*staged.values(), strict=True), strict=True):
        try:
            yield "\t".join(values) + "\n"
        except TypeError:
            rejects.add(row.line, str(next(value for value in values if isinstance(value, BadRow))), row.cells)


def _is_sound(batch: list[Row], width: int) -> bool:
    if any(problem or len(cells) > width for _, cells, problem in batch):
        return False
    text = "".join(chain.from_iterable(cells for _, cells, _ in batch))
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _sound_ones(batch: list[Row], width: int, rejects: Rejects) -> Iterator[Row]:
    for row in batch:
        try:
            check(row, width)
            yield row
        except BadRow as bad:
            rejects.add(row.line, str(bad), row.cells)
