"""The fit on Spark, in local mode, against the same fit here."""

import shutil
import sys

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from scipy.sparse import csr_array

from customers.models import Customer
from recommendations.engine.counting import Counting
from recommendations.engine.fitting import fit_engine
from recommendations.engine.proposals import proposals
from recommendations.engine.purchases import Purchases
from recommendations.engine.serving import visit_of
from recommendations.engine.spark import NoSpark, counting_on
from recommendations.engine.together import count_together, transition_table
from recommendations.engine.weights import item_weights
from recommendations.models import EngineFit
from tests.engine.shop import a_shop_with_two_tastes, random_purchases

RIDGES = [5.0, 200.0]
NEAREST = 12


def test_without_the_extra_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(CommandError, match="pip install 'pyspark"):
        call_command("fit_engine", "--on", "spark")


def test_a_master_is_of_spark():
    with pytest.raises(CommandError, match="goes with --on spark"):
        call_command("fit_engine", "--master", "local[2]")


@pytest.fixture(scope="module")
def spark():
    if not shutil.which("java"):
        pytest.skip("needs Java 17")
    return pytest.importorskip("pyspark", reason="needs the extra spark")


@pytest.mark.parametrize(("master", "java"), [("local[2]", "/nowhere"), ("nonsense", None)])
def test_what_keeps_spark_from_starting_is_said(spark, monkeypatch, master, java):
    monkeypatch.setattr(spark.SparkContext, "_gateway", None)
    if java:
        monkeypatch.setenv("JAVA_HOME", java)
    with pytest.raises(NoSpark, match=r"needs Java 17 .* and a master"), counting_on(master):
        pass


@pytest.mark.django_db
def test_the_command_proposes_what_the_fit_here_proposes(spark):
    a_shop_with_two_tastes()
    here = fit_engine()
    customers = [None, *Customer.objects.order_by("pk")[:10]]
    now = timezone.now().timestamp()
    expected = [proposals(visit_of(customer, now)) for customer in customers]
    call_command("fit_engine", "--on", "spark", "--master", "local[2]", "--quiet")
    assert [proposals(visit_of(customer, now)) for customer in customers] == expected
    there = EngineFit.objects.active()
    assert there != here
    assert there.quality == here.quality
    kept = there.read_arrays()
    for name, array in here.read_arrays().items():
        np.testing.assert_allclose(kept[name], array, rtol=1e-5, err_msg=name)


@pytest.fixture(scope="module", params=[1500, 0], ids=["on all others", "on the nearest"])
def all_below(request):
    return request.param


@pytest.fixture(scope="module")
def there(spark, all_below):
    with counting_on("local[2]", nearest=NEAREST, all_below=all_below) as counting:
        yield counting


def assert_same(found: csr_array, expected: csr_array) -> None:
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    assert found.indptr.tolist() == expected.indptr.tolist()
    assert found.indices.tolist() == expected.indices.tolist()
    assert found.data == pytest.approx(expected.data, rel=1e-5, abs=1e-7)


def assert_same_tables(purchases: Purchases, there: Counting, all_below: int) -> None:
    together = count_together(purchases.bought, nearest=NEAREST, all_below=all_below)
    spread = there.count_together(purchases.bought)
    assert spread.neighbours.tolist() == together.neighbours.tolist()
    assert_same(spread.bm25, together.bm25)
    expected = item_weights(together, RIDGES)
    for weights, of_ridge in zip(there.item_weights(spread, RIDGES), expected, strict=True):
        assert_same(weights, of_ridge)
        rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        both = together.looked_up(rows, weights.indices)
        assert spread.looked_up(rows, weights.indices).tolist() == both.tolist()
    assert_same(there.transition_table(purchases), transition_table(purchases))


def test_tables_are_those_of_the_fit_here(there, all_below, monkeypatch):
    monkeypatch.setattr("recommendations.engine.gathering.BLOCK", 8)
    # Few days and small counts: many ties, and products that nobody bought.
    assert_same_tables(random_purchases(1, customers=60, products=43, lines=500, days=30), there, all_below)
    assert_same_tables(random_purchases(2, customers=9, products=30, lines=25), there, all_below)


@pytest.mark.parametrize("products", [0, 1, 20])
def test_a_shop_without_purchases(there, all_below, products):
    nothing = np.zeros(0, np.int64)
    assert_same_tables(Purchases.of(nothing, nothing, nothing, np.arange(products)), there, all_below)
