"""The fit: purchases to arrays, arrays to what was learnt, and that to the rows that serving reads."""

import time
from collections.abc import Callable

import numpy as np
from django.db import connection, transaction

from customers.models import Product, Purchase
from customers.statistics import refresh_statistics
from recommendations.engine.catalogue import Catalogue
from recommendations.engine.counting import HERE, Counting
from recommendations.engine.evaluation import Shelf, measured
from recommendations.engine.learning import fit_model
from recommendations.engine.purchases import Ints, Purchases
from recommendations.engine.search.words import refresh_words
from recommendations.models import EngineFit

KEPT_FITS = 5
LOCK = 7_305_100_117  # of the database: one fit at a time
ANALYZED = ("customers_product", "customers_purchase", "recommendations_catalogueword")

Report = Callable[[str], object]


class FitRunning(Exception):
    """Another fit holds the lock."""


@transaction.atomic
def fit_engine(report: Report = lambda _: None, counting: Counting = HERE) -> EngineFit:
    """Fit on all purchases and make it the active one, all in one transaction; the last KEPT_FITS are kept.

    A shop without purchases gets a fit that knows its products alone. Raises FitRunning while another fit runs.
    """
    started = time.monotonic()
    _lock()
    report("Reading purchases …")
    purchases = Purchases.of_the_shop()
    customers, products = purchases.shape
    report(f"{len(purchases.customer):,} purchases of {products:,} products by {customers:,} customers.")
    shelf = shelf_of(purchases.product_pks)
    model, learnt = fit_model(purchases, shelf.catalogue, report, counting)
    report("Writing …")
    fit = EngineFit.objects.create(
        parameters={
            "ridge": learnt.ridge,
            "shrink": learnt.shrink,
            "novelty": learnt.novelty,
            "repeats": round(learnt.share_of_repeats, 4),
            "wants_repeats": model.wants_repeats,
            **learnt.figures,
        },
        quality=measured(learnt, shelf),
        counts={
            "customers": customers,
            "products": products,
            "purchases": Purchase.objects.count(),
            "neighbours": model.tables.ridge.nnz,
            "held_out": learnt.personal.choices.customers if learnt.personal else 0,
        },
    )
    fit.keep(model.arrays())
    refresh_words()
    fit.activate()
    kept = EngineFit.objects.order_by("-pk").values_list("pk", flat=True)[:KEPT_FITS]
    EngineFit.objects.exclude(pk__in=list(kept)).delete()
    _analyze()
    refresh_statistics()
    fit.seconds = time.monotonic() - started
    fit.save(update_fields=["seconds"])
    return fit


def shelf_of(product_pks: Ints) -> Shelf:
    """In the order of those keys; of a product that left the shop in the meantime nothing is known."""
    fields = ("name", "external_id", "category__name", "price", "sentiment")
    known = {pk: row for pk, *row in Product.objects.values_list("pk", *fields).iterator()}
    rows = [known.get(pk, ("", str(pk), None, None, None)) for pk in product_pks.tolist()]
    catalogue = Catalogue.of(
        [name for name, *_ in rows],
        [category or "" for *_, category, _, _ in rows],
        [np.nan if price is None else float(price) for *_, price, _ in rows],
        [np.nan if sentiment is None else sentiment for *_, sentiment in rows],
    )
    return Shelf([name.casefold() or external_id for name, external_id, *_ in rows], catalogue)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise FitRunning("The engine is being fitted already; try again when that fit has ended.")


def _analyze() -> None:
    """So that the first question after a fit is planned as well as later ones."""
    with connection.cursor() as cursor:
        for table in ANALYZED:
            cursor.execute(f"ANALYZE {table}")
