import numpy as np
import pytest

from recommendations.engine.heldout import first_moment, last_moment, popularity_before
from tests.engine.test_purchases import some


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


def test_of_new_customers_nothing_is_known():
    held_out = first_moment(some((1, 10, 0), (1, 11, 5), (2, 11, 3), (2, 10, 3)), chance())
    assert held_out.evidence.tolist() == [0, 0]
    assert held_out.targets.toarray().tolist() == [[1, 0], [0.5, 0.5]]
    assert held_out.times.tolist() == [0, 3]


def test_popularity_counts_first_purchases_strictly_before_by_a_plain_loop():
    rng = np.random.default_rng(1)
    lines = some(*zip(rng.integers(0, 20, 300), rng.integers(0, 6, 300), rng.integers(0, 90, 300), strict=True))
    times = rng.integers(0, 100, 15)
    buyers, recent = popularity_before(lines, times, half_life=30.0)
    first = lines.only(lines.first_ever)
    for row, now in enumerate(times):
        for product in range(lines.shape[1]):
            ages = [
                now - at for at, sold in zip(first.time, first.product, strict=True) if sold == product and at < now
            ]
            assert buyers[row, product] == len(ages)
            assert recent[row, product] == pytest.approx(sum(0.5 ** (age / 30) for age in ages))
