"""Slips of the fingers in the words around a product: "somehting for my dad" asks for no somehting.

Only frequent words are mended, and only long ones or ones with two letters swapped: a short word is one letter from too
many things that a shop sells (show and shoe, like and bike). The catalogue search mends the products' own words.
"""

import re
from functools import lru_cache

from recommendations.assistant.filler import CONTEXT, STOP
from recommendations.assistant.text import fold, one_slip_apart, word_set

from .catalogue import Index

_LONG = word_set(
    """anniversary another anything around because between birthday boyfriend brother budget categories category
    cheaper christmas colleague considering coworker customer daughter different dollars father favorite favorites
    favourite favourites friend friends girlfriend grandfather grandma grandmother grandpa history husband
    interested interesting looking maximum minimum mother nothing please popular present presents product products
    profile purchase purchased purchases really recently recommend recommendation recommendations recommended
    searching should similar sister someone something special suggest suggested suggestion suggestions surprise"""
)
_SHORT = word_set(
    """about below buy could euros find from gift gifts give good have ideas know less like look make more most need
    nice over please show some than that thing things think this under want what which wife with would"""
)
_COMMON_SLIPS = {
    "coud": "could",
    "hav": "have",
    "luv": "love",
    "luvs": "loves",
    "reccomend": "recommend",
    "reccomendation": "recommendation",
    "reccomendations": "recommendations",
    "smthing": "something",
    "smthng": "something",
    "sumthing": "something",
    "teh": "the",
    "unde": "under",
    "undr": "under",
    "uner": "under",
    "wat": "what",
    "wht": "what",
    "wich": "which",
    "woud": "would",
}
# One letter from a word above, and words themselves.
_WORDS = word_set(
    """bother brothel custome fiend
    form fried feather farther customed locking looming looping looting moth northing notching
    noting plead pleased pleaser poplar preset presets pretend prevent prevents produce produces quiet rally realty
    sifter sinter sitter specials surprised surprises"""
)
_MENDABLE = re.compile(r'"[^"]*"|(?<![\w\'-])(?:[a-z]{3,16}|(?<!.)[A-Z][a-z]{2,15})(?![\w\'-])')


def mended(text: str, index: Index) -> str:
    """The text with those slips corrected; what stands in quotes and what the catalogue knows stays as it is."""

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        meant = _meant(word.lower()) if word[0] != '"' else ""
        return meant if meant and not list(index.find([word])) else word

    return _MENDABLE.sub(mend, text)


@lru_cache(maxsize=4096)
def _meant(word: str) -> str:
    """The frequent word that was meant; empty if the word is right, or nothing that is known."""
    if word in STOP or word in _SHORT or word in _LONG or word in _WORDS or fold(word) in CONTEXT:
        return ""
    if word in _COMMON_SLIPS:
        return _COMMON_SLIPS[word]
    if swapped := _swaps(word) & _SHORT:
        return min(swapped)
    return next((long for long in sorted(_LONG) if one_slip_apart(word, long)), "")


def _swaps(word: str) -> set[str]:
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
