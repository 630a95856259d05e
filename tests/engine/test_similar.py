from math import log, sqrt

import pytest

from customers.models import Customer, Purchase
from recommendations.engine.fitting import fit_engine
from recommendations.engine.similar import similar_customers
from tests.engine.shop import a_shop_with_two_tastes
from tests.factories import a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db


def test_a_shared_rarity_says_more_than_a_shared_bestseller():
    bestseller, rare = a_product(), a_product()
    me, fellow = a_customer(), a_customer()
    for product in (bestseller, rare):
        a_purchase(me, product)
    a_purchase(fellow, rare)
    crowd = [a_customer() for _ in range(5)]
    for customer in crowd:
        a_purchase(customer, bestseller)
    fit_engine()
    found = similar_customers(me)
    assert found[0].pk == fellow.pk
    # 7 customers; the rare one has 2 buyers, the bestseller 6.
    rarity = {"rare": log(1 + 7 / 2), "best": log(1 + 7 / 6)}
    assert found[0].similarity == pytest.approx(
        rarity["rare"] / sqrt((rarity["rare"] + rarity["best"]) * rarity["rare"])
    )
    assert found[0].shared_products == 1
    assert [other.pk for other in found[1:]] == [customer.pk for customer in crowd]  # ties by id


def test_the_same_purchases_are_as_similar_as_can_be():
    me, twin = a_customer(), a_customer()
    for product in (a_product(), a_product()):
        for customer in (me, twin):
            a_purchase(customer, product, quantity=3)
            a_purchase(customer, product)
    fit_engine()
    [found] = similar_customers(me)
    assert found.similarity == pytest.approx(1)
    assert found.shared_products == 2


def test_nobody_is_like_a_new_customer_and_nobody_like_themselves():
    me = a_customer()
    assert similar_customers(me) == []
    a_purchase(me, a_product())
    assert similar_customers(me) == []


def test_before_the_first_fit_all_products_say_the_same():
    me, fellow = a_customer(), a_customer()
    product = a_product()
    a_purchase(me, product)
    a_purchase(fellow, product)
    assert [other.pk for other in similar_customers(me)] == [fellow.pk]


def test_at_most_n_in_falling_order_and_in_two_queries(django_assert_num_queries):
    a_shop_with_two_tastes()
    fit_engine()
    me = Customer.objects.get(external_id="taste-0")
    with django_assert_num_queries(2):
        found = similar_customers(me, n=7)
    assert len(found) == 7
    assert [other.similarity for other in found] == sorted((other.similarity for other in found), reverse=True)
    mine = set(Purchase.objects.filter(customer=me).values_list("product", flat=True))
    for other in found:
        theirs = set(Purchase.objects.filter(customer=other.pk).values_list("product", flat=True))
        assert other.shared_products == len(mine & theirs)


def test_a_product_that_everybody_bought_is_looked_at_in_part(monkeypatch):
    monkeypatch.setattr("recommendations.engine.similar.BUYERS_A_PRODUCT", 3)
    product, me = a_product(), a_customer()
    for customer in [me, *(a_customer() for _ in range(6))]:
        a_purchase(customer, product)
    assert len(similar_customers(me)) == 3
