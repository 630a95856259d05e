"""A question as something to read from piece by piece: what was understood is struck out, what is left is the rest."""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 2000  # characters that are read of a question; whoever writes more has said what they want by then
STRUCK = "|"  # takes the place of what was read, so that words on both sides of it never look like neighbours

_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}  # control characters, invisible ones and what is no character at all
_ALIKE = {"'": "’‘`´", '"': "“”„«»", "-": "–—−‐‑", " ": "|\t\n\r"}
_SAME = str.maketrans({variant: plain for plain, variants in _ALIKE.items() for variant in variants})


def word_set(text: str) -> frozenset[str]:
    """The single words of a list of words."""
    return frozenset(text.split())


def tidy(text: str) -> str:
    """The text on one line with plain quotes, dashes and spaces; never longer than LONGEST."""
    text = unicodedata.normalize("NFKC", text[:LONGEST].translate(_SAME)).translate(_SAME)
    text = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    text = "".join(_digit(c) for c in text if unicodedata.category(c) not in _DROPPED)
    return re.sub(r"\s+", " ", text)[:LONGEST].strip()


def _digit(c: str) -> str:
    return str(unicodedata.decimal(c)) if c.isdecimal() else c


def lowered(text: str) -> str:
    """Lower case of the same length, so that places in one are places in the other."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def unaccented(word: str) -> str:
    """In lower case, without accents."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


def one_slip_apart(word: str, meant: str) -> bool:
    """One letter too many, too few or wrong, or two swapped; the first letter is right."""
    if word[0] != meant[0] or abs(len(word) - len(meant)) > 1:
        return False
    same = next((i for i, (one, other) in enumerate(zip(word, meant, strict=False)) if one != other), len(meant))
    rest, other = word[same:], meant[same:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:] or (rest[1::-1] + rest[2:] == other)


def fold(word: str) -> str:
    """A word without case, accents, possessive and number: "Café's" and "cafes" are the same."""
    word = unaccented(word)
    word = word.removesuffix("'s").removesuffix("'")
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("sses", "xes", "zes", "ches", "shes")) else word[:-1]
    if len(word) > 3:
        word = word.removesuffix("e")
        word = word[:-1] + "i" if word.endswith("y") else word
    return word


class Scratch:
    """A tidied question: `text` as it was written, `low` in lower case with what was read struck out."""

    def __init__(self, text: str) -> None:
        self.text = tidy(text)
        self.low = lowered(self.text)

    def take(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Every match of the pattern, each struck out as it is handed over."""
        for match in list(pattern.finditer(self.low)):
            self.strike(*match.span())
            yield match

    def cut(self, pattern: re.Pattern[str]) -> None:
        """Takes every match out as if it had never been written."""
        for match in reversed(list(pattern.finditer(self.low))):
            self.text = self.text[: match.start()] + self.text[match.end() :]
            self.low = self.low[: match.start()] + self.low[match.end() :]

    def strike(self, start: int, end: int) -> None:
        self.low = self.low[:start] + STRUCK * (end - start) + self.low[end:]
