"""How many products the shopper wants to see: "top 5", "three ideas", "a couple of books"."""

import re

from recommendations.assistant.text import Scratch

from .numbers import WORDS, parse

MOST = 100  # nobody reads more; larger numbers mean this many

_VAGUE = {
    "a couple": 2,
    "couple": 2,
    "a pair": 2,
    "a few": 3,
    "few": 3,
    "a handful": 5,
    "handful": 5,
    "half a dozen": 6,
    "a dozen": 12,
    "a single": 1,
    "just a": 1,
}
_WORDS = "|".join(word for word in WORDS if word != "zero")
_NUMBER = rf"(?:\d{{1,4}}|{_WORDS})(?![\w-]|[.,]\d)"
_HOW_MANY = rf"(?P<n>{_NUMBER}|{'|'.join(_VAGUE)})"
_THINGS = (
    r"(?:ideas?|options?|suggestions?|recommendations?|recs?|results?|things?|gifts?|presents?"
    r"|picks?|choices?|products?"
    r"|items?|alternatives?|articles?|examples?|pieces of advice|tips?|possibilities|candidates|ones)"
)
_NOT_COUNTED = (
    r"(?! ?(?:inch(?:es)?|cm|mm|m|kg|g|gb|tb|mb|oz|lbs?|l|ml|litres?|liters?|years?|yrs?|months?"
    r"|weeks?|days?|hours?|hrs?|minutes?"
    r"|mins?|seaters?|pieces?|slices?|packs?|persons?|people|players?|in|ply|way|doors?|drawers?|burners?|quarts?|cups?"
    r"|tiers?|pairs?|watts?|w|volts?|v|%|percent|x|stars?|dollars?|euros?|pounds?|bucks|quid|speed|ports?|guests?|kids"
    r"|times|of)\b)"
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:my |your |the )?(?:top|best|first)[ -]{_HOW_MANY}{_NOT_COUNTED}",
        rf"\b{_HOW_MANY} (?:best|top|cheapest|nicest|greatest)\b",
        rf"\b(?:just |only |about |up to |at most |at least |max(?:imum)? |another |some )?{_HOW_MANY}(?:"
        rf" of(?: the| your)?)?"
        rf"(?: (?:good|nice|new|more|other|great|cool|fun|different|cheap|gift|product|best|random"
        rf"|similar|present|birthday|christmas)){{0,2}} {_THINGS}\b",
        rf"\b(?:recommend|suggest|show|give|list|find|pick|name|propose|choose|get)(?: me| us| him| her| them)?"
        rf"(?: just| only| about| up to| at most| another| my last| the last| my)? {_HOW_MANY}{_NOT_COUNTED}"
        rf"(?: of)?(?= \w| ?$)",
        rf"\b(?P<n>{'|'.join(_VAGUE)}) of\b",
        rf"\b(?:last|latest|recent|past|previous) (?P<n>{_NUMBER})(?= (?:\w+ )?(?:purchases?|orders?"
        rf"|things?|items?|products?|buys|transactions))",
    )
)
_QUANTITY = re.compile(rf"\b(?:need|want|buy|get|order|like|have) (?P<n>{_NUMBER}){_NOT_COUNTED}(?= \w+s\b)")


def take_count(scratch: Scratch) -> int | None:
    """The number wanted, 1 to MOST. "I need 2 lamps" is how many to buy, not how many to show: struck out only."""
    for pattern in _PATTERNS:
        for match in scratch.take(pattern):
            written = match["n"]
            count = _VAGUE.get(written) or int(parse(written))
            if count:
                return min(count, MOST)
    list(scratch.take(_QUANTITY))
    return None
