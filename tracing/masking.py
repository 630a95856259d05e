"""Personal data out of what is stored and sent: known people's names, e-mail addresses, phone, card and IBAN numbers.

Names are masked as a whole in any case and with or without accents, and word by word (from three letters on) where
a word stands capitalised, so that "kenneth martinez", "Kenneth's" and "Mrs Martinez" go and "a grace period" stays.
Prices, dates, ids and quantities stay: a number is a phone number only in the way people write one.
"""

import hmac
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from typing import overload

from django.conf import settings

from tracing.plain import Json

EMAIL = re.compile(r"[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d\d(?:[A-Za-z0-9]{10,30}|(?: [A-Za-z0-9]{1,4}){3,})(?!\w)")
CARD = re.compile(r"(?<![\w.,-])\d{4,19}(?:[ -]\d{2,7})*(?!\w)")
MOST_GROUPS = 10  # of one number; a run of groups may hold several
CARD_GROUPS = re.compile("1[4-9]|44443|444[234]|464|465")  # digits in one go, or how cards print them
PHONE = re.compile(
    r"""(?<![\w.,/+-])(?:
        \+\d(?:[ ().\-/]{0,2}\d){6,14}                                   # +49 (0)30 123-4567
      | (?:1[ .-])?(?:\([2-9]\d\d\)[ ]?|[2-9]\d\d[ .-])\d{3}[ .-]\d{4}   # (555) 123-4567
      | 0\d(?:[ .]\d\d){4}                                               # 01 23 45 67 89
      | \(?0\d{1,4}(?:\)[ ]?|[ /-])\d{3,8}(?:[ -]\d{2,5}){0,2}           # 0171 1234567
    )(?![\w-]|[.,]\d)""",
    re.VERBOSE,
)
SOME_DIGITS = re.compile(r"\d(?:[^\d\n]{0,4}\d){7}")  # fewer are no number of a person
SPOKEN_PHONE = re.compile(
    r"\b((?:phone|tel|telephone|mobile|cell|call|text|whatsapp|reach)\b[^\d\n]{0,20})\d{9,13}(?![\w.,-]?\d)",
    re.IGNORECASE,
)


@overload
def mask(value: dict[str, Json], names: Sequence[str] = ()) -> dict[str, Json]: ...
@overload
def mask(value: Json, names: Sequence[str] = ()) -> Json: ...
def mask(value: Json, names: Sequence[str] = ()) -> Json:
    """The same JSON with "[name]", "[email]", "[phone]", "[card]", "[iban]" in place of what it should not tell.

    `names` are the people that may occur in it. Keys of mappings are masked too; numbers are left alone.
    """
    return _masked(value, names_to_mask(tuple(names)))


def mask_text(text: str, names: Sequence[str] = ()) -> str:
    return _masked_text(text, names_to_mask(tuple(names)))


def pseudonym(text: str) -> str:
    """32 hex digits that stand for `text`: always the same here, and nothing to a reader without our key."""
    return hmac.new(settings.PSEUDONYM_KEY.encode(), text.encode(), sha256).hexdigest()[:32]


def _masked(value: Json, names: "Names | None") -> Json:
    if isinstance(value, str):
        return _masked_text(value, names)
    if isinstance(value, list):
        return [_masked(inner, names) for inner in value]
    if isinstance(value, dict):
        masked: dict[str, Json] = {}
        for key, inner in value.items():
            shown = _masked_text(key, names)
            if shown in masked:  # two people in one mapping
                shown = f"{shown} ({len(masked) + 1})"
            masked[shown] = _masked(inner, names)
        return masked
    return value


def _masked_text(text: str, names: "Names | None") -> str:
    if "@" in text:
        text = EMAIL.sub("[email]", text)
    if SOME_DIGITS.search(text):
        text = IBAN.sub(partial(_if_groups, is_iban, "[iban]"), text)
        text = CARD.sub(partial(_if_groups, is_card, "[card]"), text)
        text = PHONE.sub(lambda match: "[phone]" if has_phone_length(match[0]) else match[0], text)
        text = SPOKEN_PHONE.sub(r"\1[phone]", text)
    return names.masked(text) if names else text


def _if_groups(valid: Callable[[list[str]], bool], mark: str, match: re.Match[str]) -> str:
    """The run of groups with each valid stretch of them replaced, the longest first: "50 4111 1111 …" keeps its 50."""
    pieces = re.split("([ -])", match[0])  # group, separator, group, …
    shown, at = [], 0
    while at < len(pieces):
        last = min(len(pieces) - 1, at + 2 * (MOST_GROUPS - 1))
        ends = range(last, at - 1, -2) if at % 2 == 0 else range(0)
        end = next((end for end in ends if valid(pieces[at : end + 1 : 2])), None)
        shown.append(pieces[at] if end is None else mark)
        at = (at if end is None else end) + 1
    return "".join(shown)


def is_card(groups: list[str]) -> bool:
    """14 to 19 digits in a card's groups, of a card's first digit, that pass Luhn's check (ISO/IEC 7812-1)."""
    digits = [int(c) for c in "".join(groups)]
    doubled = [sum(divmod(2 * d, 10)) for d in digits[-2::-2]]
    shaped = CARD_GROUPS.fullmatch("".join(str(len(group)) for group in groups))
    return bool(shaped) and 2 <= digits[0] <= 6 and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def is_iban(groups: list[str]) -> bool:
    """15 to 34 letters and digits whose number modulo 97 is 1 (ISO 13616)."""
    bare = "".join(groups).upper()
    return 15 <= len(bare) <= 34 and int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1


def has_phone_length(text: str) -> bool:
    return 8 <= sum(map(str.isdigit, text)) <= 15


@dataclass(frozen=True)
class Names:
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
