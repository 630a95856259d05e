import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

from recommendations.engine.comparison.ease import EASE
from recommendations.engine.purchases import Purchases
from recommendations.engine.together import count_together
from recommendations.engine.weights import item_weights, solve, weights_table

RIDGE = 3.0


def some_purchases(customers: int = 60, products: int = 12, seed: int = 0) -> csr_array:
    return csr_array((np.random.default_rng(seed).random((customers, products)) < 0.3).astype(np.float32))


def ridge_of_scikit_learn(bought: np.ndarray, product: int, others: list[int]) -> np.ndarray:
    column = np.zeros(bought.shape[1])
    if others:
        column[others] = Ridge(alpha=RIDGE, fit_intercept=False).fit(bought[:, others], bought[:, product]).coef_
    return column


@pytest.mark.parametrize("most", [0, 12_000], ids=["sparse counts", "all counts"])
@pytest.mark.parametrize("nearest", [3, 11])
def test_each_column_is_the_ridge_regression_of_a_product_on_its_nearest(monkeypatch, nearest, most):
    monkeypatch.setattr("recommendations.engine.together.TABLE", most)
    monkeypatch.setattr("recommendations.engine.weights.BATCH", 5)
    bought = some_purchases()
    together = count_together(bought, nearest=nearest, all_below=0)
    weights = weights_table(together.neighbours, solve(together, np.arange(12), [RIDGE])[0]).toarray()
    for product in range(12):
        others = [other for other in together.neighbours[product].tolist() if other < 12]
        assert len(others) == nearest
        expected = ridge_of_scikit_learn(bought.toarray(), product, others)
        assert weights[:, product] == pytest.approx(expected, abs=1e-5)


def test_in_small_shops_each_product_is_regressed_on_all_others():
    bought = some_purchases()
    [weights] = item_weights(count_together(bought), [RIDGE])
    for product in range(12):
        others = [other for other in range(12) if other != product]
        expected = ridge_of_scikit_learn(bought.toarray(), product, others)
        assert weights.toarray()[:, product] == pytest.approx(expected, abs=1e-5)


def test_the_dense_weights_are_those_of_ease():
    bought = some_purchases()
    customer, product = bought.nonzero()
    ease = EASE(RIDGE)
    ease.fit(Purchases.of(customer.astype(np.int64), product.astype(np.int64), np.zeros(bought.nnz, np.int64)))
    [weights] = item_weights(count_together(bought), [RIDGE])
    assert weights.toarray() == pytest.approx(ease.weights, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(3, 15), st.integers(1, 30), st.integers(1, 5))
def test_columns_with_too_few_neighbours_are_those_of_scikit_learn_too(seed, products, customers, nearest):
    bought = some_purchases(customers, products, seed)
    together = count_together(bought, nearest=min(nearest, products - 2), all_below=0)
    [weights] = item_weights(together, [RIDGE])
    for product in range(products):
        others = [other for other in together.neighbours[product].tolist() if other < products]
        assert (bought.toarray().T @ bought.toarray())[product, others].all()
        expected = ridge_of_scikit_learn(bought.toarray(), product, others)
        assert weights.toarray()[:, product] == pytest.approx(expected, abs=1e-5)


def test_several_ridges_are_the_same_as_each_alone():
    together = count_together(some_purchases(), nearest=5, all_below=0)
    for ridge, weights in zip([1.0, 50.0], item_weights(together, [1.0, 50.0]), strict=True):
        [alone] = item_weights(together, [ridge])
        assert (weights.toarray() == alone.toarray()).all()


def test_columns_can_be_solved_apart():
    together = count_together(some_purchases(), nearest=5, all_below=0)
    [whole] = solve(together, np.arange(12), [RIDGE])
    [some] = solve(together, np.array([7, 2]), [RIDGE])
    assert (some == whole[[7, 2]]).all()


@pytest.mark.parametrize("products", [0, 1])
def test_a_shop_with_hardly_any_product(products):
    [weights] = item_weights(count_together(csr_array((3, products), dtype=np.float32)), [RIDGE])
    assert weights.shape == (products, products)
    assert weights.nnz == 0
