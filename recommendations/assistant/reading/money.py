"""Amounts in a question: numbers that may be money, with their currency, and not those of another kind.

"$50", "50 bucks", "EUR 1.299,00" and a bare "50" may be money; "50 ml", "2x", "8x10", "24/7" and "4 people" are none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from .numbers import NUMBER, parse

_NAMES = {
    "USD": r"us ?\$|\$|usd|us[ -]dollars?|american dollars?|dollars?|d[óo]lares|bucks?",
    "EUR": r"€|eur|euros?",
    "GBP": r"£|gbp|british pounds?|pounds? sterling|pounds?|quid|sterling",
    "CAD": r"ca?\$|cad|canadian dollars?",
    "AUD": r"au?\$|aud|(?:australian|aussie) dollars?",
    "NZD": r"nz\$|nzd|new zealand dollars?",
    "JPY": r"¥|jpy|(?:japanese )?yen",
    "INR": r"₹|inr|(?:indian )?rupees?|rs\.?",
    "CHF": r"chf|(?:swiss )?francs?|sfr\.?",
    "SEK": r"sek|(?:swedish )?(?:kronor|krona)|kr",
    "NOK": r"nok|norwegian (?:kroner|krone)",
    "DKK": r"dkk|(?:danish )?(?:kroner|krone)",
    "PLN": r"pln|zł|zloty(?:ch)?|złotych",
    "BRL": r"r\$|brl|reais|real",
}
SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_CODES = "usd|eur|gbp|cad|aud|nzd|jpy|inr|chf|sek|nok|dkk|pln|brl"
_WORDS = (
    r"(?:us|american|canadian|australian|aussie|new zealand)[ -]dollars?|dollars?|d[óo]lares|bucks?|euros?"
    r"|(?:british )?pounds?(?: sterling)?|quid|sterling(?! silver)|(?:japanese )?yen|(?:indian )?rupees?"
    r"|(?:swiss )?francs?|(?:swedish )?(?:kronor|krona)|(?:danish |norwegian )?(?:kroner|krone)"
    r"|kr|zł|złotych|zloty(?:ch)?|reais"
)
_CENTS = {"cent": "USD", "cents": "USD", "¢": "USD", "pence": "GBP", "p": "GBP"}
_NOTES = {"tenner": Decimal(10), "fiver": Decimal(5)}

_BEFORE = (
    rf"(?:(?:(?<![^\W\d_])(?:ca\$|c\$|au\$|a\$|nz\$|us ?\$|r\$|(?:{_CODES}|euros?|rupees|rs\.?|kr)(?= ?\d))"
    r"|[$€£¥₹]) ?)"
)
_AFTER = rf"(?:(?:,-|\.-)? ?-?(?:[$€£¥₹¢](?! ?\d)|(?:{_CODES}|{_WORDS}|cents?|pence)(?!\w))|p(?!\w)|,-|\.-)"
_MINOR = r"(?:(?<=[os€]) (?P<minor>\d\d)(?: (?:cents?|pence))?(?= (?:or|max)\b|[.?!,;]|$))?"  # "5 euros 50"
_APART = r"(?:(?<![\w.,/:#])|(?<=\bunder)|(?<=\bbelow)|(?<=\bover)|(?<=\babove)|(?<=\bmax)|(?<=\bmin)|(?<=\bupto))"
_THAN = r"(?:(?<=under )|(?<=below )|(?<=than )|(?<=most ))"
_ISH = r"(?:[ -]?(?:ish|odd)\b| or so(?= (?:dollars|euros|pounds|bucks|quid)\b))"
_AMOUNT = re.compile(
    rf"(?P<before>{_BEFORE})?(?:(?(before)|{_APART})(?P<number>{NUMBER})|\b(?:an? )?(?P<note>tenner|fiver)\b"
    rf"|{_THAN}an? (?P<one>dollar|buck|euro|pound|quid)\b)"
    rf"(?P<ish>{_ISH})?(?P<after>{_AFTER}{_MINOR})?(?P<late>{_ISH})?"
)
_OTHER_KIND = re.compile(
    r"\+?[ -]?(?:\"|''|°|%|(?:percent|inch(?:es)?|cms?|mm|km|m|ft|feet|foot|met(?:er|re)s?|miles?|yards?"
    r"|kgs?|kilos?|g|gr|gsm|grams?|mg|mcg|oz|ounces?|lbs?|lit(?:re|er)s?|l|ml|cl|gallons?|quarts?|qt|pints?|cups?"
    r"|gb|tb|mb|gigs?|gigabytes?|terabytes?|years?|yrs?|yo|y/o|months?|weeks?|days?|nights?|hours?|hrs?|h"
    r"|minutes?|mins?(?! \S+ max)|secs?|seconds?|am|pm|o'clock|watts?|watt|w|kw|volts?|v|amps?|mah|wh|lumens?|mp"
    r"|megapixels?|hz|ghz|mhz|rpm|db|decibels?|bar|psi|spf|pcs|pieces?|packs?|people|persons?|players?|seats?|seaters?"
    r"|guests?|stars?|items?|products?|purchases?|orders?|x|times|pages?|degrees?|calories|kcal|cal|carbs|ideas?"
    r"|options?|suggestions?|recommendations?|results?|things?|gifts?|presents?|picks?|choices?|alternatives?|kids"
    r"|children|reviews?|ratings?|resolution|video|uhd|st|nd|rd|th|s|slices?|ply|threads?|count|ct|episodes?|seasons?"
    r"|pairs?|bottles?|servings?|colou?rs?|sizes?|customers?|visits?|different|ports?|drawers?|pockets?|shelves|tiers?"
    r"|speeds?|ingredients?|of (?:them|these|those))\b)"
    r"|[.,'/:]?\d|/(?!\s)|[^\W\d_]"
)
_REBATE = re.compile(r" ?(?:off|discount|rebate|cashback|vouchers?|coupons?)\b")
_WEIGHED = re.compile(
    r"[ -]?pounds?(?: of\b|[ -](?:dumb|kettle|bar)bells?| weights?\b| weighted\b| plates?\b| vests?\b| bags?\b| test\b)"
)
# "size between 36 and 38", "waist 32": measured in something else.
_MEASURE_BEFORE = re.compile(
    r"(?:#|\b(?:height|width|length|depth|diameter|weight|weigh(?:s|ing)|waist|chest|inseam|aged?|ages|sizes?|spf|factor"
    r"|no\.?|number|model|volume|chapter|grade|level|part|turn(?:s|ed|ing)|(?:he|she|who) is|he's|she's|i'm|i am"
    r"|(?:down to|to|at|of) -) ?)$"
)

_MODEL_BEFORE = re.compile(r"\b(?:iphone|ipad|galaxy|pixel|redmi|moto|gopro|playstation|xbox|windows|kindle|echo) $")
HIGHEST_MODEL = 100
LINES = 100  # from which "1080p" is a picture, below which "50p" are pence


@dataclass(frozen=True)
class Amount:
    """`start` and `end` are places in the text; `currency` is ISO 4217, "" where none stands beside the number."""

    start: int
    end: int
    value: Decimal
    written: str  # the number alone
    currency: str = ""
    roughly: bool = False  # "50ish"


def amounts(text: str) -> Iterator[Amount]:
    """The numbers of a text in lower case that may be money, left to right."""
    for match in _AMOUNT.finditer(text):
        if (amount := _read(match)) is not None:
            yield amount


def _read(match: re.Match[str]) -> Amount | None:
    before, after = (match["before"] or "").strip(), (match["after"] or "").strip(" ,.-")
    roughly = bool(match["ish"] or match["late"])
    if match["note"]:
        return Amount(*match.span(), _NOTES[match["note"]], match["note"], "GBP", roughly)
    if match["one"]:
        return Amount(*match.span(), Decimal(1), "1", _iso(match["one"]), roughly)
    value = parse(match["number"])
    if match["minor"]:
        after, value = after.split()[0], value + Decimal(match["minor"]) / 100
    currency = _iso(before) or _iso(after) or _CENTS.get(after, "")
    if _is_of_another_kind(match, value, currency=currency, marked=bool(before or after)):
        return None
    value = value / 100 if after in _CENTS else value
    return Amount(*match.span(), value, match["number"], currency, roughly)


def _is_of_another_kind(match: re.Match[str], value: Decimal, *, currency: str, marked: bool) -> bool:
    """Measured in something else than money, a model's number, or money off; `marked` by whatever money is marked."""
    text = match.string
    if _WEIGHED.match(text, match.end("number")) or (match["after"] == "p" and value >= LINES):
        return True
    if not marked and _OTHER_KIND.match(text, match.end()):
        return True
    if currency:
        return bool(_REBATE.match(text, match.end()))
    return _is_numbered(text, match.start(), value)


def _is_numbered(text: str, start: int, value: Decimal) -> bool:
    before = max(0, start - 20)
    model = value < HIGHEST_MODEL and _MODEL_BEFORE.search(text, before, start)
    return bool(model or _MEASURE_BEFORE.search(text, before, start))


def _iso(written: str) -> str:
    return next((iso for iso, pattern in _NAMES.items() if written and re.fullmatch(pattern, written)), "")
