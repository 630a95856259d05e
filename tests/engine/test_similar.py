from math import sqrt

import pytest

from customers.models import Customer
from recommendations.engine.fitting import fit_engine
from recommendations.engine.serving import visit_of
from recommendations.engine.similar import similar_customers, similar_products
from tests.factories import a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db


def similar(customer: Customer, n: int = 20):
    return similar_customers(visit_of(customer), n)


def buyers_of(*products):
    customer = a_customer()
    for product in products:
        a_purchase(customer, product)
    return customer


def test_who_shares_more_of_less_is_more_similar():
    one, two, three, four = (a_product() for _ in range(4))
    me = buyers_of(one, two)
    twin, half, wide = buyers_of(one, two), buyers_of(one), buyers_of(one, two, three, four)
    buyers_of(three, four)
    fit_engine()
    assert [(found.pk, found.shared_products) for found in similar(me)] == [(twin.pk, 2), (half.pk, 1), (wide.pk, 2)]
    assert [found.similarity for found in similar(me)] == pytest.approx([1, 1 / sqrt(2), 2 / sqrt(2 * 4)])
    assert [(found.external_id, found.name) for found in similar(me, 1)] == [(twin.external_id, twin.name)]


def test_how_often_something_was_bought_is_no_matter():
    one, two = a_product(), a_product()
    me, twin = buyers_of(one, two, one), buyers_of(two, two, one)
    fit_engine()
    [found] = similar(me)
    assert (found.pk, found.similarity, found.shared_products) == (twin.pk, pytest.approx(1), 2)


def test_nobody_is_like_a_new_customer_and_nobody_like_themselves():
    me = a_customer()
    fit_engine()
    assert similar(me) == []
    a_purchase(me, a_product())
    fit_engine()
    assert similar(me) == []


def test_ties_are_told_in_the_same_order():
    product = a_product()
    me, *others = (buyers_of(product) for _ in range(5))
    fit_engine()
    assert [found.pk for found in similar(me)] == [other.pk for other in others]


def test_who_has_left_the_shop_is_not_named():
    product = a_product()
    me, leaver, fellow = (buyers_of(product) for _ in range(3))
    fit_engine()
    leaver.delete()
    assert [found.pk for found in similar(me)] == [fellow.pk]


def test_products_that_go_with_one_come_first():
    lamp, bulb, spade, rake = a_product("Lamp"), a_product("Bulb"), a_product("Spade"), a_product("Rake")
    for _ in range(4):
        buyers_of(lamp, bulb)
        buyers_of(spade, rake)
    fit_engine()
    for product, partner in [(lamp, bulb), (spade, rake)]:
        found = similar_products(product, 2)
        assert len(found) == 2
        assert found[0].product_pk == partner.pk
        assert product.pk not in {one.product_pk for one in found}
    assert similar_products(a_product()) == [], "the fit does not know it yet"
