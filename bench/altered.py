"""The ways in which shoppers alter a product's name when they ask for it. Words are in lower case."""

import random
from collections.abc import Callable


def _otherwise_many(words: list[str], chance: random.Random) -> list[str]:
    """The last word in the other number."""
    last = words[-1]
    return [*words[:-1], last[:-1] if last.endswith("s") and not last.endswith("ss") else last + "s"]


def _slip(words: list[str], chance: random.Random) -> list[str]:
    """A letter of one of the longest words swapped with the next, left out, doubled or replaced."""
    at = max(range(len(words)), key=lambda place: (len(words[place]), chance.random()))
    word, place = words[at], chance.randrange(1, len(words[at]) - 1)
    slips = (
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        word[:place] + word[place + 1 :],
        word[:place] + word[place] + word[place:],
        word[:place] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[place + 1 :],
    )
    return [*words[:at], chance.choice(slips), *words[at + 1 :]]


def _one_less(words: list[str], chance: random.Random) -> list[str]:
    out = chance.randrange(len(words) - 1)
    return words[:out] + words[out + 1 :]


def _one_more(words: list[str], chance: random.Random) -> list[str]:
    return [chance.choice(("genuine", "affordable", "trendy", "handmade")), *words]


def _joined(words: list[str], chance: random.Random) -> list[str]:
    at = chance.randrange(len(words) - 1)
    return [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]


ALTERED: dict[str, Callable[[list[str], random.Random], list[str]]] = {
    "as written": lambda words, chance: words,
    "the last word in the other number": _otherwise_many,
    "a slip in the longest word": _slip,
    "a word left out": _one_less,
    "a word that no product has": _one_more,
    "two words written as one": _joined,
}
