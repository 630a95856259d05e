"""Names of people that are known to occur.

They are masked as a whole in any case and with or without accents, and word by word (from three letters on) where a
word stands capitalised, so that "kenneth martinez", "Kenneth's" and "Mrs Martinez" go and "a grace period" stays.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


class Piece(str):
    """Something else that is personal, such as a phone number. As a name it is masked as a whole alone, with whatever
    marks between its words: what was read from a question has lost them.
    """

    __slots__ = ()


@dataclass(frozen=True, eq=False)
class Names:
    """Compared by identity, for `names_to_mask` gives the same one for the same names."""

    pattern: re.Pattern[str]
    words: tuple[str, ...]
    """In small letters. Text with none of them, as most is, need not be searched for the pattern."""

    def masked(self, text: str) -> str:
        small = text.lower()
        return self.pattern.sub("[name]", text) if any(word in small for word in self.words) else text


@lru_cache(maxsize=256)
def names_to_mask(names: tuple[str, ...]) -> Names | None:
    """One pattern for all these names, the longest first; None where there is nothing to look for."""
    wholes, words, needles = set(), set(), set()
    for name in names:
        if isinstance(name, Piece):
            parts = re.findall(r"\w+", name)
            needles.add(parts[0].lower())
            wholes.add(r"[\W_]+".join(map(re.escape, parts)))
            continue
        for form in _spellings(" ".join(name.split())):
            parts = form.split(" ")
            needles |= {part.lower() for part in parts}
            if len(form) > 2 or (len(form) > 1 and not _has_case(form)):
                wholes.add(r"[\s._-]+".join(map(re.escape, parts)))
            words |= {part for part in parts if len(part) > 2 or (len(parts) == 1 and len(part) == 2)}
    capitalised = {form for word in words if _has_case(word) for form in (_capital(word), word.upper())}
    patterns = [f"(?i:{_bounded(whole)})" for whole in _longest_first(wholes)]
    patterns += [_bounded(re.escape(word)) for word in _longest_first(capitalised)]
    return Names(re.compile("|".join(patterns)), tuple(needles)) if patterns else None


def _spellings(name: str) -> set[str]:
    composed, decomposed = unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return {composed, decomposed, bare} - {""}


def _has_case(text: str) -> bool:
    """Scripts without capitals are often written without spaces too, so word bounds mean nothing there."""
    return text.lower() != text.upper()


def _capital(word: str) -> str:
    return word if word[0].isupper() else word[0].upper() + word[1:]


def _bounded(pattern: str) -> str:
    return rf"(?<!\w){pattern}(?!\w)" if _has_case(pattern.replace("\\s", "")) else pattern


def _longest_first(patterns: set[str]) -> list[str]:
    return sorted(patterns, key=lambda pattern: (-len(pattern), pattern))
