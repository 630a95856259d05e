"""A generated shop in the database, by COPY: what a benchmark starts from, in seconds and not minutes."""

from typing import Any

import numpy as np
from django.db import connection, transaction

from bench.generated import Shop

TABLES = "customers_customer, customers_category, customers_product, customers_purchase"
GOODS = ("Lamp", "Router", "Café press", "Notebook", "Wool scarf", "Desk", "Toaster", "Pen")
REVIEWED = 0.6  # of the products
WORST, BEST = 0.5, 0.95  # what reviews say of them: some are found too bad to be proposed


def load(shop: Shop, customers: int, seed: int = 1) -> None:
    """In place of whatever shop is there, with all that hangs on it. Keys are the numbers of the shop, plus 1."""
    chance = np.random.default_rng(seed)
    products, groups = len(shop.group), int(shop.group.max()) + 1
    reviews = np.where(chance.random(products) < REVIEWED, chance.integers(1, 50, products), 0)
    sentiment = chance.uniform(WORST, BEST, products)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES}, recommendations_enginefit RESTART IDENTITY CASCADE")
    _copy(
        "customers_customer (id, external_id, name, country, is_sample)",
        ((row + 1, f"C{row:06}", f"Customer {row}", "", False) for row in range(customers)),
    )
    _copy("customers_category (id, name)", ((group + 1, f"Group {group}") for group in range(groups)))
    _copy(
        "customers_product (id, external_id, name, brand, category_id, price, sentiment, review_count, aspects,"
        " is_sample)",
        (
            (row + 1, f"P{row:05}", f"{GOODS[row % len(GOODS)]} {row}", "", int(group) + 1, f"{price:.2f}",
             f"{liked:.4f}" if count else None, int(count), "{}", False)
            for row, (group, price, liked, count) in enumerate(
                zip(shop.group, shop.list_price, sentiment, reviews, strict=True)
            )
        ),
    )  # fmt: skip
    columns = zip(shop.customer, shop.product, shop.quantity, shop.price, shop.at, strict=True)
    _copy(
        "customers_purchase (id, external_id, customer_id, product_id, quantity, unit_price, purchased_at, country,"
        " is_sample)",
        (
            (row + 1, f"T{row:08}", int(who) + 1, int(what) + 1, int(count), f"{price:.2f}", f"{at}+00", "", False)
            for row, (who, what, count, price, at) in enumerate(columns)
        ),
    )  # fmt: skip
    with connection.cursor() as cursor:
        for table in TABLES.split(", "):
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM " + table, [table])
        cursor.execute(f"VACUUM ANALYZE {TABLES}")


def _copy(into: str, rows: Any) -> None:
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
