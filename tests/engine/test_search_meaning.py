"""Words and meaning together: a model that knows four kinds of things, behind Ollama's protocol."""

from decimal import Decimal

import pytest
from django.core.cache import cache

from customers.models import Product
from recommendations.engine.constraints import Constraints
from recommendations.engine.embeddings import embed_catalogue
from recommendations.engine.embeddings import model as chosen
from recommendations.engine.search import find_matching
from recommendations.engine.search.words import refresh_words
from tests.factories import a_product
from tests.ollama_server import running_ollama

pytestmark = pytest.mark.django_db

KINDS = {
    "music": ("piano", "guitar", "drum"),
    "seat": ("sofa", "chair", "stool", "recliner"),
    "lamp": ("lamp", "light"),
    "office": ("office", "desk"),
}


def kinds_of(text: str) -> list[float]:
    words = text.lower().replace(",", " ").split()
    return [0.1, *(float(sum(word in words for word in kind)) for kind in KINDS.values())] + [0.0] * 379


@pytest.fixture
def shop(settings):
    cache.clear()
    chosen._remembered.cache_clear()
    with running_ollama() as server:
        server.vector_of = kinds_of
        settings.EMBEDDING_MODEL = "ollama:kinds"
        settings.OLLAMA_BASE_URL = server.base_url
        for name, price in (
            ("Guitar", "90"),
            ("Drum", "50"),
            ("Garden Chair", "20"),
            ("Office Chair", "40"),
            ("Recliner", "99"),
            ("Red Lamp", "9"),
        ):
            a_product(name, price=price)
        refresh_words()
        embed_catalogue()
        yield server
    cache.clear()


def names(words: str, **wishes) -> list[str]:
    known = dict(Product.objects.values_list("pk", "name"))
    return [known[match.product_pk] for match in find_matching(words, Constraints(**wishes), None).products]


def test_what_is_not_sold_is_answered_by_what_is_near(shop):
    found = find_matching("piano", Constraints(), None)
    assert set(names("piano")) == {"Guitar", "Drum"}
    assert {match.words for match in found.products} == {()}
    assert found.notes == ["The shop has nothing called “piano”; these are near in meaning."]


def test_what_nothing_is_near_to_stays_nothing(shop):
    found = find_matching("toaster", Constraints(), None)
    assert found.products == []
    assert found.notes == ["The shop has nothing called “toaster”."]


def test_where_all_words_match_meaning_adds_nothing(shop):
    assert names("lamp") == ["Red Lamp"]
    assert names("office chair") == ["Office Chair"]
    assert set(names("chair")) == {"Garden Chair", "Office Chair"}


def test_where_words_find_too_few_what_is_near_is_added_and_told(shop):
    found = find_matching("desk chair", Constraints(), None)
    assert names("desk chair") == ["Office Chair", "Garden Chair", "Recliner"]  # meaning knows that a desk is office
    assert [match.words for match in found.products] == [("chair",), ("chair",), ()]
    assert found.notes == [
        "Nothing matches all of “desk chair”; these match “chair”.",
        "1 of them is only near in meaning.",
    ]


def test_what_is_near_obeys_the_constraints(shop):
    assert names("piano", max_price=Decimal(60)) == ["Drum"]
    assert names("piano", excluded_words=("guitar", "drums")) == []


def test_what_a_filter_rules_out_is_not_replaced(shop):
    assert names("green lamp", max_price=Decimal(5)) == []
    assert names("desk chair", max_price=Decimal(5)) == []


def test_a_server_that_is_down_leaves_the_words(shop):
    shop.replies.clear()
    shop.vector_of = lambda text: "broken"
    assert names("piano") == []
    assert set(names("desk chair")) == {"Office Chair", "Garden Chair"}
