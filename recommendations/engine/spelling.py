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

WORDS = """
SELECT token.position, token.word, numnode(asked.query) = 0, known.yes, nearest.word, nearest.products
FROM unnest(%(words)s::text[]) WITH ORDINALITY AS token(word, position)
CROSS JOIN LATERAL (SELECT plainto_tsquery('shopassist', token.word) AS query) asked
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM customers_product p WHERE p.search_vector @@ asked.query) AS yes
) known
LEFT JOIN LATERAL (
    SELECT w.word, w.products FROM recommendations_catalogueword w
    WHERE w.word %% token.word
        OR (w.word LIKE left(token.word, 1) || '%%' AND abs(length(w.word) - length(token.word)) <= 2)
    ORDER BY similarity(w.word, token.word) DESC, w.products DESC, w.word LIMIT %(closest)s
) nearest ON NOT known.yes AND length(token.word) >= %(shortest)s
ORDER BY token.position
"""


@dataclass(frozen=True)
class Wanted:
    """The words as the catalogue knows them. `head` is the thing itself; empty where the catalogue has no such word."""

    words: tuple[str, ...]
    head: str
    corrections: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass
class _Token:
    word: str
    is_stop: bool
    known: bool
    near: list[tuple[str, int]]  # catalogue words and how many products have them


def understand(text: str) -> Wanted:
    """One query. Words that mean nothing to a search (stop words, fillers) are left out."""
    written = tokens(text)
    if not written:
        return Wanted((), "")
    joined = [one + two for one, two in pairwise(written)]  # "smart watch" is a smartwatch
    read = _look_up(written + joined)
    kept: list[tuple[str, bool]] = []  # word, known
    corrections: list[tuple[str, str]] = []
    head_end: int | None = None
    position = 0
    while position < len(written):
        token = read[position]
        pair = read[len(written) + position] if position + 1 < len(written) else None
        word, known = token.word, token.known
        if word in LINKS and kept and head_end is None:
            head_end = len(kept)
        if pair and pair.known and not (known and read[position + 1].known):
            corrections.append((f"{word} {read[position + 1].word}", pair.word))
            word, known = pair.word, True
            position += 1
        elif not known and (better := closest(word, token.near)):
            word, known = better, better not in FILLERS
            corrections += [(token.word, better)] if known else []
        if known or not (token.is_stop or word in LINKS or word in FILLERS):
            kept.append((word, known))
        position += 1
    named = kept[: head_end or None]
    head = named[-1] if named else ("", False)
    return Wanted(
        words=tuple(word for word, _ in kept),
        head=head[0] if head[1] else "",
        corrections=tuple(corrections),
        unknown=tuple(word for word, known in kept if not known),
    )


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
        apart = distance(_singular(word), _singular(other))
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
    with connection.cursor() as cursor:
        cursor.execute(WORDS, {"words": words, "closest": CLOSEST, "shortest": SHORTEST_CORRECTED})
        read: dict[int, _Token] = {}
        for position, word, is_stop, known, near, products in cursor.fetchall():
            token = read.setdefault(position, _Token(word, is_stop, known, []))
            if near:
                token.near.append((near, products))
    return list(read.values())
