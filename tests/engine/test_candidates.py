from decimal import Decimal

import pytest

from customers.models import Product, Purchase
from recommendations.engine import candidates as candidates_of
from recommendations.engine.candidates import find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.fitting import fit_engine
from recommendations.engine.ranking import rank
from recommendations.engine.serving import visit_of
from recommendations.engine.signals import BEST, FEW
from tests.factories import SOME_DAY, a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db


def found_for(customer=None, **wishes):
    return find_candidates(visit_of(customer), Constraints(**wishes))


def names(found) -> set[str]:
    return {candidate.name for candidate in found.candidates}


def ranked(found, top_n: int = 20, cap: int = 3) -> list[str]:
    return [item.name for item in rank(found.candidates, Constraints(), top_n, cap)]


def many_products() -> list[Product]:
    """More than are all candidates; each of ten customers bought some."""
    products = Product.objects.bulk_create(
        Product(external_id=f"many-{number}", name=f"Thing {number}") for number in range(2 * FEW)
    )
    people = [a_customer() for _ in range(10)]
    Purchase.objects.bulk_create(
        Purchase(
            external_id=f"line-{number}",
            customer=people[number % 10],
            product=products[number * 7 % 130],
            purchased_at=SOME_DAY,
        )
        for number in range(130)
    )
    return products


def test_before_anything_was_bought_the_newest_products_come_first():
    a_product("Older"), a_product("Newer")
    fit_engine()
    assert ranked(found_for()) == ["Newer", "Older"]
    assert {candidate.source for candidate in found_for().candidates} == {"recent"}


def test_before_the_first_fit_the_shop_s_products_are_there():
    me, lamp = a_customer(), a_product("Lamp")
    a_product("Older"), a_product("Newer")
    a_purchase(me, lamp)
    assert ranked(found_for(me)) == ["Newer", "Older"]
    assert names(found_for(me, words="lamp")) == set()
    assert names(found_for(words="lamp")) == {"Lamp"}
    assert found_for().fit is None


@pytest.mark.parametrize("fitted", [True, False])
def test_without_products_there_is_a_note(fitted):
    if fitted:
        fit_engine()
    found = found_for()
    assert found.candidates == []
    assert found.notes == ["The shop has no product."]


@pytest.mark.parametrize("products", [1, 3])
def test_a_shop_with_hardly_any_product(products):
    range_ = [a_product() for _ in range(products)]
    buyer = a_customer()
    a_purchase(buyer, range_[0])
    fit_engine()
    assert len(found_for().candidates) == products
    found = found_for(buyer)
    assert names(found) == {product.name for product in range_[1:]}
    assert bool(found.notes) == (products == 1)


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


def test_constraints_hold_for_what_is_newer_than_the_fit_too():
    a_product("Spade", "Garden", "20.00")
    fit_engine()
    a_product("Rake", "Garden", "30.00"), a_product("Pan", "Kitchen", "10.00")
    assert names(found_for()) == {"Spade", "Rake", "Pan"}
    assert names(found_for(categories=("Garden",))) == {"Spade", "Rake"}
    assert names(found_for(max_price=Decimal(20))) == {"Spade", "Pan"}
    assert names(found_for(words="rake")) == {"Rake"}
    assert {candidate.parts.get("popular") for candidate in found_for().candidates} == {None}


def test_what_is_newer_than_the_fit_and_bought_already_is_not_proposed():
    me = a_customer()
    fit_engine()
    a_purchase(me, a_product("Sundial", "Garden"))
    assert names(found_for(me)) == names(found_for(me, categories=("Garden",))) == set()


def test_a_product_that_left_the_shop_after_the_fit_is_not_proposed():
    me, lamp, bulb, spade = a_customer(), a_product("Lamp"), a_product("Bulb"), a_product("Spade")
    for customer in (me, a_customer(), a_customer()):
        a_purchase(customer, lamp)
    for customer in (a_customer(), a_customer()):
        a_purchase(customer, lamp)
        a_purchase(customer, bulb)
    fit_engine()
    assert found_for(me).candidates[0].together.product == "Lamp"
    lamp.delete()
    assert names(found_for(me)) == {"Bulb", "Spade"}
    assert all(candidate.together is None for candidate in found_for(me).candidates)
    bulb.delete()
    assert names(found_for(me)) == names(found_for()) == {"Spade"}
    assert spade.pk


def test_what_has_changed_since_the_fit_is_told_as_it_is_now():
    product = a_product("Lamp", "Home", "10.00")
    fit_engine()
    Product.objects.filter(pk=product.pk).update(name="Bulb", price=Decimal("7.00"))
    [candidate] = found_for().candidates
    assert (candidate.name, candidate.price, candidate.category) == ("Bulb", Decimal("7.00"), "Home")


@pytest.mark.parametrize(
    ("setting", "exclude_bought", "again"),
    [("yes", None, True), ("no", None, False), ("auto", None, False), ("yes", True, False), ("no", False, True)],
)
def test_whether_what_was_bought_comes_again(settings, setting, exclude_bought, again):
    settings.REPEAT_PURCHASES = setting
    me, product = a_customer(), a_product("Coffee")
    a_purchase(me, product), a_product("Tea")
    fit_engine()
    expected = {"Coffee", "Tea"} if again else {"Tea"}
    assert names(found_for(me, exclude_bought=exclude_bought)) == expected
    assert names(found_for(me, exclude_bought=exclude_bought, max_price=Decimal(10))) == expected
    assert names(found_for(exclude_bought=exclude_bought)) == {"Coffee", "Tea"}


def test_in_a_shop_of_many_products_a_list_takes_three_queries(django_assert_num_queries):
    many_products()
    me = a_customer()
    a_purchase(me, Product.objects.get(external_id="many-0"))
    fit_engine()
    visit_of(me)
    with django_assert_num_queries(3):  # the fit, the history, what the shop says of the products
        found = found_for(me)
        assert len(rank(found.candidates, Constraints(), 20, 3)) == 20
    assert len(found.candidates) >= BEST
    with django_assert_num_queries(4):  # and what the filter leaves
        assert found_for(me, max_price=Decimal(50)).candidates == []


def test_in_a_shop_of_few_products_one_more_query_looks_for_newer_ones(django_assert_num_queries):
    a_product()
    fit_engine()
    visit_of(None)
    with django_assert_num_queries(3):  # the fit, newer products, what the shop says of them
        assert len(found_for().candidates) == 1


def test_in_a_shop_of_many_products_the_newest_are_candidates():
    newest = many_products()[-1]
    fit_engine()
    assert newest.name in names(found_for())


def test_no_more_than_the_best_candidates_are_looked_at(monkeypatch):
    monkeypatch.setattr(candidates_of, "LIMIT", 5)
    many_products()
    me = a_customer()
    a_purchase(me, Product.objects.get(external_id="many-0"))
    fit_engine()
    cut = found_for(me).candidates
    monkeypatch.undo()
    assert cut == found_for(me).candidates[:5]


def test_what_the_words_name_is_among_the_few_that_are_looked_at(monkeypatch):
    monkeypatch.setattr(candidates_of, "LIMIT", 3)
    many_products()
    a_product("Sundial thing")
    fit_engine()
    assert "Sundial thing" in names(found_for(words="sundial thing"))
