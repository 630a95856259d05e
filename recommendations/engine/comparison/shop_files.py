"""A shop as files with a hidden test part, read into the arrays that recommenders are compared on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from customers.importing.reading import ImportRefused
from customers.sentiment import review_sentiment
from customers.sentiment.products import PRIOR
from recommendations.engine.comparison.columns import Columns, found_file, read_columns
from recommendations.engine.purchases import Ints, Purchases


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
    sentiment: NDArray[np.float64]  # (products,) 0..1 of the reviews, nan without
    customers: Ints  # (tested,) rows, ascending
    times: Ints  # (tested,) when each asks, seconds since 1970
    targets: csr_array  # (tested, products) 1 where bought next
    wanted: Ints  # (tested,) products bought next, those that train doesn't know included


def read_split(folder: Path) -> Split:
    """Reads train.csv and test.csv, plain or as .gz, with customer_id, product_id and purchased_at (ISO 8601, UTC
    unless it says otherwise). Where they are there: products.csv with product_id and any of product_name,
    product_category, derived_category and price; train_reviews.csv with product_id and rating (1 to 5), text or both.

    A test row without a time is asked after the last purchase of train. Several test rows of a customer are several
    products wanted, asked for at the first one's time. Raises ImportRefused with a sentence for what cannot be read.
    """
    train = read_columns(folder, "train.csv", ["customer_id", "product_id", "purchased_at"])
    test = read_columns(folder, "test.csv", ["customer_id", "product_id"], ["purchased_at"])
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
        prices=np.array([_number(details.get("price", {}).get(key, ""), "price") for key in product_ids], float),
        sentiment=_sentiment(folder, product_ids),
        customers=customers,
        times=times,
        targets=targets,
        wanted=wanted,
    )


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
    if not found_file(folder, "products.csv"):
        return {}
    optional = ["product_name", "product_category", "derived_category", "price"]
    columns = read_columns(folder, "products.csv", ["product_id"], optional)
    keys = columns.pop("product_id")
    return {name: dict(zip(keys, values, strict=True)) for name, values in columns.items()}


def _sentiment(folder: Path, product_ids: list[str]) -> NDArray[np.float64]:
    """The mean of each product's reviews, drawn to the mean of all as a product's sentiment in the shop is."""
    if not found_file(folder, "train_reviews.csv"):
        return np.full(len(product_ids), np.nan)
    columns = read_columns(folder, "train_reviews.csv", ["product_id"], ["rating", "text"])
    product = _rows(columns["product_id"], product_ids)
    nothing = [""] * len(product)
    pairs = zip(columns.get("rating", nothing), columns.get("text", nothing), strict=True)
    said = np.array([review_sentiment(text, _number(stars, "rating") if stars else None) for stars, text in pairs])
    reviews = np.bincount(product[product >= 0], minlength=len(product_ids))
    total = np.bincount(product[product >= 0], said[product >= 0], len(product_ids))
    return np.where(reviews > 0, (total + PRIOR * said.mean()) / (reviews + PRIOR), np.nan)


def _number(text: str, column: str) -> float:
    try:
        return float(text) if text else float("nan")
    except ValueError:
        raise ImportRefused(f"{column} '{text[:40]}' is no number.") from None
