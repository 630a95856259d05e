import numpy as np
import pytest

from recommendations.engine.heldout import first_moment, last_moment
from tests.engine.shop import random_purchases, some


def chance() -> np.random.Generator:
    return np.random.default_rng(0)


def test_the_last_new_purchases_and_all_after_them_are_hidden():
    held_out = last_moment(some((1, 10, 0), (1, 11, 5), (1, 12, 5), (1, 10, 9), (2, 10, 3)), chance())
    assert held_out.customers.tolist() == [0]  # of customer 2 nothing would remain
    assert held_out.times.tolist() == [5]
    assert held_out.targets.toarray().tolist() == [[0, 0.5, 0.5]]
    assert held_out.known.bought.toarray().tolist() == [[1, 0, 0], [1, 0, 0]]
    assert held_out.evidence.tolist() == [1]


def test_a_repeated_purchase_before_the_target_remains_known():
    held_out = last_moment(some((1, 10, 0), (1, 10, 4), (1, 11, 5)), chance())
    assert held_out.known.time.tolist() == [0, 4]


@pytest.mark.parametrize("held_out_of", [last_moment, first_moment])
def test_nothing_that_is_hidden_is_known(held_out_of):
    purchases = random_purchases(0, customers=30)
    held_out = held_out_of(purchases, chance())
    assert len(held_out.customers)
    known = held_out.known
    for row, customer, at in zip(range(len(held_out.customers)), held_out.customers, held_out.times, strict=True):
        assert not (known.time[known.customer == customer] >= at).any()
        targets = held_out.targets[[row]].indices
        assert not known.bought.toarray()[customer, targets].any()
        bought = purchases.only((purchases.customer == customer) & (purchases.time == at) & purchases.first_ever)
        assert sorted(targets) == sorted(bought.product)


def test_of_new_customers_nothing_is_known_and_all_of_four_fifths():
    purchases = random_purchases(0, customers=30)
    held_out = first_moment(purchases, chance())
    assert len(held_out.customers) == 6
    assert held_out.evidence.tolist() == [0] * 6
    others = np.setdiff1d(np.arange(30), held_out.customers)
    assert (held_out.known.bought.toarray()[others] == purchases.bought.toarray()[others]).all()
    assert held_out.targets.sum(axis=1) == pytest.approx(np.ones(6))


def test_of_many_customers_a_sample_is_hidden(monkeypatch):
    monkeypatch.setattr("recommendations.engine.heldout.MOST_CUSTOMERS", 7)
    purchases = random_purchases(0, customers=30)
    held_out = last_moment(purchases, chance())
    assert len(set(held_out.customers)) == 7
    others = ~np.isin(purchases.customer, held_out.customers)
    assert np.isin(held_out.known.customer, held_out.customers, invert=True).sum() == others.sum()


@pytest.mark.parametrize("held_out_of", [last_moment, first_moment])
def test_of_no_purchases_nothing_can_be_hidden(held_out_of):
    assert len(held_out_of(some(), chance()).customers) == 0
