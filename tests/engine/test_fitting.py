from datetime import timedelta
from io import StringIO

import numpy as np
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from scipy.sparse import csr_array

from customers.models import Product, Purchase
from recommendations.engine.fitting import KEPT_FITS, LOCK, FitRunning, fit_engine, strongest
from recommendations.models import CatalogueWord, EngineFit, Neighbour, ProductPopularity
from tests.engine.shop import a_shop_with_two_tastes
from tests.factories import SOME_DAY, a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db


def buyers_of_both(one: int, other: int) -> int:
    buyers = [set(Purchase.objects.filter(product=pk).values_list("customer", flat=True)) for pk in (one, other)]
    return len(buyers[0] & buyers[1])


def test_neighbours_are_of_the_same_taste():
    a_shop_with_two_tastes()
    fit_engine()
    for product in Product.objects.select_related("category"):
        best = Neighbour.objects.filter(product=product).order_by("-weight").first()
        assert best is not None
        assert best.neighbour.category == product.category


def test_together_counts_the_customers_who_bought_both():
    a_shop_with_two_tastes()
    fit_engine()
    rows = list(Neighbour.objects.all())
    assert rows
    for row in rows:
        assert row.together == buyers_of_both(row.product_id, row.neighbour_id) > 0
        assert row.weight > 0
        assert row.product_id != row.neighbour_id


def test_the_strongest_positive_neighbours_with_common_customers_are_kept():
    weights = csr_array(np.array([[0, 0.1, 0.3, 0.2, 0.9], [0.5, 0, 0, -0.4, 0]]))
    gram = csr_array(np.array([[9, 4, 5, 6, 0], [4, 9, 1, 1, 1]]))
    rows, columns, kept, together = strongest(weights, gram, 3)
    assert list(zip(rows, columns, kept, together, strict=True)) == [(0, 2, 0.3, 5), (0, 3, 0.2, 6), (1, 0, 0.5, 4)]


def test_popularity_counts_customers_not_purchases():
    one, two = a_customer(), a_customer()
    product = a_product()
    for customer in (one, one, two):
        a_purchase(customer, product)
    fit_engine()
    popularity = ProductPopularity.objects.get(product=product)
    assert (popularity.buyers, popularity.recent) == (2, 2.0)


def test_old_purchases_fade_by_half_every_thirty_days():
    old, new, customer = a_product(), a_product(), a_customer()
    a_purchase(customer, old, purchased_at=SOME_DAY - timedelta(days=60))
    a_purchase(customer, new, purchased_at=SOME_DAY)
    fit_engine()
    assert ProductPopularity.objects.get(product=old).recent == pytest.approx(0.25)


def test_words_of_names_brands_and_categories_are_kept_for_spelling():
    a_product("Crème Brûlée torch 2000", "Kitchen", brand="Domera")
    a_product("Torch", "Garden")
    fit_engine()
    words = dict(CatalogueWord.objects.values_list("word", "products"))
    assert words["torch"] == 2
    assert {"kitchen", "domera", "crème", "brûlée"} <= set(words)
    assert "2000" not in words


def test_a_new_fit_takes_over_and_only_the_last_fits_are_kept():
    a_shop_with_two_tastes(20)
    fits = [fit_engine() for _ in range(KEPT_FITS + 1)]
    assert EngineFit.objects.active() == fits[-1]
    assert set(EngineFit.objects.all()) == set(fits[1:])
    assert set(Neighbour.objects.values_list("fit", flat=True)) == {fit.pk for fit in fits[1:]}


def test_a_fit_that_dies_leaves_the_old_one_active(monkeypatch):
    a_shop_with_two_tastes(20)
    first = fit_engine()
    monkeypatch.setattr("recommendations.engine.fitting.CATALOGUE_WORDS", "SELECT no such thing")
    with pytest.raises(Exception, match="thing"):
        fit_engine()
    assert EngineFit.objects.active() == first
    assert CatalogueWord.objects.exists()


def test_the_same_purchases_give_the_same_fit():
    a_shop_with_two_tastes()
    rows = []
    for fit in (fit_engine(), fit_engine()):
        rows.append(
            list(
                Neighbour.objects.filter(fit=fit)
                .order_by("product", "neighbour")
                .values_list("product", "neighbour", "weight", "together")
            )
        )
    assert rows[0] == rows[1]
    assert len({str(fit.quality) for fit in EngineFit.objects.all()}) == 1


def test_an_empty_shop_is_fitted_to_nothing():
    fit = fit_engine()
    assert fit.is_active
    assert fit.counts == {"customers": 0, "products": 0, "purchases": 0, "neighbours": 0, "held_out": 0}
    assert fit.quality == {"personal": [], "popular": []}


def test_one_customer_with_one_purchase():
    a_purchase(a_customer(), a_product())
    assert fit_engine().counts["neighbours"] == 0


def test_two_at_once_are_refused_in_a_sentence():
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"] or None,
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    ) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        with pytest.raises(FitRunning, match="fitted already"):
            fit_engine()


def test_the_command_says_what_it_did():
    a_purchase(a_customer(), a_product())
    out, err = StringIO(), StringIO()
    call_command("fit_engine", stdout=out, stderr=err)
    assert "1 purchases of 1 products by 1 customers" in out.getvalue()
    assert "Reading purchases" in err.getvalue()


def test_quiet_prints_no_progress():
    err, out = StringIO(), StringIO()
    call_command("fit_engine", "--quiet", stdout=out, stderr=err)
    assert err.getvalue() == ""
    assert "no purchases yet" in out.getvalue()


def test_the_command_refuses_in_a_sentence(monkeypatch):
    def refuse(report):
        raise FitRunning("The engine is being fitted already.")

    monkeypatch.setattr("recommendations.management.commands.fit_engine.fit_engine", refuse)
    with pytest.raises(CommandError, match="fitted already"):
        call_command("fit_engine")
