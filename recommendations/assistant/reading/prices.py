"""The price range in a question, in the many ways of saying it.

A number is a price if a currency stands beside it or a word of comparison before or after it, and it is not of another
kind: "under 50" is a price, "under 18 years", "55 inch", "iphone 15" and "pack of 10" are not. An amount with a
currency and no comparison ("toaster $50") is what the shopper has to spend: the upper end, if none is said elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from recommendations.assistant.text import Scratch

from .comparing import Cue, cue_after, cue_before, is_called_range, joint
from .money import SIGNS, Amount, amounts
from .numbers import scale_of
from .otherwise import is_no_price, is_year

AROUND = Decimal("0.20")  # "around 50" reaches from 40 to 60
MOST_AMOUNTS = 40  # that are looked at; nobody means more

_LEAD = re.compile(r"\b(?:for|at|of|on|with|worth|is|have|got)(?: (?:an?|only|just))? ?$")
_ASKED_FOR = re.compile(r"\b(?:get|buy|have|find|offer|anything|something) for $")
_CLAUSE_ENDS = re.compile(r"[ .?!]*$")
_PAID = re.compile(r"\b(?:bought|paid|spent|purchased|ordered|cost me)\b[^.;!?]{0,40}$")
_DIGITS = re.compile(r"\b(?P<n>single|double|triple|one|two|three|four)[ -](?:digits?|figures?)\b(?: prices?\b)?")
_DIGITS_OF = {"single": 1, "one": 1, "double": 2, "two": 2, "triple": 3, "three": 3, "four": 4}
_TENS = re.compile(
    r"\b(?P<price>(?:price|priced|prices|costing)(?: range)? )?in the (?:low |mid |high |lower |upper )?"
    r"(?P<sign>[$€£])?(?P<tens>[1-9]\d?0)'?s\b"
)


@dataclass(frozen=True)
class PriceRange:
    """Both ends belong to it; None is open. `currency` is ISO 4217, "" where none was named."""

    low: Decimal | None = None
    high: Decimal | None = None
    currency: str = ""

    def within(self, other: "PriceRange") -> "PriceRange":
        """The part that both share; ends may cross where somebody asked for the impossible."""
        lows = [low for low in (self.low, other.low) if low is not None]
        highs = [high for high in (self.high, other.high) if high is not None]
        return PriceRange(max(lows, default=None), min(highs, default=None), self.currency or other.currency)


@dataclass(frozen=True)
class _Phrase:
    """One statement about the price. A bare one ("toaster $50") counts only where nothing else is said."""

    start: int
    end: int
    price: PriceRange
    bare: bool = False


def take_prices(scratch: Scratch) -> PriceRange:
    """Reads and strikes out every price phrase."""
    phrases = [*_tens(scratch.low), *_digits(scratch.low), *_phrases(scratch.low)]
    found = PriceRange()
    for phrase in phrases:
        scratch.strike(phrase.start, phrase.end)
        found = found if phrase.bare else found.within(phrase.price)
    bare = [phrase.price for phrase in phrases if phrase.bare]
    if bare and found == PriceRange():
        return max(bare, key=lambda price: price.high or 0)
    return found


def _tens(text: str) -> Iterator[_Phrase]:
    """ "in the $50s"; without a currency or a price the 50s are years."""
    for match in _TENS.finditer(text):
        if match["sign"] or match["price"]:
            low = Decimal(match["tens"])
            yield _Phrase(*match.span(), PriceRange(low, low + Decimal("9.99"), SIGNS.get(match["sign"], "")))


def _digits(text: str) -> Iterator[_Phrase]:
    """ "a double digit price"."""
    for match in _DIGITS.finditer(text):
        ten = Decimal(10) ** (_DIGITS_OF[match["n"]] - 1)
        yield _Phrase(*match.span(), PriceRange(ten if ten > 1 else None, ten * 10 - Decimal("0.01")))


def _phrases(text: str) -> Iterator[_Phrase]:
    found = list(islice(amounts(text), MOST_AMOUNTS))
    place = at = 0
    while at < len(found):
        two = _of_two(text, found[at], found[at + 1], place) if at + 1 < len(found) else None
        phrase = two or _of_one(text, found[at], place)
        at += 2 if two else 1
        if phrase:
            yield phrase
            place = phrase.end


def _of_two(text: str, low: Amount, high: Amount, place: int) -> _Phrase | None:
    """ "between 20 and 30", "20-30€", "max 20-30€", "50 plus or minus 10"."""
    how, currency = joint(text, low, high), high.currency or low.currency
    if not how:
        return None
    if how == "tolerance":
        price = PriceRange(max(low.value - high.value, Decimal(0)), low.value + high.value, currency)
        return _Phrase(low.start, high.end, price)
    cue = cue_before(text, low, place)
    start, kind = (cue.start, cue.kind) if cue else (_lead(text, low), "")
    if not currency and (
        not (cue or high.roughly or is_called_range(text, high.end))
        or is_no_price(text, start, "least", low)
        or (kind == "start" and is_year(text, start, kind, high))
    ):
        return None
    ends = sorted((_in_scale(low, high), high.value))
    low_end, high_end = (None if kind == "most" else ends[0]), (None if kind == "least" else ends[1])
    return _Phrase(start, high.end, PriceRange(low_end, high_end, currency))


def _in_scale(low: Amount, high: Amount) -> Decimal:
    """The lower end of "1-2k" and of "one to two hundred" is in thousands and hundreds too."""
    scale = scale_of(high.written)
    return low.value * scale if scale_of(low.written) == 1 and low.value < high.value / scale else low.value


def _of_one(text: str, amount: Amount, place: int) -> _Phrase | None:
    before, after = cue_before(text, amount, place), cue_after(text, amount)
    cue = _stronger(before if before and before.kind != "span" else None, after)
    if cue is None and amount.currency and is_called_range(text, amount.end):
        return _Phrase(amount.start, amount.end, _around(amount))
    if cue is None:
        return _bare(text, amount)
    start, end = min(cue.start, amount.start), max(cue.end, amount.end)
    if not amount.currency and is_no_price(text, start, cue.kind, amount):
        return None
    if before and after:
        start, end = before.start, after.end
    if cue.kind == "near" or (amount.roughly and cue.kind != "most"):
        return _Phrase(start, end, _around(amount))
    price = PriceRange(low=amount.value) if cue.kind in ("least", "start") else PriceRange(high=amount.value)
    return _Phrase(start, end, replace(price, currency=amount.currency))


def _stronger(before: Cue | None, after: Cue | None) -> Cue | None:
    """ "around 60 max" is a maximum, and so is "at most 60 or so"."""
    if before is None or after is None:
        return before or after
    return after if before.kind in ("near", "sum", "start") and after.kind != "near" else before


def _bare(text: str, amount: Amount) -> _Phrase | None:
    asked = _ASKED_FOR.search(text, 0, amount.start) and _CLAUSE_ENDS.match(text, amount.end)
    paid = _PAID.search(text, max(0, amount.start - 60), amount.start)
    if paid or not (amount.currency or amount.roughly or asked):
        return None
    price = _around(amount) if amount.roughly else PriceRange(high=amount.value, currency=amount.currency)
    return _Phrase(_lead(text, amount), amount.end, price, bare=True)


def _lead(text: str, amount: Amount) -> int:
    """Where the little words begin that lead to an amount: "a lamp | for only $20"."""
    lead = _LEAD.search(text, max(0, amount.start - 20), amount.start)
    return lead.start() if lead else amount.start


def _around(amount: Amount) -> PriceRange:
    return PriceRange(amount.value * (1 - AROUND), amount.value * (1 + AROUND), amount.currency)
