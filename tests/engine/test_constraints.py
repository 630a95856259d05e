from decimal import Decimal

import pytest

from recommendations.engine.constraints import Constraints


def both(words: Constraints, **filters):
    return words.and_also(Constraints.from_filters(filters))


def test_the_narrower_limits_hold():
    words = Constraints(min_price=Decimal(10), max_price=Decimal(50), min_sentiment=0.5, excluded_brands=("Orbitron",))
    wanted = both(words, max_price=80, min_price=20, min_sentiment=0.7, exclude_brands=["Halden"])
    assert (wanted.min_price, wanted.max_price, wanted.min_sentiment) == (20, 50, 0.7)
    assert wanted.excluded_brands == ("Orbitron", "Halden")


@pytest.mark.parametrize(
    ("said", "demanded", "categories", "words"),
    [
        ((), [], (), "lamp"),
        (("Home",), [], ("Home",), "lamp"),
        ((), ["Home"], ("Home",), "lamp"),
        (("Home", "Garden"), ["garden", "Books"], ("Garden",), "lamp"),
        (("Shoes",), ["Books"], ("Books",), "lamp Shoes"),
    ],
)
def test_only_categories_that_words_and_filters_share_may_appear(said, demanded, categories, words):
    wanted = both(Constraints(words="lamp", categories=said), categories=demanded)
    assert (wanted.categories, wanted.words) == (categories, words)


def test_only_brands_that_both_share_may_appear():
    assert both(Constraints(brands=("Halden",)), brands=["HALDEN", "Domera"]).brands == ("Halden",)
    strange = both(Constraints(brands=("Halden",)), brands=["Domera"])
    assert (strange.brands, strange.words) == (("Domera",), "Halden")


@pytest.mark.parametrize(
    ("filters", "complaint"),
    [
        ({"colour": "red"}, "Unknown filter 'colour'"),
        ({"max_price": "cheap"}, "max_price has to be a number"),
        ({"max_price": -1}, "not negative"),
        ({"max_price": True}, "max_price"),
        ({"max_price": float("nan")}, "max_price"),
        ({"min_price": 9, "max_price": 3}, "above"),
        ({"min_sentiment": 1.5}, "from 0 to 1"),
        ({"exclude_bought": "yes"}, "true or false"),
        ({"categories": "Home"}, "list of texts"),
        ({"categories": [" "]}, "list of texts"),
    ],
)
def test_bad_filters_are_named(filters, complaint):
    with pytest.raises(ValueError, match=complaint):
        Constraints.from_filters(filters)


def test_only_what_is_set_is_told():
    assert Constraints().as_json() == {}
    assert Constraints(words="lamp", max_price=Decimal("9.50")).as_json() == {"words": "lamp", "max_price": "9.50"}
