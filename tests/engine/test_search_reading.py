"""Parts of the search by themselves: measures, slips, relevance, and what the database says a name is of."""

from itertools import product

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.heads import head_of
from recommendations.engine.search.relevance import relevance
from recommendations.engine.search.spelling import closest
from recommendations.engine.search.text import MOST_WORDS, tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("500 ml", "0.5 l"),
        ("50cl", "0,5 litre"),
        ("1,000 ml", "1 liter"),
        ("1.5 kg", "1500g"),
        ('65"', "65 inches"),
        ("65-inch", "65in"),
        ("2 ft", "24 inch"),
        ("120 cm", "1.2 m"),
        ("2 tb", "2000gb"),
        ("16 oz", "1 lb"),
        ("5 x 8", "5'x8'"),
        ("12-pack", "12 pcs"),
    ],
)
def test_the_same_measure(one, other):
    [first], [second] = tokens(one), tokens(other)
    assert first.is_measure
    assert any(" " in form for form in set(first.forms) & set(second.forms))


@pytest.mark.parametrize(
    "text", ["3 in 1 printer", "iphone 15", "model l", "in 5 colours", "v8", "1/2", "x 5", "12345678901 ml"]
)
def test_no_measure(text):
    assert not any(token.is_measure for token in tokens(text))


@given(st.text(max_size=300))
def test_any_text_is_cut_into_few_tokens_each_once(text):
    said = [token.text for token in tokens(text)]
    assert len(said) == len(set(said)) <= MOST_WORDS
    assert all(forms for token in tokens(text) for forms in token.forms)


@pytest.mark.parametrize(
    ("wrote", "known", "meant"),
    [
        ("tosater", "toaster", "toaster"),
        ("stel", "steel", "steel"),
        ("setel", "steel", "steel"),
        ("headfones", "headphones", "headphones"),
        ("card", "cart", ""),
        ("seat", "set", ""),
        ("brass", "bars", ""),
        ("printers", "planters", ""),
        ("wifi", "wi-fi", "wi-fi"),
        ("usb3", "usb4", ""),
    ],
)
def test_what_is_a_slip_and_what_another_word(wrote, known, meant):
    assert closest(wrote, [(known, 1)]) == meant


def test_relevance_by_hand():
    assert relevance(3, [3], 1, "Laptop") == pytest.approx(1.0)
    assert relevance(0, [3], 1, "Laptop Stand") == pytest.approx(0.3 + 0.2 / 2)
    assert relevance(1, [1], 1, "Ergo X200") == pytest.approx(0.5 * 0.8 + 0.3 * 0.6)
    assert relevance(3, [3, 0], 2, "Laptop") == pytest.approx(0.5)
    assert relevance(3, [0], 1, "Laptop") == 0


def test_with_all_words_the_thing_itself_is_above_what_mentions_it():
    fields = (1, 2, 3)
    things = [relevance(called, [field], 1, "A long name of a thing") for called, field in product(fields, fields)]
    assert min(things) > 0.5 >= relevance(0, [3], 1, "Laptop")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("Laptop Stand for 15 inch MacBook, Black", "stand"),
        ("SET OF 3 CAKE TINS PANTRY DESIGN", "pantry"),
        ("T-Shirt Red XL", "t-shirt"),
        ("iPhone 15", "iphone"),
        ('65" TV', "tv"),
        ("Black", "black"),
        ("Jar of honey", "jar"),
        ("(new) Lamp", "lamp"),
        ("Crème Brûlée", "brûlée"),
        ("", None),
        ("…", None),
        ("of", "of"),
        ("   -  ", None),
    ],
)
def test_what_a_name_is_of(name, thing):
    with connection.cursor() as cursor:
        cursor.execute("SELECT customers_thing(%s)", [name])
        assert cursor.fetchone() == (thing,)


@pytest.mark.django_db
@pytest.mark.parametrize("description", ["red", "black", "large", "xl", "gold", "queen", "mini", "size"])
def test_names_and_questions_are_read_alike(description):
    words = ["oak", "table", description]
    with connection.cursor() as cursor:
        cursor.execute("SELECT customers_thing(%s)", [" ".join(words)])
        assert cursor.fetchone() == (words[head_of(words)],) == ("table",)
