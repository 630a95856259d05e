import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

from recommendations.engine.weights import gram_of, item_weights, nearest_products

RIDGE = 3.0


def some_purchases(customers: int = 60, products: int = 12, seed: int = 0) -> csr_array:
    return csr_array((np.random.default_rng(seed).random((customers, products)) < 0.3).astype(np.float32))


def ridge_of_scikit_learn(bought: np.ndarray, product: int) -> np.ndarray:
    others = [other for other in range(bought.shape[1]) if other != product]
    column = np.zeros(bought.shape[1])
    column[others] = Ridge(alpha=RIDGE, fit_intercept=False).fit(bought[:, others], bought[:, product]).coef_
    return column


@pytest.mark.parametrize("dense_below", [0, 1500], ids=["sparse", "dense"])
def test_each_column_is_the_ridge_regression_of_a_product_on_the_others(dense_below):
    bought = some_purchases()
    [weights] = item_weights(gram_of(bought), [RIDGE], nearest=20, dense_below=dense_below)
    for product in range(bought.shape[1]):
        expected = ridge_of_scikit_learn(bought.toarray(), product)
        assert weights.toarray()[:, product] == pytest.approx(expected, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 15), st.integers(1, 30))
def test_sparse_and_dense_agree_when_all_products_are_near(seed, products, customers):
    gram = gram_of(some_purchases(customers, products, seed))
    [sparse] = item_weights(gram, [RIDGE], nearest=products + 2, dense_below=0)
    [dense] = item_weights(gram, [RIDGE])
    # What shares no customer with a product is not among its nearest: there dense may differ.
    if (gram.toarray() > 0).all():
        assert sparse.toarray() == pytest.approx(dense.toarray(), abs=1e-5)
    assert (sparse.toarray().diagonal() == 0).all()


def test_only_the_nearest_are_regressed_on():
    [weights] = item_weights(gram_of(some_purchases()), [RIDGE], nearest=4, dense_below=0)
    assert (weights.toarray() != 0).sum(axis=0).max() <= 4


def test_several_ridges_are_the_same_as_each_alone():
    gram = gram_of(some_purchases())
    together = item_weights(gram, [1.0, 50.0], nearest=5, dense_below=0)
    for ridge, weights in zip([1.0, 50.0], together, strict=True):
        [alone] = item_weights(gram, [ridge], nearest=5, dense_below=0)
        assert (weights.toarray() == alone.toarray()).all()


def test_nearest_by_hand():
    # Product 0 shares 2 customers with 1 (4 buyers: 2/2 = 1) and 2 with 2 (2 buyers: 2/√2 = 1.4).
    bought = csr_array(np.array([[1, 1, 1], [1, 1, 1], [0, 1, 0], [0, 1, 0]], np.float32))
    assert nearest_products(gram_of(bought), 1)[0].tolist() == [2]
    assert nearest_products(gram_of(bought), 4)[0].tolist() == [1, 2, 3, 3]  # 3 pads


@pytest.mark.parametrize("dense_below", [0, 1500])
def test_a_shop_without_products(dense_below):
    [weights] = item_weights(csr_array((0, 0), dtype=np.float32), [RIDGE], dense_below=dense_below)
    assert weights.shape == (0, 0)
