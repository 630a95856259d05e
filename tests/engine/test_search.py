from decimal import Decimal

import pytest

from customers.models import Product
from recommendations.engine.candidates import find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.fitting import fit_engine
from recommendations.engine.search import understand
from recommendations.engine.search.spelling import distance
from recommendations.engine.search.text import tokens
from recommendations.engine.serving import visit_of
from tests.factories import a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    a_product("Toaster", "Kitchen", "32.00", brand="Kelvano")
    a_product("Steel Toaster", "Kitchen", "59.00", brand="Domera")
    a_product("Red Dress", "Clothing", "40.00")
    a_product("Running Shoes", "Shoes", "85.00")
    a_product("Smartwatch", "Electronics", "199.00")
    a_product("Café au lait bowl", "Kitchen", "8.00")
    a_product("Coffee Maker", "Kitchen", "79.00")
    a_product("Coffee Beans", "Coffee & Tea", "9.00")
    a_product("Headphones", "Electronics", "69.00")
    a_product("T-Shirt", "Clothing", "15.00")
    fit_engine()


def search(words: str, customer=None, **wishes):
    return find_candidates(visit_of(customer), Constraints(words=words, **wishes))


def names(found) -> set[str]:
    return {candidate.name for candidate in found.candidates}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("toaster", {"Toaster", "Steel Toaster"}),
        ("TOASTERS", {"Toaster", "Steel Toaster"}),
        ("a steel toaster", {"Steel Toaster"}),
        ("toaster by domera", {"Steel Toaster"}),
        ("shoe", {"Running Shoes"}),
        ("electronics", {"Smartwatch", "Headphones"}),
        ("cafe", {"Café au lait bowl"}),
        ("something for running", {"Running Shoes"}),
        ("smart watch", {"Smartwatch"}),
        ("coffee maker", {"Coffee Maker"}),
        ("tosater", {"Toaster", "Steel Toaster"}),
        ("toasers please", {"Toaster", "Steel Toaster"}),
        ("headfones", {"Headphones"}),
        ("electornics", {"Smartwatch", "Headphones"}),
        ("stel toaster", {"Steel Toaster"}),
        ("tshirts", {"T-Shirt"}),
        ("t-shirt", {"T-Shirt"}),
        ("coffee acessories", {"Coffee Maker", "Coffee Beans"}),
        ("gift for running", {"Running Shoes"}),
        ("electronics gifts", {"Smartwatch", "Headphones"}),
    ],
)
def test_words_decide_what_appears(shop, words, expected):
    found = search(words)
    assert names(found) == expected
    assert found.strategy == "search"
    assert {candidate.source for candidate in found.candidates} == {"search"}


@pytest.mark.parametrize(
    "words", ["piano", "grand piano", "red piano", "red piano for coffee", "'); DELETE FROM x; --", "日本語"]
)
def test_what_the_shop_does_not_sell_is_not_replaced_by_something_else(shop, words):
    found = search(words)
    assert found.candidates == []
    assert len(found.notes) == 1


def test_the_note_names_the_thing_that_is_not_sold(shop):
    assert search("a red piano for coffee").notes == ["The shop has nothing called “piano”."]


def test_a_toaster_under_50_is_a_toaster_under_50(shop):
    assert names(search("a toaster", max_price=Decimal(50))) == {"Toaster"}


def test_a_toaster_under_5_is_nothing_and_a_note(shop):
    found = search("toaster", max_price=Decimal(5))
    assert found.candidates == []
    assert found.notes == ["The shop has no “toaster” in that price range."]


def test_a_filter_never_widens_the_search(shop):
    """The steel toaster is too dear: another toaster is no steel toaster."""
    assert search("steel toaster", max_price=Decimal(50)).candidates == []


def test_where_no_product_has_all_words_the_thing_itself_counts(shop):
    found = search("red toaster")
    assert names(found) == {"Toaster", "Steel Toaster"}
    assert found.notes == ["Nothing matches all of “red toaster”; these match “toaster”."]


def test_corrections_are_told(shop):
    assert search("tosater").notes == ["“tosater” was read as “toaster”."]
    assert search("smart watch").notes == ["“smart watch” was read as “smartwatch”."]


def test_a_word_of_another_thing_is_no_mistyped_toaster(shop):
    assert search("roaster").candidates == []
    assert search("coat").candidates == []


def test_what_i_have_is_not_found_again_and_the_note_says_so(shop):
    me, dress = a_customer(), search("dress").candidates[0]
    a_purchase(me, a_product("Red Dress", "Clothing"))
    assert [candidate.product_id for candidate in search("dress", me).candidates] == [dress.product_id]
    a_purchase(me, Product.objects.get(pk=dress.product_pk))
    found = search("dress", me)
    assert found.candidates == []
    assert found.notes == ["The shop has no “dress” that was not bought already."]


@pytest.mark.parametrize("words", ["", "   ", "the", "something nice please", "…", "🎹", "\0"])
def test_words_that_say_nothing_leave_it_to_taste(shop, words):
    found = search(words)
    assert found.strategy == "popular"
    assert len(found.candidates) == 10


def test_endless_words_are_cut(shop):
    assert [len(token.text) for token in tokens("word " + "x" * 10_000 + " word" * 100_000)] == [4, 40]
    assert search("toaster " + " ".join(f"w{number}" for number in range(10_000))).candidates == []


def test_spelling_before_the_first_fit_finds_nothing_but_exact_words():
    a_product("Toaster")
    assert names(search("toasters")) == {"Toaster"}
    assert search("tosater").candidates == []


def test_one_query_understands(shop, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert understand("a red tosater").head == "toaster"


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("", "", 0), ("abc", "", 3), ("tosater", "toaster", 1), ("ca", "abc", 3), ("kitten", "sitting", 3)],
)
def test_distance_by_hand(one, other, edits):
    assert distance(one, other) == distance(other, one) == edits
