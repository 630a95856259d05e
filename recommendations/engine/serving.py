"""The active fit in memory, and a customer as it sees them at the moment of a request."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from threading import Lock

import numpy as np
from django.db import connection
from django.utils import timezone

from customers.models import Customer
from recommendations.engine.catalogue import Catalogue
from recommendations.engine.gathering import Floats, Ints
from recommendations.engine.learning import fit_model
from recommendations.engine.model import Model
from recommendations.engine.purchases import UNDATED, Purchases
from recommendations.engine.signals import Evidence, Shopper
from recommendations.models import EngineFit

MOST_PURCHASES = 10_000  # of a customer, the latest, that are looked at

HISTORY = f"""
SELECT product_id, coalesce(floor(extract(epoch FROM purchased_at)), {UNDATED})::bigint
FROM customers_purchase WHERE customer_id = %s ORDER BY purchased_at DESC NULLS LAST LIMIT %s
"""  # noqa: S608 (made of constants)
HISTORIES = f"""
SELECT customer_id, product_id, coalesce(floor(extract(epoch FROM purchased_at)), {UNDATED})::bigint
FROM customers_purchase WHERE customer_id = ANY (%s) ORDER BY customer_id, purchased_at DESC NULLS LAST
"""  # noqa: S608 (made of constants)

_loading = Lock()
_loaded: Model | None = None


def current() -> Model:
    """The model of the active fit, read once a process; before the first fit one that knows nothing. One query.

    While one thread reads a new fit, the others serve the one before.
    """
    global _loaded  # noqa: PLW0603 (a process serves one model)
    pk = EngineFit.objects.filter(is_active=True).values_list("pk", flat=True).first()
    if pk is None:
        return nothing_learnt()
    if _loaded and _is_of(_loaded, pk):
        return _loaded
    if _loading.acquire(blocking=_loaded is None):
        try:
            if _loaded is None or not _is_of(_loaded, pk):
                fit = EngineFit.objects.get(pk=pk)
                _loaded = Model.from_arrays(fit.read_arrays(), fit).warmed()
        finally:
            _loading.release()
    return _loaded or nothing_learnt()


def _is_of(model: Model, fit: int) -> bool:
    return model.fit is not None and model.fit.pk == fit


@cache
def nothing_learnt() -> Model:
    """Of a shop without products."""
    none = np.zeros(0, np.int64)
    return fit_model(Purchases.of(none, none, none), Catalogue.unknown(0))[0]


@dataclass(frozen=True)
class Visit:
    """A customer, or nobody in particular, who asks now."""

    customer: Customer | None
    bought: Ints  # (distinct,) products' keys
    model: Model
    evidence: Evidence

    @property
    def weights(self) -> Floats:
        """(signals,) of the blend for who bought something that the fit knows, or of that for all others."""
        return self.model.weights if len(self.evidence.shopper.products) else self.model.impersonal

    @property
    def distinct(self) -> int:
        """Products that the customer bought."""
        return len(self.bought)


def visit_of(customer: Customer | None, at: float | None = None) -> Visit:
    """As seen at those seconds since 1970, by default now; two queries, one for nobody in particular.

    Only the customer's own purchases before that moment count, and of the others' for what sells lately.
    """
    model = current()
    at = timezone.now().timestamp() if at is None else at
    history = _history(customer) if customer else np.zeros((0, 2), np.int64)
    return _visit(model, history, at, customer, customer.pk if customer else None)


def visits_of(customer_pks: Ints, model: Model) -> Iterator[tuple[int, Visit]]:
    """Of customers (keys) who are no rows here, as seen now; one query."""
    now = timezone.now().timestamp()
    with connection.cursor() as cursor:
        cursor.execute(HISTORIES, [customer_pks.tolist()])
        rows = np.array(cursor.fetchall(), np.int64).reshape(-1, 3)
    starts, ends = (np.searchsorted(rows[:, 0], customer_pks, side=side) for side in ("left", "right"))
    for pk, start, end in zip(customer_pks.tolist(), starts, np.minimum(ends, starts + MOST_PURCHASES), strict=True):
        yield pk, _visit(model, rows[start:end, 1:], now, None, pk)


def _visit(model: Model, history: Ints, at: float, customer: Customer | None, pk: int | None) -> Visit:
    history = history[history[:, 1] < at]
    bought = np.unique(history[:, 0])
    rows, known = model.rows_of(history[:, 0])
    shopper = Shopper.of(rows[known], history[known, 1], at, model.row_of_customer(pk) if pk is not None else None)
    return Visit(customer, bought, model, Evidence(model.tables, shopper))


def _history(customer: Customer) -> Ints:
    """(purchases, 2) products' keys and seconds since 1970."""
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [customer.pk, MOST_PURCHASES])
        return np.array(cursor.fetchall(), np.int64).reshape(-1, 2)
