"""Numbers as people write them: 1,299.00, 1.299,00, 1,50,000, 2k, fifty, a hundred and twenty, two and a half grand."""

import re
from decimal import Decimal

_UNITS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORDS = {word: value for value, word in enumerate(_UNITS)}
WORDS |= {word: 10 * ten for ten, word in enumerate(_TENS, start=2)}
WORDS["dozen"] = 12
SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "k": 1000, "lakh": 100_000, "lakhs": 100_000}
_PARTS = {"half": Decimal("0.5"), "couple": Decimal(2)}

_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_UNITS[1:10])})\b)?|{'|'.join(reversed(_UNITS))}|dozen)\b"
_MANY = r"(?:half an?|an?|(?:a )?couple(?: of)?)"
_AND = rf"(?:[ -](?:and )?{_SMALL}(?![ -](?:hundred|thousand|grand)\b))"
_HUNDREDS = rf"(?:{_SMALL}|{_MANY})[ -]hundred\b{_AND}?"
_THOUSANDS = (
    rf"(?:(?:{_HUNDREDS}|{_SMALL}|{_MANY})(?: and a half)?[ -](?:thousand|grand)\b"
    rf"(?:[ -](?:and )?(?:{_HUNDREDS})|{_AND}| and a half\b)?)"
)
IN_WORDS = (
    rf"(?>{_THOUSANDS}|(?:{_SMALL}|an?) and a half[ -](?:hundred|thousand|grand)\b|{_HUNDREDS}"
    rf"|(?:half )?an? dozen\b|{_SMALL}|(?:hundred|thousand|grand)\b{_AND}?)"
)
_GROUPED = r"(?:\d{1,3}(?:[.,' ]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:[.,]\d{1,2})?(?!\d)"
_SCALE = r"(?: ?(?:k|thousand|hundred|grand|lakhs?)\b)?"
IN_DIGITS = rf"(?>(?:{_GROUPED}|\d{{1,9}}(?:[.,]\d{{1,2}}(?!\d))?){_SCALE})"
NUMBER = rf"(?:{IN_DIGITS}|{IN_WORDS})"


def parse(text: str) -> Decimal:
    """The value of what NUMBER matched."""
    return _from_digits(text) if text[0].isdigit() else _from_words(text)


def scale_of(text: str) -> int:
    """What the last word of a number multiplies by: 1000 in "2k" and "two thousand", 1 in "20"."""
    return next((value for name, value in SCALES.items() if re.search(rf"(?:\d|\b){name}$", text)), 1)


def _from_digits(text: str) -> Decimal:
    written = re.match(r"\d[\d.,' ]*", text)
    digits = written[0].rstrip(" .,'") if written else "0"
    scale = SCALES.get(text[len(digits) :].strip(), 1)
    decimals = re.search(r"[.,](\d{1,2})$", digits)
    whole = digits[: decimals.start()] if decimals else digits
    digits_only = re.sub("[^0-9]", "", whole)
    return Decimal(f"{digits_only}.{decimals[1]}" if decimals else digits_only) * scale


def _from_words(text: str) -> Decimal:
    """Left to right: a small number waits for its scale, a thousand closes what came before it."""
    total, part, scale = Decimal(0), Decimal(0), 1
    text = text.replace("couple of", "couple").replace("and a half", "and-a-half")
    for word in re.split(r"(?<!and-a)[ -](?!a-half)", text):
        if word in SCALES:
            scale = SCALES[word]
            part = Decimal(part or 1) * scale
            if scale >= 1000:
                total, part = total + part, Decimal(0)
        elif word == "dozen":
            part = Decimal(part or 1) * 12
        elif word == "and-a-half":
            part += Decimal(scale) / 2
        else:
            part += _PARTS.get(word, WORDS.get(word, 0))
    return total + part
