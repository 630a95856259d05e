"""All purchases as arrays, and what was bought up to a moment as matrices."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from scipy.sparse import csr_array

from customers.models import Product

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

UNDATED = -9_000_000_000  # seconds since 1970: what has no date counts as older than every other purchase

ALL_PURCHASES = f"""
COPY (
    SELECT customer_id, product_id, coalesce(floor(extract(epoch FROM purchased_at))::bigint, {UNDATED})
    FROM customers_purchase
) TO STDOUT (FORMAT binary)
"""  # noqa: S608 (made of constants)
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
    def of(cls, customers: Ints, products: Ints, times: Ints, range_: Ints | None = None) -> "Purchases":
        """From keys of customers and products, in any order and with repeats; `range_` names all products that
        there are, bought or not."""
        customer_pks, customer = np.unique(customers, return_inverse=True)
        product_pks = np.unique(products if range_ is None else np.concatenate([products, range_]))
        product = np.searchsorted(product_pks, products)
        order = np.lexsort((product, times, customer))
        customer, product, time = customer[order], product[order], times[order]
        changes = (np.diff(customer) != 0) | (np.diff(time) != 0) | (np.diff(product) != 0)
        new = np.concatenate([np.ones(min(1, len(order)), bool), changes])
        return cls(customer[new], product[new], time[new], customer_pks, product_pks)

    @classmethod
    def of_the_shop(cls) -> "Purchases":
        """Every purchase, in 38 bytes each on the way, and every product."""
        with connection.cursor() as cursor, cursor.cursor.copy(ALL_PURCHASES) as copy:
            data = b"".join(bytes(block) for block in copy)
        rows = np.frombuffer(data[HEADER:-END], dtype=ROW)
        products = Product.objects.order_by("pk").values_list("pk", flat=True)
        customer, product, time = (rows[name].astype(np.int64) for name in ("customer", "product", "time"))
        return cls.of(customer, product, time, np.fromiter(products.iterator(), np.int64))

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
    def first_times(self) -> csr_array:
        """(customers, products) when the customer first bought the product, seconds since 1970."""
        pairs = self.only(self.first_ever)
        return csr_array((pairs.time, (pairs.customer, pairs.product)), shape=self.shape)

    @cached_property
    def history_starts(self) -> Ints:
        """(customers + 1,) where the purchases of each customer begin."""
        return np.asarray(np.searchsorted(self.customer, np.arange(self.shape[0] + 1)))

    @cached_property
    def _moment(self) -> Ints:
        """(purchases,) the number of the customer's purchase time, ascending over all."""
        changes = (np.diff(self.customer) != 0) | (np.diff(self.time) != 0)
        return np.concatenate([np.zeros(min(1, len(self.time)), np.int64), np.cumsum(changes)])

    @cached_property
    def moment_starts(self) -> Ints:
        """(purchases,) where the purchases of the same customer and time begin."""
        return np.asarray(np.searchsorted(self._moment, self._moment))

    @cached_property
    def moments_ago(self) -> Ints:
        """(purchases,) purchase times of the customer since: 0 for the latest."""
        last = np.zeros(self.shape[0], np.int64)
        last[self.customer] = self._moment  # sorted by time: the last one stays
        return np.asarray(last[self.customer] - self._moment)
