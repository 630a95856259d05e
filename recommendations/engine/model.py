"""All that was learnt from the purchases of one time, as arrays: what a list is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recommendations.engine.catalogue import Catalogue
from recommendations.engine.counting import HERE, Counting
from recommendations.engine.gathering import Floats, Ints
from recommendations.engine.popularity import Popularity
from recommendations.engine.purchases import Purchases
from recommendations.engine.repeats import Rhythm
from recommendations.engine.together import Together
from recommendations.models import EngineFit

SPARSE = ("ridge", "bm25", "transitions", "bought")  # tables of Tables


@dataclass(frozen=True)
class Tables:
    """What products say of each other and what customers bought. Rows are those of the purchases."""

    ridge: csr_array  # (products, products): having bought the row, what speaks for the column
    both: NDArray[np.float32]  # (entries of ridge,) customers who bought both
    bm25: csr_array  # (products, products)
    transitions: csr_array  # (products, products): before, after
    bought: csr_array  # (customers, products) when first, seconds since 1970
    popularity: Popularity
    rhythm: Rhythm
    catalogue: Catalogue

    @cached_property
    def buyers(self) -> csr_array:
        """(products, customers)"""
        return csr_array(self.bought.T)

    @cached_property
    def basket_lengths(self) -> Ints:
        """(customers,) distinct products."""
        return np.asarray(np.diff(self.bought.indptr), np.int64)


def tables_of(
    purchases: Purchases,
    catalogue: Catalogue,
    ridge: float,
    together: Together | None = None,
    counting: Counting = HERE,
) -> Tables:
    """`together` where it was counted already."""
    together = together or counting.count_together(purchases.bought)
    [weights] = counting.item_weights(together, [ridge])
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    return Tables(
        ridge=weights,
        both=together.looked_up(rows, weights.indices),
        bm25=together.bm25,
        transitions=counting.transition_table(purchases),
        bought=purchases.first_times,
        popularity=Popularity.of(purchases),
        rhythm=Rhythm.of(purchases),
        catalogue=catalogue,
    )


@dataclass(frozen=True)
class Model:
    """All that serving needs. The arrays are a fit's, in the order in which `keep` names them."""

    tables: Tables
    customer_pks: Ints  # (customers,) ascending
    product_pks: Ints  # (products,) ascending
    weights: Floats  # (signals,) of a blend for who bought something
    impersonal: Floats  # (signals,) for who did not
    repeats: Floats  # (repeat signals,) see repeats.py
    wants_repeats: bool  # whether lists hold what was bought already, where nobody says otherwise
    fit: EngineFit | None = None  # where it was kept

    def rows_of(self, product_pks: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """The row of each product, and whether the model knows the product at all."""
        return _found(self.product_pks, product_pks)

    def warmed(self) -> "Model":
        """With what serving derives from the arrays made ready."""
        _ = self.tables.buyers, self.tables.basket_lengths, self.tables.popularity.before(np.inf)
        return self

    def row_of_customer(self, pk: int) -> int | None:
        rows, known = _found(self.customer_pks, np.array([pk]))
        return int(rows[0]) if known[0] else None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, to be kept."""
        tables, catalogue = self.tables, self.tables.catalogue
        sparse = {name: getattr(tables, name) for name in SPARSE} | {"names": catalogue.names}
        whole: dict[str, NDArray[Any]] = {
            "both": tables.both,
            "sold product": tables.popularity.product,
            "sold time": tables.popularity.time,
            "usual gap": tables.rhythm.usual_gap,
            "bought again": tables.rhythm.bought_again,
            "category": catalogue.category,
            "price": catalogue.price,
            "sentiment": catalogue.sentiment,
            "customers": self.customer_pks,
            "products": self.product_pks,
            "weights": self.weights,
            "impersonal": self.impersonal,
            "repeats": self.repeats,
            "wants repeats": np.array(self.wants_repeats),
        }
        return whole | {
            name: array for key, table in sparse.items() for name, array in _taken_apart(key, table).items()
        }

    @classmethod
    def from_arrays(cls, kept: Mapping[str, NDArray[Any]], fit: EngineFit | None = None) -> "Model":
        sparse = {name: _put_together(name, kept) for name in (*SPARSE, "names")}
        products = len(kept["products"])
        catalogue = Catalogue(kept["category"], kept["price"], kept["sentiment"], sparse.pop("names"))
        tables = Tables(
            **sparse,
            both=kept["both"],
            popularity=Popularity(kept["sold product"], kept["sold time"], products),
            rhythm=Rhythm(kept["usual gap"], kept["bought again"]),
            catalogue=catalogue,
        )
        return cls(
            tables,
            kept["customers"],
            kept["products"],
            kept["weights"],
            kept["impersonal"],
            kept["repeats"],
            bool(kept["wants repeats"]),
            fit,
        )


def _found(ascending: Ints, wanted: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    rows = np.searchsorted(ascending, wanted)
    known = rows < len(ascending)
    known[known] = ascending[rows[known]] == wanted[known]
    return rows, known


def _taken_apart(name: str, table: csr_array) -> dict[str, NDArray[Any]]:
    parts = {"data": table.data, "indices": table.indices, "indptr": table.indptr, "shape": np.array(table.shape)}
    return {f"{name}.{part}": array for part, array in parts.items()}


def _put_together(name: str, kept: Mapping[str, NDArray[Any]]) -> csr_array:
    data, indices, indptr, shape = (kept[f"{name}.{part}"] for part in ("data", "indices", "indptr", "shape"))
    return csr_array((data, indices, indptr), shape=tuple(shape))
