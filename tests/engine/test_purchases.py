from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.purchases import Purchases
from tests.engine.shop import random_purchases, some
from tests.factories import SOME_DAY, a_customer, a_product, a_purchase


def test_repeats_in_one_second_count_once_and_order_does_not_matter():
    one = some((7, 30, 5), (7, 20, 5), (7, 20, 5), (3, 20, 9))
    assert one.customer_pks.tolist() == [3, 7]
    assert one.product_pks.tolist() == [20, 30]
    assert list(zip(one.customer, one.product, one.time, strict=True)) == [(0, 0, 9), (1, 0, 5), (1, 1, 5)]


def test_first_ever_and_moments_ago():
    lines = some((1, 10, 0), (1, 11, 5), (1, 10, 5), (1, 12, 8), (2, 10, 3))
    assert lines.first_ever.tolist() == [True, False, True, True, True]
    assert lines.moments_ago.tolist() == [2, 1, 1, 0, 0]


def test_what_was_bought_and_when_first():
    lines = some((1, 10, 3), (1, 10, 5), (2, 11, 5))
    assert lines.bought.toarray().tolist() == [[1, 0], [0, 1]]
    assert lines.first_times.toarray().tolist() == [[3, 0], [0, 5]]


def test_a_first_time_of_zero_is_a_purchase_too():
    assert some((1, 10, 0)).first_times.nnz == 1


@given(st.integers(0, 10_000), st.integers(0, 60))
def test_where_histories_and_moments_begin(seed, lines):
    purchases = random_purchases(seed, customers=5, lines=lines, days=6)
    starts = purchases.history_starts
    for row in range(purchases.shape[0]):
        assert (purchases.customer[starts[row] : starts[row + 1]] == row).all()
    assert starts[-1] == len(purchases.customer)
    for at, start in enumerate(purchases.moment_starts):
        moment = (purchases.customer == purchases.customer[at]) & (purchases.time == purchases.time[at])
        assert start == np.flatnonzero(moment)[0]


def test_some_purchases_are_of_the_same_customers_and_products():
    lines = some((1, 10, 0), (1, 11, 5), (2, 10, 3))
    left = lines.only(np.array([False, True, False]))
    assert left.shape == (2, 2)
    assert left.bought.toarray().tolist() == [[0, 1], [0, 0]]


def test_products_that_nobody_bought_are_in_the_range():
    one = np.ones(1, np.int64)
    assert Purchases.of(one, one * 20, one, np.array([10, 20, 30])).product_pks.tolist() == [10, 20, 30]


def test_nothing_bought():
    nothing = some()
    assert nothing.shape == nothing.bought.shape == (0, 0)
    assert nothing.first_ever.tolist() == nothing.moments_ago.tolist() == nothing.moment_starts.tolist() == []


@pytest.mark.django_db
def test_the_shop_is_read_as_it_is_stored():
    customer, product, other, unsold = a_customer(), a_product(), a_product(), a_product()
    a_purchase(customer, product, purchased_at=SOME_DAY)
    a_purchase(customer, other, purchased_at=None)
    a_purchase(customer, other, purchased_at=datetime(1969, 12, 31, tzinfo=UTC) + timedelta(milliseconds=1500))
    read = Purchases.of_the_shop()
    assert read.customer_pks.tolist() == [customer.pk]
    assert read.product_pks.tolist() == [product.pk, other.pk, unsold.pk]
    assert read.product.tolist() == [1, 1, 0]  # the undated one is the oldest
    assert read.time.tolist()[1:] == [-86_399, int(SOME_DAY.timestamp())]


@pytest.mark.django_db
def test_an_empty_shop_has_no_purchases():
    assert Purchases.of_the_shop().shape == (0, 0)
