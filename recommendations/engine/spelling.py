"""What a shopper's words mean in this catalogue: typing mistakes corrected, the thing asked for told apart."""

import re
from dataclasses import dataclass
from itertools import pairwise

from django.db import connection

MOST_WORDS = 12
LONGEST_WORD = 40
SHORTEST_CORRECTED = 4
CLOSEST = 20  # catalogue words that are compared letter by letter
# The thing itself stands before these: in "coaster for coffee" it is the coaster.
LINKS = frozenset(
    (
        "for",
        "with",
        "without",
        "from",
        "in",
        "into",
        "of",
        "on",
        "to",
        "by",
        "under",
        "over",
        "below",
        "above",
        "at",
        "like",
        "that",
        "which",
        "made",
        "as",
    )
)
# Of no help unless the catalogue itself uses them.
FILLERS = frozenset(
    (
        "thing", "things", "stuff", "something", "anything", "item", "items", "product", "products", "article",
        "articles", "idea", "ideas", "option", "options", "one", "ones", "some", "any", "please", "good", "nice",
        "best", "great", "cool", "new", "cheap", "recommendation", "recommendations", "suggestion",
        "suggestions", "else", "other", "others", "similar", "gift", "gifts", "present", "presents", "accessory",
        "accessories", "gear", "equipment",
    )
)  # fmt: skip

# Each word is looked up once and as a constant, of which the planner knows how rare it is: of an array's elements it
# believes that each is in every 200th product, and would read the table for one that is in none.
ONE_WORD = """(%s, %s, numnode(plainto_tsquery('shopassist', %s)) = 0,
    EXISTS (SELECT FROM customers_product p WHERE p.search_vector @@ plainto_tsquery('shopassist', %s)))"""
WORDS = """
WITH token (position, word, is_stop, known) AS MATERIALIZED (VALUES {tokens})
SELECT token.*, nearest.word, nearest.products
FROM token LEFT JOIN LATERAL (
    SELECT w.word, w.products FROM recommendations_catalogueword w
    WHERE w.word %% token.word
        OR (w.word LIKE left(token.word, 1) || '%%' AND abs(length(w.word) - length(token.word)) <= 2)
    ORDER BY similarity(w.word, token.word) DESC, w.products DESC, w.word LIMIT %s
) nearest ON NOT token.known AND length(token.word) >= %s
ORDER BY token.position
"""


@dataclass(frozen=True)
class Wanted:
    """The words as the catalogue knows them. `head` is the thing itself, as opposed to its colour or use."""

    words: tuple[str, ...] = ()
    head: str = ""
    head_known: bool = False  # whether any product is called so
    corrections: tuple[tuple[str, str], ...] = ()


@dataclass
class _Token:
    word: str
    says_nothing: bool  # a stop word or a link
    known: bool  # to the catalogue
    near: list[tuple[str, int]]  # catalogue words and how many products have them


@dataclass(frozen=True)
class _Meant:
    wrote: str
    word: str
    known: bool

    @property
    def counts(self) -> bool:
        return self.known or not (self.word in LINKS or self.word in FILLERS)


def understand(text: str) -> Wanted:
    """One query. Words that mean nothing to a search (stop words, links, fillers) are left out."""
    written = tokens(text)
    if not written:
        return Wanted()
    read = _look_up(written + [one + two for one, two in pairwise(written)])
    meant = _meant(read[: len(written)], read[len(written) :])
    kept = [word for word in meant if word.counts]
    links = [at for at, word in enumerate(meant) if word.word in LINKS]
    # The thing is named before the first link that has anything before it.
    named = next((before for at in links if (before := [word for word in meant[:at] if word.counts])), kept)
    return Wanted(
        words=tuple(word.word for word in kept),
        head=named[-1].word if named else "",
        head_known=bool(named) and named[-1].known,
        corrections=tuple((word.wrote, word.word) for word in kept if word.wrote != word.word),
    )


def _meant(read: list[_Token], pairs: list[_Token]) -> list[_Meant]:
    """Word for word, but two that the catalogue writes as one: "smart watch" is a smartwatch."""
    meant: list[_Meant] = []
    position = 0
    while position < len(read):
        token, two = read[position], read[position : position + 2]
        if len(two) == 2 and pairs[position].known and _belong_together(*two):
            meant.append(_Meant(f"{two[0].word} {two[1].word}", pairs[position].word, known=True))
            position += 2
            continue
        better = "" if token.known or token.says_nothing else closest(token.word, token.near)
        known = token.known or bool(better and better not in FILLERS)
        if known or token.word in LINKS or not token.says_nothing:
            meant.append(_Meant(token.word, better or token.word, known))
        position += 1
    return meant


def _belong_together(one: _Token, other: _Token) -> bool:
    return not (one.says_nothing or other.says_nothing or (one.known and other.known))


def tokens(text: str) -> list[str]:
    """The first words, in lower case, each once."""
    found = re.findall(r"[^\W_]+", text.lower())
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in found))[:MOST_WORDS]


def closest(word: str, near: list[tuple[str, int]]) -> str:
    """The catalogue's word that was meant, the most used of equally close ones; empty if none is close enough."""
    if word in LINKS or word in FILLERS or not word.isalpha():
        return ""
    allowed = 1 if len(word) < 8 else 2
    ranked = []
    for other, products in [*near, *((filler, 0) for filler in FILLERS)]:
        same_start = other[0] == word[0] or other[:2] == word[1::-1]
        apart = distance(_singular(word), _singular(other.replace("-", "")))  # "wifi" is wi-fi
        if same_start and apart <= allowed:
            ranked.append((apart, -products, other))
    return min(ranked)[2] if ranked else ""


def distance(one: str, other: str) -> int:
    """Edits that turn one into the other, two swapped neighbours counting once (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, target in enumerate(other, start=1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                edits = min(edits, earlier[j - 2] + 1)
            row.append(edits)
    return row[-1]


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and len(word) > SHORTEST_CORRECTED else word


def _look_up(words: list[str]) -> list[_Token]:
    statement = WORDS.format(tokens=", ".join([ONE_WORD] * len(words)))
    values = [value for position, word in enumerate(words) for value in (position, word, word, word)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, CLOSEST, SHORTEST_CORRECTED])
        read: dict[int, _Token] = {}
        for position, word, is_stop, known, near, products in cursor.fetchall():
            token = read.setdefault(position, _Token(word, is_stop or word in LINKS, known, []))
            if near:
                token.near.append((near, products))
    return list(read.values())
