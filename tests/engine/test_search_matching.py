"""What find_matching finds, in which order, and what it says of it."""

from decimal import Decimal

import pytest

from customers.models import Category, Product
from recommendations.engine.constraints import Constraints
from recommendations.engine.search import Matches, find_matching
from recommendations.engine.search.words import refresh_words
from recommendations.models import Synonym
from tests.factories import a_customer, a_product, a_purchase

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    for name, category, brand in (
        ("Laptop Stand", "Office", ""),
        ("Laptop", "Computers", ""),
        ("Gaming Laptop 16GB", "Computers", "Orbitron"),
        ("Ergo X200", "Office Chairs", "Sedara"),
        ("Wool Blanket", "Home", ""),
        ("Oak Sofa", "Home", ""),
        ("Head Torch", "Outdoor", ""),
        ("Chef Knife", "Kitchen", ""),
        ("Coffee Maker", "Kitchen", ""),
        ("Sunglasses", "Outdoor", "Orbitron"),
        ('LED TV 65", Black', "Home", ""),
        ("Water Bottle 0.5 l", "Outdoor", ""),
        ("Water Bottle 750ml", "Outdoor", ""),
        ("USB Stick 16 GB", "Computers", ""),
        ("Area Rug 5x8", "Home", ""),
        ("Trash Can", "Home", ""),
        ("Photo Frame", "Home", ""),
        ("Photoframe Gold", "Home", ""),
    ):
        a_product(name, category, "20.00", brand=brand)
    refresh_words()


def search(words: str, limit: int = 1000, favoured=(), **wishes) -> Matches:
    return find_matching(words, Constraints(**wishes), None, limit, favoured)


def names(found: Matches) -> list[str]:
    known = dict(Product.objects.values_list("pk", "name"))
    return [known[match.product_pk] for match in found.products]


def test_a_laptop_comes_before_what_belongs_to_it(shop):
    found = search("laptop")
    assert names(found) == ["Laptop", "Gaming Laptop 16GB", "Laptop Stand"]
    assert found.products[1].relevance > 0.5 >= found.products[2].relevance


def test_however_many_stands_there_are_the_laptop_is_found():
    for number in range(20):
        a_product(f"Laptop Stand {number}")
    a_product("Laptop")
    assert names(search("laptop", limit=5))[0] == "Laptop"


def test_who_asks_for_the_stand_gets_the_stand(shop):
    assert names(search("laptop stand")) == ["Laptop Stand"]


def test_what_taste_speaks_for_is_looked_at_before_the_limit_cuts():
    products = [a_product(f"Laptop {number}") for number in range(20)]
    liked = products[-1].pk
    assert liked not in [match.product_pk for match in search("laptop", limit=3).products]
    found = search("laptop", limit=3, favoured=[liked, a_product("Toaster").pk])
    assert liked in [match.product_pk for match in found.products]
    assert len(found.products) == 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("office chair", ["Ergo X200"]),
        ("chair", ["Ergo X200"]),
        ("sedara", ["Ergo X200"]),
        ("sunglasses by orbitron", ["Sunglasses"]),
        ("knives", ["Chef Knife"]),
        ("sun glasses", ["Sunglasses"]),
        ("sun-glasses", ["Sunglasses"]),
        ("coffeemaker", ["Coffee Maker"]),
        ("photoframe", ["Photo Frame", "Photoframe Gold"]),
        ("blankets", ["Wool Blanket"]),
        ("lapto", ["Laptop", "Gaming Laptop 16GB", "Laptop Stand"]),
        ("sungl", ["Sunglasses"]),
        ("65 inch tv", ['LED TV 65", Black']),
        ('65" tv', ['LED TV 65", Black']),
        ("65in television", ['LED TV 65", Black']),
        ("500 ml bottle", ["Water Bottle 0.5 l"]),
        ("bottle 0,5l", ["Water Bottle 0.5 l"]),
        ("0.75 litre bottle", ["Water Bottle 750ml"]),
        ("16gb usb stick", ["USB Stick 16 GB"]),
        ("laptop 16 gb", ["Gaming Laptop 16GB"]),
        ("rug 5 x 8", ["Area Rug 5x8"]),
        ("5x8 rug", ["Area Rug 5x8"]),
        ("sofa oak", ["Oak Sofa"]),
    ],
)
def test_as_shoppers_write_it(shop, words, expected):
    assert names(search(words)) == expected


@pytest.mark.parametrize("words", ["card", "scat", "kniv", "laptop bag", "wood piano"])
def test_no_other_thing_is_taken_for_it(shop, words):
    assert names(search(words)) == []


def test_head_is_a_beginning_only_where_nothing_is_called_head(shop):
    assert names(search("head")) == ["Head Torch"]
    Product.objects.filter(name="Head Torch").update(name="Torch")
    a_product("Headphones")
    refresh_words()
    found = search("head")
    assert names(found) == ["Headphones"]
    assert found.notes == ["“head” was read as “headphones”."]


def test_a_word_beside_the_thing_is_no_beginning(shop):
    found = search("lapt blanket")
    assert names(found) == ["Wool Blanket"]
    assert found.notes == ["Nothing matches all of “lapt blanket”; these match “blanket”."]


class TestSynonyms:
    def test_the_shops_own(self, shop):
        assert names(search("notebook")) == []
        Synonym.objects.create(words=["Laptop", " notebook  ", "portable   computer"])
        for words in ("notebook", "notebooks", "portable computer"):
            found = search(words)
            assert names(found)[:2] == ["Laptop", "Gaming Laptop 16GB"]
            assert found.notes == [f"“{words}” was read as “laptop”."]
            assert found.products[0].words == ("laptop",)

    def test_both_are_found_where_the_shop_has_both(self, shop):
        a_product("Couch")
        refresh_words()
        found = search("sofa")
        assert set(names(found)) == {"Oak Sofa", "Couch"}
        assert {match.words for match in found.products} == {("sofa",), ("couch",)}
        assert found.notes == []

    def test_of_two_words_each(self, shop):
        assert names(search("garbage can")) == ["Trash Can"]
        assert names(search("black garbage cans")) == ["Trash Can"]

    def test_what_the_shop_deleted_means_nothing(self, shop):
        Synonym.objects.all().delete()
        assert names(search("settee")) == []


class TestBounds:
    def test_two_queries(self, shop, django_assert_num_queries):
        for words in ("laptop", "red wool laptop for the kitchen", "lapotp", "16gb laptop under my couch"):
            with django_assert_num_queries(2):
                search(words)

    def test_words_that_say_nothing_find_nothing(self, shop):
        for words in ("", "the", "something nice", "…"):
            assert search(words) == Matches([], search(words).wanted, [])

    @pytest.mark.parametrize(
        "words",
        [
            "'); DROP TABLE customers_product; --",
            "laptop' | 'x':* & !(",
            "\\'laptop\\\\",
            "%s %(x)s {0} %%",
            "laptop\0\ud800",
            "a" * 100_000,
            "x 1e9 x 5 x 6 inch " * 1000,
            "日本語 ノート パソコン",
            "= ~laptop @orbitron :A",
        ],
    )
    def test_hostile_text_is_only_text(self, shop, words):
        search(words)
        assert Product.objects.count() == 18

    def test_an_empty_shop(self):
        assert search("laptop").products == []

    def test_relevance_is_between_0_and_1_and_in_order(self, shop):
        for words in ("laptop", "orbitron laptop 16gb", "office", "red wool laptop", "bottle"):
            scores = [match.relevance for match in search(words).products]
            assert scores == sorted(scores, reverse=True)
            assert all(0 < score <= 1 for score in scores)


class TestConstraints:
    def test_hold(self, shop):
        me, laptop = a_customer(), Product.objects.get(name="Laptop")
        a_purchase(me, laptop)
        assert names(find_matching("laptop", Constraints(exclude_bought=True), me)) == [
            "Gaming Laptop 16GB",
            "Laptop Stand",
        ]
        assert names(search("laptop", brands=("orbitron",))) == ["Gaming Laptop 16GB"]
        assert names(search("laptop", excluded_words=("gaming",), excluded_categories=("office",))) == ["Laptop"]
        assert names(search("laptop", max_price=Decimal(5))) == []

    def test_never_widen_what_is_found(self, shop):
        """The oak sofa is too dear: a sofa that is not of oak is none."""
        a_product("Sofa", price="5.00")
        assert names(search("red oak sofa")) == ["Oak Sofa"]
        assert names(search("red oak sofa", max_price=Decimal(10))) == []


class TestNotes:
    def test_what_is_not_sold(self, shop):
        found = search("red piano for the kitchen")
        assert found.notes == ["The shop has nothing called “piano”."]
        assert not found.wanted.head_known

    def test_what_matches_only_in_part(self, shop):
        found = search("green sofa")
        assert found.notes == ["Nothing matches all of “green sofa”; these match “sofa”."]
        assert found.products[0].words == ("sofa",)


def test_what_a_product_is_called_follows_its_name_brand_and_category(shop):
    stand = Product.objects.get(name="Laptop Stand")
    stand.name = "Laptop"
    stand.save()
    assert names(search("laptop"))[:2] == ["Laptop", "Laptop"]
    stand.name, stand.category = "Model 7", Category.objects.get(name="Office Chairs")
    stand.save()
    assert set(names(search("chair"))) == {"Model 7", "Ergo X200"}
