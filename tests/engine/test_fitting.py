from io import StringIO

import numpy as np
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from customers.models import Product, Purchase
from recommendations.engine.fitting import KEPT_FITS, LOCK, FitRunning, fit_engine, shelf_of
from recommendations.models import CatalogueWord, EngineFit, FitArray
from tests.engine.shop import a_shop_with_two_tastes
from tests.factories import a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db


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
    assert set(FitArray.objects.values_list("fit", flat=True)) == {fit.pk for fit in fits[1:]}


def test_an_earlier_fit_that_is_kept_can_be_restored():
    a_purchase(a_customer(), a_product())
    first, second = fit_engine(), fit_engine()
    first.activate()
    assert EngineFit.objects.active() == first
    assert not EngineFit.objects.get(pk=second.pk).is_active
    assert fit_engine().is_active
    assert EngineFit.objects.filter(is_active=True).count() == 1


def test_a_fit_that_dies_leaves_the_old_one_active(monkeypatch):
    a_shop_with_two_tastes(20)
    first = fit_engine()
    monkeypatch.setattr("recommendations.engine.fitting.ANALYZED", ("no such table",))
    with pytest.raises(DatabaseError), transaction.atomic():
        fit_engine()
    assert list(EngineFit.objects.all()) == [first] == [EngineFit.objects.active()]
    assert set(FitArray.objects.values_list("fit", flat=True)) == {first.pk}
    assert CatalogueWord.objects.exists()


def test_the_same_purchases_give_the_same_fit():
    a_shop_with_two_tastes()
    one, other = fit_engine(), fit_engine()
    for name, array in one.read_arrays().items():
        np.testing.assert_array_equal(array, other.read_arrays()[name], name)
    assert (one.parameters, one.quality, one.counts) == (other.parameters, other.quality, other.counts)


def test_a_fit_tells_what_it_was_made_of_and_how_it_was_found():
    a_shop_with_two_tastes()
    fit = fit_engine()
    assert (fit.counts["customers"], fit.counts["products"]) == (80, 16)
    assert fit.counts["purchases"] == Purchase.objects.count()
    assert 30 <= fit.counts["held_out"] <= 80
    assert fit.parameters["ridge"] > 0
    assert 0 < fit.parameters["ndcg_10"] < 1
    assert fit.parameters["wants_repeats"] is False
    assert fit.seconds > 0


def test_the_shelf_is_in_the_order_of_the_products_that_were_read():
    """Whatever is imported or deleted between the two readings."""
    mug, gone, nameless = a_product("Mug", "Kitchen", "3.00", sentiment=0.7), a_product(), a_product("x", "", None)
    Product.objects.filter(pk=nameless.pk).update(name="")
    pks = np.array([mug.pk, gone.pk, nameless.pk])
    gone.delete()
    a_product("Spade", "Garden")
    shelf = shelf_of(pks)
    assert (shelf.name[0], shelf.name[2]) == ("mug", nameless.external_id)
    assert shelf.catalogue.category.tolist() == [1, 0, 0]
    np.testing.assert_array_equal(shelf.catalogue.price, [3, np.nan, np.nan])
    np.testing.assert_array_equal(shelf.catalogue.sentiment, [0.7, np.nan, np.nan])


def test_an_empty_shop_is_fitted_to_nothing():
    fit = fit_engine()
    assert fit.is_active
    assert fit.counts == {"customers": 0, "products": 0, "purchases": 0, "neighbours": 0, "held_out": 0}
    assert fit.quality == {"personal": [], "popular": []}


def test_one_customer_with_one_purchase():
    a_purchase(a_customer(), a_product())
    fit = fit_engine()
    assert fit.counts["neighbours"] == fit.counts["held_out"] == 0
    assert fit.parameters["shrink"] is None


def test_a_shop_that_sold_nothing_yet():
    a_product(), a_product()
    assert fit_engine().counts["products"] == 2


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
    def refuse(*_):
        raise FitRunning("The engine is being fitted already.")

    monkeypatch.setattr("recommendations.management.commands.fit_engine.fit_engine", refuse)
    with pytest.raises(CommandError, match="fitted already"):
        call_command("fit_engine")
