"""Counts and transitions against plain loops over customers."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from recommendations.engine.purchases import Purchases
from recommendations.engine.together import DAMPING, FADE, K1, REMEMBERED, B, count_together, transition_table
from tests.engine.shop import DAY, random_purchases, some


def some_purchases(customers: int = 40, products: int = 9, seed: int = 0) -> csr_array:
    return csr_array((np.random.default_rng(seed).random((customers, products)) < 0.3).astype(np.float32))


def dense(counts) -> np.ndarray:
    return counts if isinstance(counts, np.ndarray) else counts.toarray()


@pytest.mark.parametrize("most", [0, 12_000], ids=["sparse", "full"])
def test_counts_are_the_customers_who_bought_both(monkeypatch, most):
    monkeypatch.setattr("recommendations.engine.together.TABLE", most)
    monkeypatch.setattr("recommendations.engine.gathering.BLOCK", 4)
    bought = some_purchases()
    together = count_together(bought)
    baskets = [set(np.flatnonzero(row)) for row in bought.toarray()]
    rows, columns = np.meshgrid(np.arange(9), np.arange(9), indexing="ij")
    expected = [[sum({one, other} <= basket for basket in baskets) for other in range(9)] for one in range(9)]
    assert dense(together.counts).tolist() == expected
    assert together.looked_up(rows, columns).tolist() == expected
    assert together.looked_up(np.arange(9)[:, None], np.array([2])).tolist() == [[row[2]] for row in expected]


def test_bm25_is_the_formula():
    bought = some_purchases().toarray()
    customers, products = bought.shape
    usual = bought.sum() / customers
    rarity = [max(log(customers) - log(1 + bought[:, product].sum()), 0) for product in range(products)]
    expected = np.zeros((products, products))
    for basket in bought:
        counts = (K1 + 1) / (1 + K1 * (1 - B + B * basket.sum() / usual))
        for one in np.flatnonzero(basket):
            for other in np.flatnonzero(basket):
                if one != other:
                    expected[one, other] += counts * rarity[one] * counts * rarity[other]
    assert count_together(some_purchases()).bm25.toarray() == pytest.approx(expected, rel=1e-5)


def test_of_bm25_the_strongest_are_kept(monkeypatch):
    whole = count_together(some_purchases()).bm25.toarray()
    monkeypatch.setattr("recommendations.engine.together.BM25_NEAREST", 2)
    kept = count_together(some_purchases()).bm25.toarray()
    for before, after in zip(whole, kept, strict=True):
        assert sorted(after[after > 0]) == pytest.approx(sorted(before)[-2:])


def test_nearest_by_hand():
    # Product 0 shares 2 customers with 1 (4 buyers: 2/2 = 1) and 2 with 2 (2 buyers: 2/√2 = 1.4), none with 3.
    bought = csr_array(np.array([[1, 1, 1, 0], [1, 1, 1, 0], [0, 1, 0, 1], [0, 1, 0, 0]], np.float32))
    assert count_together(bought, nearest=1, all_below=0).neighbours[0].tolist() == [2]
    assert sorted(count_together(bought).neighbours[0].tolist()) == [1, 2, 4]  # 4 pads


@pytest.mark.parametrize("products", [0, 1, 3])
def test_a_shop_without_purchases(products):
    together = count_together(csr_array((0, products), dtype=np.float32))
    assert together.bm25.shape == (products, products)
    assert together.neighbours.shape == (products, max(products - 1, 0))
    nothing = np.zeros(0, np.int64)
    assert transition_table(Purchases.of(nothing, nothing, nothing, np.arange(products))).shape == (products, products)


def transitions_by_a_loop(purchases: Purchases) -> np.ndarray:
    table = np.zeros((purchases.shape[1], purchases.shape[1]))
    for customer in range(purchases.shape[0]):
        mine = purchases.only(purchases.customer == customer)
        lines = list(zip(mine.time.tolist(), mine.product.tolist(), strict=True))
        moments = sorted({time for time, _ in lines})
        for now, moment in enumerate(moments):
            memory = [(moments.index(time), product) for time, product in lines if time < moment]
            new = {product for time, product in lines if time == moment} - {product for _, product in memory}
            for then, before in memory[-REMEMBERED:]:
                for after in new:
                    table[before, after] += FADE ** (now - then - 1)
    return np.asarray(table / np.sqrt(np.outer(table.sum(axis=1) + DAMPING, table.sum(axis=0) + DAMPING)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(1, 20), st.integers(0, 150), st.integers(1, 60))
def test_transitions_are_those_of_a_plain_loop(seed, customers, products, lines, days):
    purchases = random_purchases(seed, customers, products, lines, days)
    assert transition_table(purchases).toarray() == pytest.approx(transitions_by_a_loop(purchases), abs=1e-5)


def test_only_so_many_purchases_are_remembered():
    history = [(1, product, product * DAY) for product in range(REMEMBERED + 2)]
    table = transition_table(some(*history)).toarray()
    assert table[0, REMEMBERED] > 0
    assert table[0, REMEMBERED + 1] == 0


def test_transitions_by_hand():
    # Product 0 is followed by 1 at once and by 2 a moment later, 1 by 2; what is bought again follows nothing.
    table = transition_table(some((1, 0, 0), (1, 1, DAY), (1, 0, DAY), (1, 2, 2 * DAY))).toarray()
    assert table[0, 1] == pytest.approx(1 / sqrt((1 + 0.8 + 1 + 5) * (1 + 5)))
    assert table[0, 2] == pytest.approx((0.8 + 1) / sqrt((1 + 0.8 + 1 + 5) * (0.8 + 1 + 1 + 5)))
    assert table[1, 2] == pytest.approx(1 / sqrt((1 + 5) * (0.8 + 1 + 1 + 5)))
    assert np.count_nonzero(table) == 3


def test_of_what_follows_the_strongest_are_kept(monkeypatch):
    whole = transition_table(random_purchases(3)).toarray()
    monkeypatch.setattr("recommendations.engine.together.FOLLOWING", 2)
    kept = transition_table(random_purchases(3)).toarray()
    for before, after in zip(whole, kept, strict=True):
        assert sorted(after[after > 0]) == pytest.approx(sorted(before)[-2:])
