"""Which word of a search names the thing."""

import pytest

from recommendations.engine.heads import head_of


@pytest.mark.parametrize(
    ("search", "head"),
    [
        ("running shoes", "shoes"),
        ("shorts high waisted", "shorts"),
        ("coaster for coffee", "coaster"),
        ("leather shoes men size 42", "shoes"),
        ("phone case black", "case"),
        ("socks with grips for toddlers", "socks"),
        ("pack of 6 socks", "socks"),
        ("water bottle 500 ml", "bottle"),
        ("slip on sneakers women", "sneakers"),
        ("all in one printer", "printer"),
        ("non-stick pan", "pan"),
        ("wood and slate table", "table"),
        ("for my cat", "cat"),
        ("black", "black"),
        ("blue 42", "42"),
        ("with", "with"),
    ],
)
def test_the_thing_is_told_from_its_colour_size_and_use(search, head):
    words = search.split()

    assert words[head_of(words)] == head


def test_no_words_name_nothing():
    assert head_of([]) == -1
