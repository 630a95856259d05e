"""In a shop where half of the customers cook and half garden, everybody gets what they like."""

from math import sqrt

import pytest

from customers.models import Customer, Purchase
from recommendations.engine.candidates import find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.proposals import proposals
from recommendations.engine.ranking import rank
from recommendations.engine.serving import visit_of
from recommendations.engine.similar import similar_customers
from tests.engine.shop import ASKED, DAY, SHELVES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_tastes")]


def a_gardener() -> Customer:
    return Customer.objects.get(external_id="taste-0")


def bought_by(customer: Customer) -> set[str]:
    return set(customer.purchases.values_list("product__name", flat=True))


def names(found) -> set[str]:
    return {candidate.name for candidate in found.candidates}


def found_for(customer: Customer | None, at: float = ASKED, **wishes):
    return find_candidates(visit_of(customer, at), Constraints(**wishes))


def test_taste_ranks_first():
    best_of_taste = of = 0
    for number, me in enumerate(Customer.objects.order_by("pk")[:40]):
        own = set(SHELVES["Kitchen" if number % 2 else "Garden"])
        if len(bought_by(me) & own) < 2 or len(bought_by(me) - own) > 0:
            continue
        found = found_for(me)
        [best] = rank(found.candidates, Constraints(), 1, 3)
        of += 1
        best_of_taste += best.name in own
        assert (found.strategy, found.evidence) == ("personal", len(bought_by(me)))
    assert of > 10
    assert best_of_taste == of


def test_what_was_bought_is_not_proposed_again_unless_wished():
    for me in Customer.objects.all()[:10]:
        assert not names(found_for(me)) & bought_by(me)
        assert names(found_for(me)) | bought_by(me) == {*SHELVES["Kitchen"], *SHELVES["Garden"]}
        again = found_for(me, exclude_bought=False)
        assert bought_by(me) <= names(again)
        assert {each.name for each in again.candidates if each.source == "bought before"} == bought_by(me)


def test_where_it_was_found_is_told():
    sources = {candidate.source for candidate in found_for(a_gardener()).candidates}
    assert sources <= {"co-purchase", "similar customers", "popular"}
    assert "co-purchase" in sources
    assert {candidate.source for candidate in found_for(None).candidates} == {"popular"}
    assert {candidate.source for candidate in found_for(a_gardener(), words="garden").candidates} == {"search"}


def test_a_new_customer_and_nobody_in_particular_get_what_sells():
    newcomer = Customer.objects.create(external_id="newcomer")
    lists = []
    for customer in (None, newcomer):
        found = found_for(customer, ASKED - 40 * DAY)
        assert (found.strategy, found.evidence, len(found.candidates)) == ("popular", 0, 16)
        lists.append([item.product_pk for item in rank(found.candidates, Constraints(), 16, 16)])
    assert lists[0] == lists[1]
    recent = visit_of(None, ASKED - 40 * DAY).evidence.sales.recent[1]
    pks = visit_of(None).model.product_pks
    assert lists[0] == [pk for _, pk in sorted(zip(-recent, pks, strict=True))]


def test_one_purchase_is_enough_to_be_served_personally():
    newcomer = Customer.objects.create(external_id="newcomer")
    trowel = Purchase.objects.filter(product__name="Trowel").first()
    newcomer.purchases.create(external_id="first", product=trowel.product, purchased_at=trowel.purchased_at)
    found = found_for(newcomer)
    assert (found.strategy, found.evidence) == ("personal", 1)
    assert [item.category for item in rank(found.candidates, Constraints(), 3, 3)] == ["Garden"] * 3


def test_constraints_hold_for_every_way_a_product_is_found():
    for customer in (a_gardener(), None):
        for wishes in ({"categories": ("Kitchen",)}, {"max_price": 30}, {"words": "kitchen"}):
            found = found_for(customer, **wishes)
            assert found.candidates
            for candidate in found.candidates:
                assert candidate.category == "Kitchen" or candidate.price <= 30


def test_a_customer_whom_the_shop_forgot_is_nobody_s_fellow_and_lists_go_on():
    me, fellow = a_gardener(), similar_customers(visit_of(a_gardener(), ASKED), 1)[0]
    before = proposals(visit_of(me, ASKED))
    Customer.objects.filter(pk=fellow.pk).delete()
    assert fellow.pk not in {other.pk for other in similar_customers(visit_of(me, ASKED), 100)}
    assert proposals(visit_of(me, ASKED)) == before


def test_the_same_question_has_the_same_answer():
    assert found_for(a_gardener()) == found_for(a_gardener())


def test_at_most_n_in_falling_order_and_in_one_query(django_assert_num_queries):
    me = a_gardener()
    visit = visit_of(me)
    with django_assert_num_queries(1):
        found = similar_customers(visit, n=7)
    assert len(found) == 7
    assert [other.similarity for other in found] == sorted((other.similarity for other in found), reverse=True)
    mine = set(Purchase.objects.filter(customer=me).values_list("product", flat=True))
    for other in found:
        theirs = set(Purchase.objects.filter(customer=other.pk).values_list("product", flat=True))
        assert other.shared_products == len(mine & theirs)
        assert other.similarity == pytest.approx(len(mine & theirs) / sqrt(len(mine) * len(theirs)))
