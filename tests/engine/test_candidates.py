from decimal import Decimal

import pytest

from customers.models import Customer, Product
from recommendations.engine.candidates import find_candidates, moment_weight
from recommendations.engine.constraints import Constraints
from recommendations.engine.fitting import fit_engine
from recommendations.engine.ranking import rank
from recommendations.engine.similar import similar_customers
from tests.engine.shop import a_shop_with_two_tastes
from tests.factories import a_customer, a_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    a_shop_with_two_tastes()
    fit_engine()


def found_for(customer=None, **wishes):
    similar = similar_customers(customer) if customer else []
    return find_candidates(customer, Constraints(**wishes), similar)


def names(found) -> set[str]:
    return {candidate.name for candidate in found.candidates}


def a_gardener() -> Customer:
    return Customer.objects.get(external_id="taste-0")


def bought_by(customer: Customer) -> set[str]:
    return set(customer.purchases.values_list("product__name", flat=True))


def test_what_was_bought_is_not_proposed_again_unless_wished(shop):
    me = a_gardener()
    assert not names(found_for(me)) & bought_by(me)
    assert bought_by(me) <= names(found_for(me, exclude_bought=False))


def test_taste_ranks_first(shop):
    me = a_gardener()
    found = found_for(me)
    best = max(found.candidates, key=lambda candidate: candidate.co_purchase)
    assert best.category == "Garden"
    assert best.source == "co-purchase"
    assert found.strategy == "personal"
    assert found.evidence == len(bought_by(me))


def test_a_new_customer_and_nobody_in_particular_get_what_sells(shop):
    for customer in (None, a_customer()):
        found = found_for(customer)
        assert found.strategy == "popular"
        assert found.evidence == 0
        assert len(found.candidates) == 16
        recent = [candidate.recent for candidate in found.candidates]
        assert recent == sorted(recent, reverse=True)


def test_before_anything_was_bought_the_newest_products_come_first():
    older, newer = a_product("Older"), a_product("Newer")
    fit_engine()
    assert [candidate.name for candidate in found_for().candidates] == ["Newer", "Older"]
    assert {candidate.source for candidate in found_for().candidates} == {"recent"}
    assert (older.pk, newer.pk) == tuple(sorted([older.pk, newer.pk]))


def test_without_products_there_is_a_note():
    found = found_for()
    assert found.candidates == []
    assert found.notes == ["The shop has no product."]


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ({"categories": ("kitchen",)}, {"Kettle", "Toaster", "Mixer"}),
        ({"categories": (" KITCHEN ", "Garden")}, {"Kettle", "Toaster", "Mixer", "Spade"}),
        ({"excluded_categories": ("Kitchen",)}, {"Spade", "Voucher"}),
        ({"brands": ("domera",)}, {"Kettle"}),
        ({"excluded_brands": ("DOMERA",)}, {"Toaster", "Mixer", "Spade", "Voucher"}),
        ({"excluded_products": ("K-1", "no such")}, {"Toaster", "Mixer", "Spade", "Voucher"}),
        ({"max_price": Decimal("30")}, {"Kettle", "Spade"}),
        ({"max_price": Decimal("29.99")}, {"Spade"}),
        ({"min_price": Decimal("30")}, {"Kettle", "Toaster"}),
        ({"min_price": Decimal("20"), "max_price": Decimal("40")}, {"Kettle", "Spade"}),
        ({"max_price": Decimal("1e300")}, {"Kettle", "Toaster", "Spade"}),
        ({"excluded_words": ("toasters",)}, {"Kettle", "Mixer", "Spade", "Voucher"}),
        ({"excluded_words": ("kitchen", "the")}, {"Spade", "Voucher"}),
        ({"categories": ("'; DROP TABLE customers_product; --",)}, set()),
        ({"categories": ("Kitchen\0",), "excluded_words": ("\ud800",)}, {"Kettle", "Toaster", "Mixer"}),
    ],
)
def test_constraints_hold(wishes, expected):
    a_product("Kettle", "Kitchen", "30.00", brand="Domera", external_id="K-1")
    a_product("Toaster", "Kitchen", "59.00", brand="Kelvano")
    a_product("Mixer", "Kitchen", None)
    a_product("Spade", "Garden", "20.00")
    a_product("Voucher", "", None)
    fit_engine()
    assert names(found_for(**wishes)) == expected


def test_constraints_hold_for_every_way_a_product_is_found(shop):
    me = a_gardener()
    for wishes in ({"categories": ("Kitchen",)}, {"max_price": Decimal(30)}, {"words": "kitchen"}):
        found = found_for(me, **wishes)
        assert found.candidates
        for candidate in found.candidates:
            assert candidate.category == "Kitchen" or candidate.price <= 30


def test_the_latest_moments_count_more():
    assert moment_weight(0) == 1
    assert moment_weight(1) > moment_weight(2) > moment_weight(1000) == pytest.approx(0.2)


def test_a_limit_cuts_by_taste(shop):
    me = a_gardener()
    everything = found_for(me).candidates
    cut = find_candidates(me, Constraints(), similar_customers(me), limit=3).candidates
    assert cut == everything[:3]


def test_products_added_after_the_fit_can_be_found(shop):
    a_product("Sundial", "Garden", "15.00")
    assert "Sundial" in names(found_for(words="sundial"))
    assert "Sundial" in names(found_for())


@pytest.mark.parametrize("words", ["", "kitchen"])
def test_queries_are_few_and_do_not_grow(shop, words, django_assert_max_num_queries):
    me = a_gardener()
    wishes = Constraints(words=words)
    with django_assert_max_num_queries(7):
        found = find_candidates(me, wishes, similar_customers(me))
        assert rank(found.candidates, wishes, 20, 3)


def test_the_same_question_has_the_same_answer(shop):
    me = a_gardener()
    assert found_for(me) == found_for(me)
    assert Product.objects.count() == 16
