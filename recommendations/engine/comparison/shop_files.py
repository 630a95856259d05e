"""A shop as files with a hidden test part, read into the arrays that recommenders are compared on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from customers.importing.reading import ImportRefused, RowFile
from recommendations.engine.purchases import Ints, Purchases

Columns = dict[str, list[str]]


@dataclass(frozen=True)
class Split:
    """What is known of a shop, and what some customers bought next. Rows of products are those of `train`."""

    name: str
    train: Purchases
    customer_ids: list[str]  # (customers,) as in the files, ascending
    product_ids: list[str]  # (products,) as in the files, ascending: those in train
    product_names: list[str]  # (products,) "" where unknown
    categories: list[str]  # (products,) "" where unknown
    prices: NDArray[np.float64]  # (products,) nan where unknown
    customers: Ints  # (tested,) rows, ascending
    times: Ints  # (tested,) when each asks, seconds since 1970
    targets: csr_array  # (tested, products) 1 where bought next
    wanted: Ints  # (tested,) products bought next, those that train doesn't know included


def read_split(folder: Path) -> Split:
    """Reads train.csv and test.csv, plain or as .gz, with customer_id, product_id and purchased_at (ISO 8601, UTC
    unless it says otherwise); and products.csv where it is there, with product_id and any of product_name,
    product_category, derived_category and price.

    A test row without a time is asked after the last purchase of train. Several test rows of a customer are several
    products wanted, asked for at the first one's time. Raises ImportRefused with a sentence for what cannot be read.
    """
    train = _read(folder, "train.csv", ["customer_id", "product_id", "purchased_at"])
    test = _read(folder, "test.csv", ["customer_id", "product_id"], ["purchased_at"])
    customer_ids = sorted({*train["customer_id"], *test["customer_id"]})
    product_ids = sorted(set(train["product_id"]))
    purchases = _purchases(train, customer_ids, product_ids)
    customers, times, targets, wanted = _tested(test, customer_ids, product_ids, purchases)
    details = _details(folder)
    categories = details.get("product_category", {}), details.get("derived_category", {})
    return Split(
        name=folder.resolve().name,
        train=purchases,
        customer_ids=customer_ids,
        product_ids=product_ids,
        product_names=[details.get("product_name", {}).get(key, "") for key in product_ids],
        categories=[categories[0].get(key) or categories[1].get(key, "") for key in product_ids],
        prices=np.array([_price(details.get("price", {}).get(key, "")) for key in product_ids], float),
        customers=customers,
        times=times,
        targets=targets,
        wanted=wanted,
    )


def _read(folder: Path, name: str, needed: Sequence[str], optional: Sequence[str] = ()) -> Columns:
    path = next((path for path in (folder / name, folder / f"{name}.gz") if path.exists()), None)
    if path is None:
        raise ImportRefused(f"{folder} holds neither {name} nor {name}.gz.")
    with RowFile(path) as file:
        missing = [column for column in needed if column not in file.header]
        if missing:
            raise ImportRefused(f"{path} lacks {', '.join(missing)}; its columns are {', '.join(file.header)}.")
        names = [column for column in (*needed, *optional) if column in file.header]
        columns: Columns = {column: [] for column in names}
        places = [(columns[column], file.header.index(column)) for column in names]
        for row in file.rows():
            if row.problem or len(row.cells) < len(file.header):
                raise ImportRefused(f"{path} line {row.line}: {row.problem or 'fewer cells than the header'}.")
            for column, place in places:
                column.append(row.cells[place])
    if not columns["product_id"]:
        raise ImportRefused(f"{path} has no row.")
    return columns


def _purchases(train: Columns, customer_ids: list[str], product_ids: list[str]) -> Purchases:
    found = Purchases.of(
        _rows(train["customer_id"], customer_ids),
        _rows(train["product_id"], product_ids),
        _seconds(train["purchased_at"], "train.csv"),
    )
    # Customers who are only in test have a row as well: nothing is known of them.
    return Purchases(
        found.customer_pks[found.customer], found.product, found.time, np.arange(len(customer_ids)), found.product_pks
    )


def _tested(
    test: Columns, customer_ids: list[str], product_ids: list[str], train: Purchases
) -> tuple[Ints, Ints, csr_array, Ints]:
    customers, row = np.unique(_rows(test["customer_id"], customer_ids), return_inverse=True)
    product = _rows(test["product_id"], product_ids)
    end = int(train.time.max()) + 1
    asked = test.get("purchased_at", [""] * len(row))
    at = np.full(len(row), end)
    dated = np.array([bool(text) for text in asked], bool)
    at[dated] = _seconds([text for text in asked if text], "test.csv")
    times = np.full(len(customers), np.iinfo(np.int64).max)
    np.minimum.at(times, row, at)
    pairs = set(zip(row.tolist(), test["product_id"], strict=True))
    wanted = np.bincount([customer for customer, _ in pairs], minlength=len(customers))
    known = np.unique(np.stack([row, product])[:, product >= 0], axis=1)
    targets = csr_array((np.ones(known.shape[1]), (known[0], known[1])), shape=(len(customers), len(product_ids)))
    return customers, times, targets, np.asarray(wanted, np.int64)


def _rows(keys: Iterable[str], ordered: list[str]) -> Ints:
    """Where each key stands in the list; -1 if nowhere."""
    row = {key: at for at, key in enumerate(ordered)}
    return np.array([row.get(key, -1) for key in keys], np.int64)


def _seconds(texts: list[str], name: str) -> Ints:
    known = {text: _second(text, name) for text in set(texts)}
    return np.array([known[text] for text in texts], np.int64)


def _second(text: str, name: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ImportRefused(f"{name}: purchased_at '{text[:40]}' is no time of ISO 8601.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _details(folder: Path) -> dict[str, dict[str, str]]:
    """Column -> product's id -> what products.csv says."""
    if not any((folder / name).exists() for name in ("products.csv", "products.csv.gz")):
        return {}
    optional = ["product_name", "product_category", "derived_category", "price"]
    columns = _read(folder, "products.csv", ["product_id"], optional)
    keys = columns.pop("product_id")
    return {name: dict(zip(keys, values, strict=True)) for name, values in columns.items()}


def _price(text: str) -> float:
    try:
        return float(text) if text else float("nan")
    except ValueError:
        raise ImportRefused(f"products.csv: price '{text[:40]}' is no number.") from None
