"""All purchases as arrays, and what was bought up to a moment as matrices."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from scipy.sparse import csr_array

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Undated purchases count as older than every other.
ALL_PURCHASES = """
COPY (
    SELECT customer_id, product_id, coalesce(floor(extract(epoch FROM purchased_at))::bigint, -9000000000)
    FROM customers_purchase
) TO STDOUT (FORMAT binary)
"""
# PostgreSQL's binary COPY: a header of 19 bytes, then per row the number of fields and each field
# behind its length, then two bytes that end it. Three bigints make every row the same 38 bytes.
HEADER, END = 19, 2
ROW = np.dtype(
    [("fields", ">i2")]
    + [field for name in ("customer", "product", "time") for field in ((f"{name}_size", ">i4"), (name, ">i8"))]
)


@dataclass(frozen=True)
class Purchases:
    """Distinct (customer, product, second), sorted by customer, then time, then product."""

    customer: Ints  # (purchases,) row of customer_pks
    product: Ints  # (purchases,) row of product_pks
    time: Ints  # (purchases,) seconds since 1970
    customer_pks: Ints  # (customers,) ascending
    product_pks: Ints  # (products,) ascending

    @classmethod
    def of(cls, customers: Ints, products: Ints, times: Ints) -> "Purchases":
        """From keys of customers and products, in any order and with repeats."""
        customer_pks, customer = np.unique(customers, return_inverse=True)
        product_pks, product = np.unique(products, return_inverse=True)
        order = np.lexsort((product, times, customer))
        customer, product, time = customer[order], product[order], times[order]
        changes = (np.diff(customer) != 0) | (np.diff(time) != 0) | (np.diff(product) != 0)
        new = np.concatenate([np.ones(min(1, len(order)), bool), changes])
        return cls(customer[new], product[new], time[new], customer_pks, product_pks)

    @classmethod
    def of_the_shop(cls) -> "Purchases":
        """Every purchase, in 38 bytes each on the way."""
        with connection.cursor() as cursor, cursor.cursor.copy(ALL_PURCHASES) as copy:
            data = b"".join(bytes(block) for block in copy)
        rows = np.frombuffer(data[HEADER:-END], dtype=ROW)
        return cls.of(*(rows[name].astype(np.int64) for name in ("customer", "product", "time")))

    def only(self, kept: Bools) -> "Purchases":
        """Those purchases, of the same customers and products."""
        return replace(self, customer=self.customer[kept], product=self.product[kept], time=self.time[kept])

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.customer_pks), len(self.product_pks)

    @cached_property
    def first_ever(self) -> Bools:
        """(purchases,) whether the customer had not bought the product before."""
        _, first = np.unique(self.customer * self.shape[1] + self.product, return_index=True)
        mask = np.zeros(len(self.customer), bool)
        mask[first] = True
        return mask

    @cached_property
    def bought(self) -> csr_array:
        """(customers, products) 1 where the customer ever bought the product."""
        pairs = self.only(self.first_ever)
        ones = np.ones(len(pairs.customer), np.float32)
        return csr_array((ones, (pairs.customer, pairs.product)), shape=self.shape)

    @cached_property
    def moments_ago(self) -> Ints:
        """(purchases,) purchase times of the customer since: 0 for the latest."""
        changes = (np.diff(self.customer) != 0) | (np.diff(self.time) != 0)
        moment = np.concatenate([np.zeros(min(1, len(self.time)), np.int64), np.cumsum(changes)])
        last = np.zeros(self.shape[0], np.int64)
        last[self.customer] = moment  # sorted by time: the last one stays
        return np.asarray(last[self.customer] - moment)
