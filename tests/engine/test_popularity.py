import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.engine.popularity import CHECKPOINTS, DAY, HALF_LIVES, Popularity
from tests.engine.shop import random_purchases, some


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 400), st.floats(-5, 70), st.booleans())
def test_sales_before_a_moment_are_those_of_a_plain_loop(seed, lines, day, at_a_sale):
    """Also exactly at the time of a sale, which is not before it."""
    purchases = random_purchases(seed, customers=40, lines=lines)
    at = float(purchases.time[seed % len(purchases.time)]) if at_a_sale and lines else day * DAY
    first = purchases.only(purchases.first_ever)
    found = Popularity.of(purchases).before(at)
    for product in range(8):
        times = [time for time, sold in zip(first.time, first.product, strict=True) if sold == product and time < at]
        assert found.buyers[product] == len(times)
        assert found.first[product] == min(times, default=np.inf)
        assert found.last[product] == max(times, default=-np.inf)
        for recent, half_life in zip(found.recent, HALF_LIVES, strict=True):
            assert recent[product] == pytest.approx(sum(0.5 ** ((at - time) / DAY / half_life) for time in times))


def test_enough_sales_that_counting_goes_on_from_a_checkpoint():
    """What the loop above has to reach."""
    popularity = Popularity.of(random_purchases(0, customers=40, lines=400))
    assert len(popularity.time) > 2 * CHECKPOINTS


def test_who_buys_again_counts_once():
    sales = Popularity.of(some((1, 10, 0), (1, 10, 5), (2, 10, 7))).before(10)
    assert sales.buyers.tolist() == [2]
    assert sales.last.tolist() == [7]


def test_what_is_undated_sold_but_not_lately():
    sales = Popularity.of(some((1, 10, -9_000_000_000), (1, 11, 1_700_000_000))).before(1_700_000_001)
    assert sales.buyers.tolist() == [1, 1]
    assert sales.recent[:, 0] == pytest.approx([0, 0, 0])


def test_without_purchases():
    sales = Popularity.of(some()).before(0)
    assert sales.recent.shape == (len(HALF_LIVES), 0)
