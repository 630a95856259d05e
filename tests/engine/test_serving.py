"""A customer as the active fit sees them at the moment of a request."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from customers.models import Customer, Product, Purchase
from recommendations.engine import serving
from recommendations.engine.fitting import fit_engine
from recommendations.engine.proposals import proposals
from recommendations.engine.serving import MOST_PURCHASES, current, visit_of
from recommendations.models import EngineFit
from tests.engine.shop import ASKED
from tests.factories import SOME_DAY, a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db


def proposed(visit, **wishes) -> list[int]:
    return [proposal.product_pk for proposal in proposals(visit, **wishes)]


def scores(visit) -> dict[int, float]:
    return {proposal.product_pk: proposal.score for proposal in proposals(visit)}


def a_couple() -> tuple[Customer, list[Product]]:
    """Three fellows bought the first two of four products together; the customer bought the first."""
    products = [a_product() for _ in range(4)]
    me = a_customer()
    a_purchase(me, products[0])
    for _ in range(3):
        fellow = a_customer()
        a_purchase(fellow, products[0])
        a_purchase(fellow, products[1])
    return me, products


def test_before_the_first_fit_nothing_is_known():
    me, _ = a_couple()
    visit = visit_of(me)
    assert proposals(visit) == []
    assert visit.distinct == 1
    assert visit.model.fit is None


def test_a_fit_is_read_once_a_process(django_assert_num_queries):
    me, _ = a_couple()
    fit = fit_engine()
    visit_of(me)
    with django_assert_num_queries(2):
        assert visit_of(me).model.fit == fit
    with django_assert_num_queries(1):
        assert visit_of(None).model.fit == fit


def test_a_fit_that_was_restored_is_served_from_the_next_request_on():
    me, products = a_couple()
    first = fit_engine()
    before = scores(visit_of(me, ASKED))
    for product in (products[0], products[2]):
        a_purchase(fellow := a_customer(), products[0])
        a_purchase(fellow, product)
    second = fit_engine()
    assert visit_of(me).model.fit == second
    after = scores(visit_of(me, ASKED))
    first.activate()
    assert visit_of(me).model.fit == first
    assert scores(visit_of(me, ASKED)) == before != after
    assert EngineFit.objects.active() == first


def test_while_one_thread_reads_a_new_fit_others_serve_the_one_before():
    a_couple()
    first = fit_engine()
    assert current().fit == first
    second = fit_engine()
    with serving._loading:
        assert current().fit == first
    assert current().fit == second


def test_a_new_purchase_counts_at_the_next_request():
    me, products = a_couple()
    fit_engine()
    assert proposed(visit_of(me))[0] == products[1].pk
    newcomer = a_customer()
    assert visit_of(newcomer).distinct == 0
    a_purchase(newcomer, products[0])
    visit = visit_of(newcomer)
    assert visit.distinct == 1
    assert proposed(visit)[0] == products[1].pk
    assert products[0].pk not in proposed(visit)


def test_what_the_customer_buys_later_is_not_known_yet():
    me, products = a_couple()
    a_purchase(me, products[1], purchased_at=SOME_DAY + timedelta(days=5))
    fit_engine()
    early, at_once, late = (visit_of(me, (SOME_DAY + timedelta(days=days)).timestamp()) for days in (3, 5, 6))
    assert early.bought.tolist() == at_once.bought.tolist() == [products[0].pk]
    assert late.bought.tolist() == [products[0].pk, products[1].pk]
    assert products[1].pk in proposed(early)


def test_what_others_buy_later_does_not_sell_yet():
    lately, before = a_product(), a_product()
    for days, product in [(1, before), (10, lately), (11, lately)]:
        a_purchase(a_customer(), product, purchased_at=SOME_DAY + timedelta(days=days))
    fit_engine()
    early = visit_of(None, (SOME_DAY + timedelta(days=9)).timestamp())
    assert {one.product_pk: one.buyers for one in proposals(early)} == {before.pk: 1, lately.pk: 0}
    assert proposed(early) == [before.pk, lately.pk]
    assert proposed(visit_of(None, ASKED)) == [lately.pk, before.pk]


def test_by_default_it_is_now():
    product = a_product()
    a_purchase(a_customer(), product, purchased_at=timezone.now() - timedelta(hours=30))
    fit_engine()
    [found] = proposals(visit_of(None))
    assert (found.days_unsold, found.buyers) == (1, 1)


def test_undated_purchases_are_the_oldest():
    me, products = a_couple()
    Purchase.objects.filter(customer=me).update(purchased_at=None)
    a_purchase(me, products[2])
    fit_engine()
    shopper = visit_of(me, ASKED).evidence.shopper
    rows, _ = current().rows_of(np.array([products[2].pk, products[0].pk]))
    assert shopper.products.tolist() == rows.tolist()
    assert shopper.ago.tolist() == [0, 1]
    assert proposed(visit_of(me, ASKED))[0] == products[1].pk


def test_a_shop_whose_purchases_are_all_undated():
    me, products = a_couple()
    Purchase.objects.update(purchased_at=None)
    fit_engine()
    assert proposed(visit_of(me))[0] == products[1].pk
    found = {one.product_pk: one for one in proposals(visit_of(None))}
    assert [found[product.pk].buyers for product in products] == [4, 3, 0, 0]
    assert {one.days_unsold for one in found.values()} == {None}, "nobody knows when"


def test_ten_thousand_purchases():
    me, products = a_couple()
    many = [a_product() for _ in range(40)]
    Purchase.objects.bulk_create(
        Purchase(
            external_id=f"many-{number}",
            customer=me,
            product=many[number % 30],
            purchased_at=SOME_DAY + timedelta(minutes=number),
        )
        for number in range(MOST_PURCHASES - 1)
    )
    fit_engine()
    visit = visit_of(me, ASKED)
    assert visit.distinct == 31
    assert set(proposed(visit)) == {product.pk for product in [*products[1:], *many[30:]]}
    again = {one.product_pk: one.times_bought for one in proposals(visit, again=True)}
    assert again[many[0].pk] == (MOST_PURCHASES - 1) // 30 + 1
    a_purchase(me, products[2], purchased_at=SOME_DAY + timedelta(days=20))
    assert visit_of(me, ASKED).distinct == 31, "of more the oldest is looked at no more"


def test_a_product_that_is_newer_than_the_fit_is_bought_as_well():
    me, products = a_couple()
    fit_engine()
    newer = a_product()
    a_purchase(me, newer)
    visit = visit_of(me)
    assert visit.bought.tolist() == [products[0].pk, newer.pk]
    assert proposed(visit)[0] == products[1].pk
