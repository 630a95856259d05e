"""People whom a text itself introduces."""

import pytest

from tracing.masking import introduced_names, mask_text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("my name is Kenneth Martinez, a toaster please", "my name is [name], a toaster please"),
        ("My name's kenneth martinez and I want a toaster", "My name's [name] and I want a toaster"),
        ("I'm Kenneth Martinez. Does Kenneth get a discount?", "I'm [name]. Does [name] get a discount?"),
        ("a ring for my wife Anna Smith", "a ring for my wife [name]"),
        ("Dear Mr O'Neil, your order", "Dear [name], your order"),
        ("Mrs. Smith's router", "Mrs. [name]'s router"),
        ("ich heiße Jürgen Müller", "ich heiße [name]"),
        ("je m'appelle Zoé Dupont", "je m'appelle [name]"),
        ("Best regards, Anna-Lena van der Berg", "Best regards, [name]"),
    ],
)
def test_they_go_wherever_they_stand(text, masked):
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "I'm Looking For A Router",
        "I am Sony fan",
        "my name is on the list",
        "my wife wants a Samsung Galaxy",
        "Dear Customer Service, where is it?",
        "a dress for my daughter under 50",
        "the product's name is Desk Lamp",
    ],
)
def test_other_words_stay(text):
    assert mask_text(text) == text


def test_they_are_found_in_any_value():
    assert introduced_names({"a": ["my name is Ada Lovelace"], "b": 1}) == ["Ada Lovelace"]
