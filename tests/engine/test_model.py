import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.catalogue import Catalogue
from recommendations.engine.learning import fit_model
from recommendations.engine.model import Model
from recommendations.engine.proposals import proposals
from recommendations.engine.signals import SIGNALS
from recommendations.models import EngineFit, FitArray
from tests.engine.shop import DAY, random_purchases, some, visit_among


def a_model(products: int = 12) -> Model:
    names, categories = [f"Thing {n % 5}" for n in range(products)], [("", "A", "B")[n % 3] for n in range(products)]
    purchases = random_purchases(0, products=products)
    catalogue = Catalogue.of(names, categories, [float(n) for n in range(products)], [n / 20 for n in range(products)])
    model, _ = fit_model(purchases, catalogue)
    weights = np.random.default_rng(0).normal(size=len(SIGNALS))
    return Model(model.tables, model.customer_pks, model.product_pks, weights, weights / 2, model.repeats + 0.5, True)


@pytest.mark.django_db
def test_a_model_that_was_kept_proposes_the_same():
    model, fit = a_model(), EngineFit.objects.create()
    fit.keep(model.arrays())
    again = Model.from_arrays(EngineFit.objects.get().read_arrays(), fit).warmed()
    assert again.fit == fit
    assert again.wants_repeats is True
    purchases = random_purchases(0, products=12)
    for row in range(purchases.shape[0]):
        before, after = (visit_among(purchases, each, row, 61.0 * DAY) for each in (model, again))
        assert proposals(before, again=True) == proposals(after, again=True)
        assert proposals(before)


@pytest.mark.django_db
def test_every_array_is_kept_as_it_was():
    model, fit = a_model(), EngineFit.objects.create()
    fit.keep(model.arrays())
    kept = fit.read_arrays()
    assert len(kept) == FitArray.objects.count() == len(model.arrays())
    for name, array in Model.from_arrays(kept).arrays().items():
        assert array.dtype == model.arrays()[name].dtype
        assert (array == model.arrays()[name]).all() or np.isnan(array).any()
    with pytest.raises(ValueError, match="read-only"):
        kept["weights"][0] = 1


@pytest.mark.django_db
def test_a_model_of_nothing_is_kept_too():
    model, _ = fit_model(some(), Catalogue.unknown(0))
    fit = EngineFit.objects.create()
    fit.keep(model.arrays())
    assert Model.from_arrays(fit.read_arrays()).warmed().tables.bought.shape == (0, 0)


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(-1, 31), max_size=9))
def test_products_are_found_by_their_keys(own, wanted):
    pks = np.array(sorted(own), np.int64)
    nothing, tables = np.zeros(0), fit_model(some(), Catalogue.unknown(0))[0].tables
    model = Model(tables, pks, pks, nothing, nothing, nothing, False)
    rows, known = model.rows_of(np.array(wanted, np.int64))
    assert known.tolist() == [pk in own for pk in wanted]
    assert pks[rows[known]].tolist() == [pk for pk in wanted if pk in own]
    for pk in wanted:
        row = model.row_of_customer(pk)
        assert row is None if pk not in own else pks[row] == pk
