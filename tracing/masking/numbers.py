"""E-mail addresses and the numbers of people: phone, card, IBAN.

Prices, dates, ids and quantities stay: a number is a phone number only in the way people write one.
"""

import re
from collections.abc import Callable
from functools import partial

Mark = Callable[[str, str], str]
"""What stands in place of something personal, by its kind and its words."""

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


def mask_emails(text: str, mark: Mark) -> str:
    return EMAIL.sub(lambda match: mark("email", match[0]), text) if "@" in text else text


def mask_numbers(text: str, mark: Mark) -> str:
    if not SOME_DIGITS.search(text):
        return text
    text = IBAN.sub(partial(_if_groups, is_iban, partial(mark, "iban")), text)
    text = CARD.sub(partial(_if_groups, is_card, partial(mark, "card")), text)
    text = PHONE.sub(lambda match: mark("phone", match[0]) if has_phone_length(match[0]) else match[0], text)
    return SPOKEN_PHONE.sub(lambda match: match[1] + mark("phone", match[0][len(match[1]) :]), text)


def _if_groups(valid: Callable[[list[str]], bool], mark: Callable[[str], str], match: re.Match[str]) -> str:
    """The run of groups with each valid stretch of them replaced, the longest first: "50 4111 1111 …" keeps its 50."""
    pieces = re.split("([ -])", match[0])  # group, separator, group, …
    shown, at = [], 0
    while at < len(pieces):
        last = min(len(pieces) - 1, at + 2 * (MOST_GROUPS - 1))
        ends = range(last, at - 1, -2) if at % 2 == 0 else range(0)
        end = next((end for end in ends if valid(pieces[at : end + 1 : 2])), None)
        shown.append(pieces[at] if end is None else mark("".join(pieces[at : end + 1])))
        at = (at if end is None else end) + 1
    return "".join(shown)


def is_card(groups: list[str]) -> bool:
    """14 to 19 digits in a card's groups, of a card's first digit, that pass Luhn's check (ISO/IEC 7812-1)."""
    if not CARD_GROUPS.fullmatch("".join(str(len(group)) for group in groups)):
        return False
    digits = [int(c) for c in "".join(groups)]
    doubled = [sum(divmod(2 * d, 10)) for d in digits[-2::-2]]
    return 2 <= digits[0] <= 6 and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def is_iban(groups: list[str]) -> bool:
    """15 to 34 letters and digits whose number modulo 97 is 1 (ISO 13616)."""
    bare = "".join(groups).upper()
    return 15 <= len(bare) <= 34 and int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1


def has_phone_length(text: str) -> bool:
    return 8 <= sum(map(str.isdigit, text)) <= 15
