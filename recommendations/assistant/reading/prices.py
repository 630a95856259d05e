"""The price range in a question, in the many ways of saying it.

A number is a price if a currency stands beside it or a word of comparison before it, and no unit after it:
"under 50" is a price, "under 18 years", "55 inch", "iphone 15" and "pack of 10" are not. A currency amount without
any comparison ("toaster $50") is what the shopper has to spend, so the upper end.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from recommendations.assistant.text import Scratch

from .numbers import NUMBER, parse

AROUND = Decimal("0.20")  # "around 50" reaches from 40 to 60

_CURRENCIES = {
    "USD": r"us ?\$|\$|usd|us dollars?|dollars?|bucks?",
    "EUR": r"€|eur|euros?",
    "GBP": r"£|gbp|pounds?|quid|sterling",
    "CAD": r"ca?\$|cad",
    "AUD": r"au?\$|aud",
    "JPY": r"¥|jpy|yen",
    "INR": r"₹|inr|rupees?|rs\.?",
    "CHF": r"chf|francs?|sfr\.?",
    "SEK": r"sek|kronor|kr",
    "PLN": r"pln|zł|zloty",
    "BRL": r"r\$|brl|reais",
}
_CENTS = {"cent": "", "cents": "", "pence": "GBP"}

_BEFORE = (
    r"(?:(?<![^\W\d_])(?:ca\$|c\$|au\$|a\$|us ?\$|r\$|[$€£¥₹]"
    r"|(?:usd|eur|gbp|cad|aud|jpy|inr|chf|rs\.?|sek|pln|brl)(?= ?\d)) ?)"
)
_AFTER = (
    r"(?:(?:,-)? ?-?(?:[$€£¥₹]|(?:us dollars?|dollars?|bucks?|usd|eur|euros?|gbp|pounds?|quid|sterling|cad|aud|jpy|yen"
    r"|inr|rupees?|chf|francs?|sek|kronor|kr|pln|zł|zloty|brl|reais|cents?|pence)(?!\w))|,-)"
)
_UNIT = (
    r"(?![ -]?(?:\"|''|°|%|(?:percent|inch(?:es)?|cm|mm|km|m|ft|feet|foot|meters?|metres?|miles?"
    r"|kgs?|kilos?|g|gr|grams?|mg|oz"
    r"|ounces?|lbs?|litres?|liters?|l|ml|cl|gallons?|quarts?|cups?|gb|tb|mb|years?|yrs?|yo|y/o|months?|weeks?|days?"
    r"|hours?|hrs?|minutes?|mins?|secs?|seconds?|watts?|w|v|volts?|mah|mp|megapixels?|hz|ghz|mhz|rpm|pcs|pieces?"
    r"|packs?|people|persons?|players?|seats?|seaters?|stars?|items?|products?|purchases?|orders?"
    r"|x|times|pages?|degrees?"
    r"|calories|kcal|carbs|ideas?|options?|suggestions?|recommendations?|results?|things?|gifts?|presents?|picks?"
    r"|choices?|alternatives?|kids|children|guests?|reviews?|ratings?|resolution|video|uhd|st|nd|rd|th|s|slices?|ply"
    r"|threads?|count|episodes?|seasons?|pairs?|bottles?|servings?|colou?rs?|sizes?|customers?|visits?|different)\b)"
    r"|[.,'/:]?\d|/|[^\W\d_])"
)


def _money(name: str) -> str:
    return (
        rf"(?P<{name}b>{_BEFORE})?(?P<{name}>(?<![\w.,/:#]){NUMBER})(?P<{name}s>-?ish\b)?(?P<{name}a>{_AFTER})?{_UNIT}"
    )


_NOT = (
    r"(?:(?:do not|don't|dont|does not|doesn't|won't|wont|will not|can't|cannot|can not|not|no|nothing|never|isn't|nor"
    r"|shouldn't|should not|without|wouldn't|must not|mustn't)(?: (?:want|wanna|like|wish|to"
    r"|spend|spending|pay|paying|go|going|be|cost"
    r"|costs|costing|it|looking|for|any|a|anything|something|priced|get|price|much|the|have"
    r"|way|single|you|me|that|is|buy)){0,5} )"
)
_LESS = (
    r"under(?:neath)?|below|beneath|less(?:er)? (?:expensive )?than|lower than|smaller than"
    r"|cheaper than|at most|at the most|max(?:imum)?\.?"
    r"(?: (?:price|budget|cost|spend|of|is|at|:))*:?|up ?to|upto|within|inside|maximally|<=?|≤|sub-?"
    r"|(?:(?:price|budget|spending) )?(?:limit|cap|ceiling)(?: (?:is|of|at|to))?:?|capped at|stay(?:ing)? under"
    r"|budget(?: (?:is|of|at|around|about|up to|max))*:?|afford(?: about| up to)?|have (?:only"
    r" |just |about |around |like )?(?=[^ ]* ?[^ ]* ?to spend)"
    r"|spend(?: about| around)?(?= [$€£¥₹]?[\d])|unter|bis zu|maximal|h[öo]chstens|weniger"
    r" als|moins de|jusqu'[àa]|menos de|hasta|m[áa]ximo|meno di|sotto"
)
_MORE = (
    r"over|above|more (?:expensive )?than|greater than|higher than|pricier than|dearer than"
    r"|at least|min(?:imum)?\.?(?: (?:price|of|is|at|:))*:?"
    r"|starting (?:at|from)|upwards? of|north of|in excess of|exceed(?:s|ing)?|beyond|>=?|≥"
    r"|[üu]ber|mehr als|mindestens|plus de|au moins|m[áa]s de|al menos"
)
_NEAR = (
    r"around|about|approx(?:\.|imately)?|roughly|circa|ca\.|~|≈|near(?:ly)?|close to|in the"
    r" (?:region|neighbou?rhood|ballpark|area) of"
    r"|more or less|give or take|just about|environ|etwa"
)
_BETWEEN = re.compile(
    rf"(?:\b(?P<word>between|btw|from|in the range(?: of)?|price range(?: (?:is|of))?:?|range(?:"
    rf" of)?|budget(?: of| is)?:?|zwischen|entre|priced)"
    rf" )?{_money('low')} ?(?:-|and|to|till|until|und|et|y|bis|or) ?{_money('high')}"
)
_OR_LESS = re.compile(
    rf"{_money('n')},? (?:or|and|at) (?:less|under|below|cheaper|lower|fewer|the most|most|max(?:imum)?)\b"
    rf"|{_money('m')} ?(?:max(?:imum)?|tops?|limit|budget|at most|or bust)\b"
)
_OR_MORE = re.compile(
    rf"{_money('n')}(?:,? (?:or|and) (?:more|up|over|above|higher|upwards?)\b|\+| plus\b| minimum\b"
    rf"| upwards?\b| and beyond\b)"
)
_OR_SO = re.compile(rf"{_money('n')},? (?:or (?:so|thereabouts)|give or take|more or less|approx(?:imately)?|ish)\b")
_COMPARED = re.compile(
    rf"(?<![\w])(?P<no>{_NOT})?(?:(?:price[sd]?|costing|costs?) )?(?:(?P<less>{_LESS})|(?P<more>{_MORE})"
    rf"|(?P<near>{_NEAR})"
    rf"|(?P<from>from)|(?P<spend>spend(?:ing)?|exceed(?:ing)?))(?: (?:the price of|a price of"
    rf"|the|a total of|only|just|like|say|about|around|of))? ?{_money('n')}"
)
_BARE = re.compile(
    rf"(?:\b(?:for|at|of|worth|is|have|got|with|only|just|costing|price[sd]?)(?: at| of| only"
    rf"| just)? )?{_money('n')}(?: (?:to spend|budget))?"
)
_PERSON_BEFORE = re.compile(
    r"(?:kids?|child(?:ren)?|boys?|girls?|toddlers?|people|adults?|anyone|someone|those|players?"
    r"|bab(?:y|ies)|sons?|daughters?"
    r"|teens?|teenagers?|women|men|size|ages?|aged|he is|she is|he's|she's)(?: who)?(?: is| are)? ?$"
)
_ABOUT_YEAR = re.compile(
    r"(?:books?|films?|movies?|novels?|histor\w+|documentar\w+|stor(?:y|ies)|shows?|music|songs?) ?$"
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


def take_prices(scratch: Scratch) -> PriceRange:
    """Reads and strikes out every price phrase."""
    found = PriceRange()
    for pattern, read in _READERS:
        for match in list(pattern.finditer(scratch.low)):
            if (price := read(match)) is not None:
                scratch.strike(*match.span())
                found = found.within(price)
    return found


def _amount(match: re.Match[str], name: str = "n") -> tuple[Decimal, str] | None:
    """Value and currency of one money group; the currency is "" if the number stands alone."""
    if match[name] is None:
        return None
    value = parse(match[name])
    before, after = (match[name + "b"] or "").strip(), (match[name + "a"] or "").strip(" -,")
    if after in _CENTS:
        return value / 100, _CENTS[after] or "USD"
    return value, _currency(before) or _currency(after)


def _currency(written: str) -> str:
    return next((iso for iso, pattern in _CURRENCIES.items() if written and re.fullmatch(pattern, written)), "")


def _around(value: Decimal, currency: str) -> PriceRange:
    return PriceRange(value * (1 - AROUND), value * (1 + AROUND), currency)


def _between(match: re.Match[str]) -> PriceRange | None:
    low, high = _amount(match, "low"), _amount(match, "high")
    if low is None or high is None or not (low[1] or high[1] or match["word"]):
        return None
    if match["high"].endswith("k") and low[0] < 100:  # "1-2k"
        low = (low[0] * 1000 if not match["low"].endswith("k") else low[0], low[1])
    return PriceRange(min(low[0], high[0]), max(low[0], high[0]), high[1] or low[1])


def _or_less(match: re.Match[str]) -> PriceRange | None:
    amount = _amount(match) or _amount(match, "m")
    return amount and PriceRange(high=amount[0], currency=amount[1])


def _or_more(match: re.Match[str]) -> PriceRange | None:
    amount = _amount(match)
    return amount and PriceRange(low=amount[0], currency=amount[1])


def _or_so(match: re.Match[str]) -> PriceRange | None:
    amount = _amount(match)
    return amount and _around(*amount)


def _compared(match: re.Match[str]) -> PriceRange | None:
    amount = _amount(match)
    if amount is None:
        return None
    value, currency = amount
    before = match.string[: match.start()]
    if not currency and (_PERSON_BEFORE.search(before) or _no_price(match, value, before)):
        return None
    if match["near"] or match["ns"]:
        return _around(value, currency)
    upper = bool(match["less"] or match["spend"])
    if match["no"] and not match["spend"]:
        upper = not upper
    return PriceRange(high=value, currency=currency) if upper else PriceRange(low=value, currency=currency)


def _no_price(match: re.Match[str], value: Decimal, before: str) -> bool:
    """A bare number that is a year, a small number in words ("more than one") or none of money's business."""
    if (
        1900 <= value <= 2040
        and match["n"].isdigit()
        and (match["from"] or (match["near"] and _ABOUT_YEAR.search(before)))
    ):
        return True
    return not match["n"][0].isdigit() and value < 10


def _bare(match: re.Match[str]) -> PriceRange | None:
    amount = _amount(match)
    if amount is None:
        return None
    if match["ns"]:
        return _around(*amount)
    return (
        PriceRange(high=amount[0], currency=amount[1])
        if amount[1] or match[0].endswith(("to spend", "budget"))
        else None
    )


_READERS = (
    (_BETWEEN, _between),
    (_COMPARED, _compared),
    (_OR_LESS, _or_less),
    (_OR_MORE, _or_more),
    (_OR_SO, _or_so),
    (_BARE, _bare),
)
