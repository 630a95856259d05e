from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recommendations.engine.purchases import Purchases
from tests.factories import SOME_DAY, a_customer, a_product, a_purchase


def some(*lines: tuple[int, int, int]) -> Purchases:
    """(customer, product, time) each."""
    return Purchases.of(*(np.array([line[field] for line in lines], np.int64) for field in range(3)))


def test_repeats_in_one_second_count_once_and_order_does_not_matter():
    one = some((7, 30, 5), (7, 20, 5), (7, 20, 5), (3, 20, 9))
    assert one.customer_pks.tolist() == [3, 7]
    assert one.product_pks.tolist() == [20, 30]
    assert list(zip(one.customer, one.product, one.time, strict=True)) == [(0, 0, 9), (1, 0, 5), (1, 1, 5)]


def test_first_ever_and_moments_ago():
    lines = some((1, 10, 0), (1, 11, 5), (1, 10, 5), (1, 12, 8), (2, 10, 3))
    assert lines.first_ever.tolist() == [True, False, True, True, True]
    assert lines.moments_ago.tolist() == [2, 1, 1, 0, 0]


def test_bought_is_binary():
    assert some((1, 10, 0), (1, 10, 5), (2, 11, 5)).bought.toarray().tolist() == [[1, 0], [0, 1]]


def test_nothing_bought():
    nothing = some()
    assert nothing.shape == (0, 0)
    assert nothing.first_ever.tolist() == nothing.moments_ago.tolist() == []


@pytest.mark.django_db
def test_the_shop_is_read_as_it_is_stored():
    customer, product, other = a_customer(), a_product(), a_product()
    a_purchase(customer, product, purchased_at=SOME_DAY)
    a_purchase(customer, other, purchased_at=None)
    a_purchase(customer, other, purchased_at=datetime(1969, 12, 31, tzinfo=UTC) + timedelta(milliseconds=1500))
    read = Purchases.of_the_shop()
    assert read.customer_pks.tolist() == [customer.pk]
    assert read.product_pks.tolist() == [product.pk, other.pk]
    assert read.product.tolist() == [1, 1, 0]  # the undated one is the oldest
    assert read.time.tolist()[1:] == [-86_399, int(SOME_DAY.timestamp())]


@pytest.mark.django_db
def test_an_empty_shop_has_no_purchases():
    assert Purchases.of_the_shop().shape == (0, 0)
