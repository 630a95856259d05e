"""The fit: purchases to arrays, arrays to weights, weights to the rows that serving reads."""

import time
from collections.abc import Callable, Iterable

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from customers.models import Product, Purchase
from customers.statistics import refresh_statistics
from recommendations.engine.evaluation import HALF_LIFE, Shelf, measured, ndcg
from recommendations.engine.heldout import HeldOut, first_moment, last_moment
from recommendations.engine.purchases import Purchases
from recommendations.engine.scoring import profiles
from recommendations.engine.weights import gram_of, item_weights
from recommendations.models import CatalogueWord, EngineFit

RIDGES = (50.0, 200.0, 500.0, 1500.0)  # in purchases; one is chosen on held-out customers
DEFAULT_RIDGE = 200.0  # where nobody can be held out
KEPT = 100  # neighbours a product
KEPT_FITS = 2
SEED = 0
LOCK = 7_305_100_117  # of the database: one fit at a time

SERVED_TABLES = (
    "customers_product",
    "customers_purchase",
    "recommendations_neighbour",
    "recommendations_productpopularity",
    "recommendations_catalogueword",
)

CATALOGUE_WORDS = """
INSERT INTO recommendations_catalogueword (word, products)
SELECT word, count(*) FROM (
    SELECT DISTINCT p.id, word
    FROM customers_product p LEFT JOIN customers_category c ON c.id = p.category_id
    CROSS JOIN LATERAL lower(concat_ws(' ', p.name, p.brand, c.name)) text
    CROSS JOIN LATERAL (
        SELECT regexp_split_to_table(text, '[^[:alpha:]]+')
        UNION SELECT (regexp_matches(text, '[[:alpha:]]+(?:-[[:alpha:]]+)+', 'g'))[1]
    ) written (word)
    WHERE length(word) BETWEEN 3 AND 40
) used GROUP BY word
"""

Report = Callable[[str], object]


class FitRunning(Exception):
    """Another fit holds the lock."""


@transaction.atomic
def fit_engine(report: Report = lambda _: None) -> EngineFit:
    """Fit on all purchases and make it the active one, all in one transaction; the last two fits are kept.

    A shop without purchases gets a fit without neighbours. Raises FitRunning while another fit runs.
    """
    started = time.monotonic()
    _lock()
    with threadpool_limits(1):  # threads of BLAS fight over small systems
        report("Reading purchases …")
        purchases = Purchases.of_the_shop()
        customers, products = purchases.shape
        report(f"Holding out customers, of {customers:,} with {products:,} products …")
        chance = np.random.default_rng(SEED)
        last, first = last_moment(purchases, chance), first_moment(purchases, chance)
        ridge, weights, chosen_by = _chosen(last)
        report(f"Measuring on {len(last.customers):,} customers held out …")
        quality = measured(last, first, weights, _shelf(purchases.product_pks))
        report("Fitting on all purchases …")
        gram = gram_of(purchases.bought)
        [weights] = item_weights(gram, [ridge])
    fit = EngineFit.objects.create(parameters={"ridge": ridge, "ndcg_10": chosen_by, "kept": KEPT}, quality=quality)
    report("Writing neighbours …")
    neighbours = _write_neighbours(fit, purchases, weights, gram)
    _write_popularity(fit, purchases)
    _write_words()
    fit.counts = {
        "customers": customers,
        "products": products,
        "purchases": Purchase.objects.count(),
        "neighbours": neighbours,
        "held_out": len(last.customers),
    }
    _activate(fit)
    _analyze()
    refresh_statistics()
    fit.seconds = time.monotonic() - started
    fit.save()
    return fit


def strongest(weights: csr_array, gram: csr_array, kept: int) -> tuple[NDArray[np.int64], ...]:
    """The `kept` largest positive weights of each row: products, neighbours, weights, customers with both."""
    entries = weights.tocoo()
    good = entries.data > 0
    row, column, weight = entries.row[good], entries.col[good], entries.data[good]
    order = np.lexsort((column, -weight, row))
    row, column, weight = row[order], column[order], weight[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row)
    row, column, weight = row[rank < kept], column[rank < kept], weight[rank < kept]
    together = np.asarray(gram[row, column]).ravel() if len(row) else np.zeros(0)
    shared = together > 0
    return row[shared], column[shared], weight[shared], together[shared].astype(np.int64)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise FitRunning("The engine is being fitted already; try again when that fit has ended.")


def _chosen(last: HeldOut) -> tuple[float, csr_array, dict[str, float]]:
    """The ridge that ranks the held-out purchases best, the weights that don't know them, and each one's NDCG@10."""
    known = last.known.bought
    gram = gram_of(known)
    candidates = dict(zip(RIDGES, item_weights(gram, RIDGES), strict=True))
    if not len(last.customers):
        return DEFAULT_RIDGE, candidates[DEFAULT_RIDGE], {}
    profile, bought = profiles(last.known, last.customers), known[last.customers].toarray() > 0
    reached = {
        ridge: ndcg(np.where(bought, -np.inf, (profile @ weights).toarray()), last.targets)
        for ridge, weights in candidates.items()
    }
    best = max(RIDGES, key=lambda ridge: reached[ridge])
    rows, columns, served, _ = strongest(candidates[best], gram, KEPT)
    weights = csr_array((served, (rows, columns)), shape=gram.shape)
    return best, weights, {f"{ridge:g}": round(value, 4) for ridge, value in reached.items()}


def _shelf(product_pks: NDArray[np.int64]) -> Shelf:
    """What lists heed of these products."""
    products = Product.objects.only("category_id", "name", "external_id", "sentiment").in_bulk()
    found = [products[pk] for pk in product_pks.tolist()]
    return Shelf(
        category=np.array([product.category_id or 0 for product in found], np.int64),
        name=[product.name.casefold() or product.external_id for product in found],
        sentiment=np.array([np.nan if product.sentiment is None else product.sentiment for product in found], float),
    )


def _write_neighbours(fit: EngineFit, purchases: Purchases, weights: csr_array, gram: csr_array) -> int:
    product, neighbour, weight, together = strongest(weights, gram, KEPT)
    pks = purchases.product_pks
    columns = [pks[product].tolist(), pks[neighbour].tolist(), weight.tolist(), together.tolist()]
    _copy(
        "recommendations_neighbour",
        "fit_id, product_id, neighbour_id, weight, together",
        ((fit.pk, *row) for row in zip(*columns, strict=True)),
    )
    return len(product)


def _write_popularity(fit: EngineFit, purchases: Purchases) -> None:
    first = purchases.only(purchases.first_ever)
    ages = first.time.max(initial=0) - first.time
    buyers = np.bincount(first.product, minlength=purchases.shape[1])
    recent = np.bincount(first.product, 0.5 ** (ages / HALF_LIFE), purchases.shape[1])
    rows = zip(purchases.product_pks.tolist(), buyers.tolist(), recent.tolist(), strict=True)
    _copy("recommendations_productpopularity", "fit_id, product_id, buyers, recent", ((fit.pk, *row) for row in rows))


def _write_words() -> None:
    CatalogueWord.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE_WORDS)


def _copy(table: str, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _analyze() -> None:
    """So that the first question after a fit is planned as well as later ones."""
    with connection.cursor() as cursor:
        for table in SERVED_TABLES:
            cursor.execute(f"ANALYZE {table}")


def _activate(fit: EngineFit) -> None:
    EngineFit.objects.filter(is_active=True).update(is_active=False)
    fit.is_active = True
    fit.save()
    kept = EngineFit.objects.order_by("-pk").values_list("pk", flat=True)[:KEPT_FITS]
    EngineFit.objects.exclude(pk__in=list(kept)).delete()
