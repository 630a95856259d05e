"""A shopper's text, cut into words and measures."""

import re
from dataclasses import dataclass
from itertools import pairwise

from recommendations.engine.search.measures import MEASURE, ways_to_write
from recommendations.engine.search.vocabulary import OTHER_NUMBER

MOST_WORDS = 12
LONGEST_WORD = 40
LONGEST_TEXT = 2000
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Token:
    text: str  # in lower case
    forms: tuple[str, ...]  # phrases of which any says the same
    is_measure: bool = False
    hyphened: bool = False  # to the word before


def tokens(text: str) -> list[Token]:
    """The first words and measures, each once."""
    text = text[:LONGEST_TEXT].lower()
    found: list[Token] = []
    place = 0
    for measure in [*MEASURE.finditer(text), None]:
        found += _words(text, place, measure.start() if measure else len(text))
        if measure:
            found.append(Token(measure[0].strip(), ways_to_write(measure), is_measure=True))
            place = measure.end()
    return list({token.text: token for token in reversed(found)}.values())[::-1][:MOST_WORDS]


def pairs(said: list[Token]) -> list[Token]:
    """Each two neighbours as the one word that the catalogue may write: "smart watch" is a smartwatch."""
    return [
        Token(f"{one.text} {two.text}", (one.text + two.text, f"{one.text}-{two.text}"), hyphened=two.hyphened)
        for one, two in pairwise(said)
    ]


def _words(text: str, start: int, end: int) -> list[Token]:
    found = []
    for match in WORD.finditer(text, start, end):
        word = match[0][:LONGEST_WORD]
        forms = (word, OTHER_NUMBER[word]) if word in OTHER_NUMBER else (word,)
        found.append(Token(word, forms, hyphened=text[match.start() - 1 : match.start()] == "-"))
    return found
