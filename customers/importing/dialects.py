"""Which column of a file means what: ours and the original system's names, recognised by the header."""

from collections.abc import Sequence
from dataclasses import dataclass

from customers.importing.reading import ImportRefused

KINDS = ("products", "purchases", "reviews")  # in the order in which files need each other
OURS, ORIGINAL = "shopassist", "original"

# field: the original system's name, where it had one. Our own name is the field's.
COLUMNS: dict[str, dict[str, str]] = {
    "products": {
        "product_id": "ProductID",
        "product_name": "ProductName",
        "product_category": "ProductCategory",
        "derived_category": "",
        "brand": "Brand",
        "price": "Price",
    },
    "purchases": {
        "transaction_id": "TransactionID",
        "customer_id": "CustomerID",
        "customer_name": "CustomerName",
        "product_id": "ProductID",
        "product_name": "ProductName",
        "product_category": "ProductCategory",
        "quantity": "PurchaseQuantity",
        "price": "PurchasePrice",
        "purchased_at": "PurchaseDate",
        "country": "Country",
    },
    "reviews": {
        "review_id": "ReviewID",
        "customer_id": "CustomerID",
        "product_id": "ProductID",
        "rating": "Rating",
        "text": "ReviewText",
        "reviewed_at": "ReviewDate",
    },
}
REQUIRED = {
    "products": ("product_id",),
    "purchases": ("transaction_id", "customer_id", "product_id"),
    "reviews": ("review_id", "product_id"),
}


@dataclass(frozen=True)
class Dialect:
    """How one file's columns are to be read."""

    kind: str
    name: str
    header: tuple[str, ...]
    fields: tuple[str, ...]  # what each column means; empty for a column that is not read

    @property
    def ignored(self) -> list[str]:
        return [column for column, field in zip(self.header, self.fields, strict=True) if not field]

    def texts(self, row: Sequence[str]) -> dict[str, str]:
        """The row's texts by field. A row may end early: what it does not have is absent."""
        return {field: text for field, text in zip(self.fields, row, strict=False) if field}

    def row(self, texts: dict[str, str]) -> list[str]:
        """The other way: these texts in the file's order."""
        return [texts.get(field, "") for field in self.fields]


def recognise(kind: str, header: Sequence[str]) -> Dialect:
    """Raises ImportRefused where the header is of no file of this kind."""
    for name in (OURS, ORIGINAL):
        dialect = Dialect(kind, name, tuple(header), _fields(kind, name, header))
        present = [field for field in dialect.fields if field]
        if set(REQUIRED[kind]) <= set(present) and not _is_rather(kind, header):
            if doubled := [field for field in present if present.count(field) > 1]:
                raise ImportRefused(f"The header has the column {doubled[0]} more than once.")
            return dialect
    if other := _is_rather(kind, header):
        raise ImportRefused(f"This is a file of {other}, not of {kind}; give it with --{other}.")
    raise ImportRefused(
        f"The header is none of a file of {kind}: it has to have the columns {', '.join(REQUIRED[kind])} "
        f"(or {', '.join(COLUMNS[kind][field] for field in REQUIRED[kind])}), and has: {', '.join(header)[:300]}"
    )


def _fields(kind: str, name: str, header: Sequence[str]) -> tuple[str, ...]:
    known = {(field if name == OURS else column.lower()): field for field, column in COLUMNS[kind].items()}
    known.pop("", None)
    return tuple(known.get(column.strip().lower(), "") for column in header)


def _is_rather(kind: str, header: Sequence[str]) -> str:
    """The kind whose own id the header has, if it is another."""
    names = {column.strip().lower().replace("_", "") for column in header}
    for other, own_id in (("purchases", "transactionid"), ("reviews", "reviewid")):
        if other != kind and own_id in names:
            return other
    return ""
