"""Numbers as people write them: 1,299.00, 1.299,00, 2k, fifty, a hundred and twenty."""

import re
from decimal import Decimal

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: value for value, word in enumerate(_UNITS)}
WORDS |= {word: 10 * ten for ten, word in enumerate(_TENS, start=2)}
WORDS["dozen"] = 12
SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "k": 1000}

_WORD = "|".join(sorted([*WORDS, "hundred", "thousand", "grand"], key=len, reverse=True))
IN_WORDS = (
    rf"(?>(?:(?:an?|half a) (?=hundred|thousand|grand|dozen))?(?:{_WORD})\b(?:(?:[ -]|(?:(?<=hundred)"
    rf"|(?<=thousand)) and )(?:{_WORD})\b){{0,6}})"
)
_GROUPED = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?(?!\d)"
IN_DIGITS = rf"(?>(?:{_GROUPED}|\d{{1,9}}(?:[.,]\d{{1,2}}(?!\d))?)(?: ?(?:k|thousand|hundred|grand)\b)?)"
NUMBER = rf"(?:{IN_DIGITS}|{IN_WORDS})"


def parse(text: str) -> Decimal:
    """The value of what NUMBER matched."""
    return _from_digits(text) if text[0].isdigit() else _from_words(text)


def _from_digits(text: str) -> Decimal:
    written = re.match(r"\d[\d.,' ]*", text)
    digits = written[0].rstrip(" .,'") if written else "0"
    scale = SCALES.get(text[len(digits) :].strip(), 1)
    decimals = re.search(r"[.,](\d{1,2})$", digits)
    whole = digits[: decimals.start()] if decimals else digits
    digits_only = re.sub("[^0-9]", "", whole)
    return Decimal(f"{digits_only}.{decimals[1]}" if decimals else digits_only) * scale


def _from_words(text: str) -> Decimal:
    total = part = 0
    half = text.startswith("half a ")
    for word in re.split(r"[ -]", text.removeprefix("half a ")):
        if word in SCALES:
            part = max(part, 1) * SCALES[word]
            if SCALES[word] == 1000:
                total, part = total + part, 0
        elif word == "dozen":
            part = max(part, 1) * 12
        elif word not in ("a", "an", "and"):
            part += WORDS[word]
    return Decimal(total + part) / (2 if half else 1)
