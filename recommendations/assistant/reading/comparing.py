"""The words around an amount that make it a limit: "no more than", "or less", "around", "between"."""

import re
from dataclasses import dataclass

from .money import Amount

WINDOW = 90  # characters before an amount in which its words stand
OLDEST = 25  # up to which "18+" is an age

# The first two are turned round by a "not"; a maximum, a budget and a minimum are not.
_BELOW = (
    r"under(?:neath)?|below|beneath|less(?:er)? (?:expensive )?th[ae]n|lower th[ae]n|smaller th[ae]n|fewer th[ae]n"
    r"|cheaper th[ae]n|south of|<|sub[ -]?|unter|weniger als|moins de|menos de|meno di|minder dan"
)
_ABOVE = (
    r"over|above|more (?:expensive )?th[ae]n|(?:greater|bigger|pricier|dearer) th[ae]n|(?:go |goes |be )?higher th[ae]n"
    r"|north of|in excess of|exceed(?:s|ing)?|beyond|upwards? of|>"
    r"|[üu]ber|mehr als|plus de|m[áa]s de|pi[ùu] di|meer dan"
)
_IS = r"(?:(?:'s)?(?:[ _](?:price|budget|cost|spend|of|is|at|to|for|be))*[:=]?)"
_MOST = (
    rf"at (?:the )?(?:very )?most|(?<!air )(?<!pro )(?<!volt )(?<!\dv )max(?:imum)?\.?{_IS}|up ?to|maximally|<=|=<|≤"
    rf"|(?:(?:price|budget|spending) )?(?:limit|cap|ceiling){_IS}|capped at|(?:highest|top) price{_IS}"
    r"|as (?:high|much) as|(?:can|could|would|i'd) (?:go|stretch) to"
    r"|can(?: only)? afford|bis(?: zu)?|maximal|h[öo]chstens|jusqu'[àa]|hasta|m[áa]ximo"
    r"|fino a|até|pas plus de|no m[áa]s de"
)
_LEAST = (
    rf"at (?:the )?(?:very )?(?:least|minimum)|min(?:imum)?\.?{_IS}|>=|=>|≥|(?:lowest|minimum) price{_IS}"
    r"|mindestens|au moins|al menos|almeno"
)
_ABOUT = (
    r"around|about|approx(?:\.|imately)?|roughly|circa|ca\.|~|≈|near(?:ly)?|close[r]? to|just about|more or less"
    r"|in the (?:region|neighbou?rhood|ballpark|area|(?:price )?range) of|give or take|environ|etwa|rund"
    r"|ungef[äa]hr|ongeveer|alrededor de"
)
_COST = r"(?:spend(?:ing)?|pay(?:ing)?|costs?|costing|pric(?:e|es|ed))(?: (?:is|of|at|be))*"
_FROM = r"starting (?:at|from)|start(?:s)? (?:at|from)|from|[àa] partir de|desde|vanaf|dès"
_SUM = (
    r"within|inside|(?:total )?budget(?:'s)?(?: (?:is|of|at|for|range))*:?|spend(?:ing)?(?!:)|pay(?:ing)?"
    r"|pric(?:e|es|ed)(?: (?:is|of|at|range))*[:=]?|costs?|costing"
)
_SPAN = (
    r"between|btwn?|(?:in (?:the|a) )?(?:price )?range(?:s|d)?(?: (?:is|of|from))*:?|ranging from|anywhere from"
    r"|somewhere between|zwischen|entre|tra|tussen|von|de"
)
_FROM_ABROAD = r"ab|da"  # too short to be sure without a currency, like "tot"
_FILL = r"(?:(?: (?:the price of|a price of|a total of|the|an?|only|just|like|say|about|around|of|even)){0,3}:? ?)"
_BEFORE = re.compile(
    rf"(?:(?<!\w)|(?=[<>≤≥~≈]))(?:(?P<most>{_MOST})|(?P<least>{_LEAST})|(?P<below>{_BELOW})|(?P<above>{_ABOVE})"
    rf"|(?P<near>(?:{_COST} )?(?:{_ABOUT}))|(?P<span>{_SPAN})|(?P<start>{_FROM})|(?P<sum>{_SUM})"
    rf"|(?P<only_with_currency>{_FROM_ABROAD})){_FILL}$"
)
_NOT = re.compile(
    r"(?<![\w-])(?:do not|don't|dont|does not|doesn't|won't|wont|will not|can't|cannot|can not|not|no|nothing|never"
    r"|isn't|nor|shouldn't|should not|without|wouldn't|must not|mustn't|nicht|kein\w*|avoid|exclude|excluding|hide"
    r"|refuse|hate|unwilling"
    r"|skip)(?: (?:want|wanna|like|wish|afford|to|spend|spending|pay|paying|go|going|be|cost|costs|costing|it|looking"
    r"|for|any|a|anything|something|things|items|products|ones|everything|priced|get|price|much|the|have|way|single|you"
    r"|me|that|is|buy|show|see)){0,6} ?$"
)
_MEANT = {"below": "most", "above": "least", "only_with_currency": "start"}
_DENIED = {"below": "least", "above": "most", "only_with_currency": "start"}
_NO_THING = re.compile(r"(?:^|(?<=[,.;!?] ))no (?:[a-z'-]+ ){1,3}$")  # "no toys above 15"
_NO_AMOUNT = r"(?! ?[$€£¥₹]?\d| th[ae]n\b)"
_OR_LESS = re.compile(
    r",? ?(?:(?:or|and|at) (?:less|under|below|cheaper|lower|fewer|the (?:very )?most|most|max(?:imum)?)\b"
    r"|(?:as a )?max(?:imum)?\b|tops?\b|limit\b|budget\b|at (?:the )?most\b|or bust\b|to spend\b"
    r"|is (?:the most|all)\b|(?:is|would be|will be) (?:my|the) (?:upper )?(?:max(?:imum)?|limit|budget)\b)"
    + _NO_AMOUNT
)
_OR_MORE = re.compile(
    r",? ?(?:(?:or|and) (?:more|up|over|above|higher|upwards?|beyond)\b|minimum\b|upwards?\b|at least\b)"
    rf"{_NO_AMOUNT}| min(?:imum)?(?= \S+(?: \S+)? max)"
)
_PLUS = re.compile(r" ?\+| plus\b(?! or)")
_OR_SO = re.compile(r",? ?(?:or (?:so|thereabouts)|give or take|more or less|approx(?:imately)?|ish)\b")
_IN_BETWEEN = re.compile(r" ?(?:-|&|and|to|till|until|und|et|y|bis|or|e|à|a|en|(?:and )?up ?to|through|thru) ?")
_TOLERANCE = re.compile(r" ?(?:plus or minus|plus/minus|give or take|\+ ?/ ?-|±) ?")
_RANGE_AFTER = re.compile(r" (?:price )?(?:range|budget|ballpark)\b")


@dataclass(frozen=True)
class Cue:
    """What the words at `start`..`end` around an amount make of it.

    `kind` is "most", "least" or "near"; "sum" ("budget of": the most, of a range nothing), "start" ("from": the least,
    of a range nothing), or "span" ("between": of one amount nothing).
    """

    kind: str
    start: int
    end: int


def cue_before(text: str, amount: Amount, after: int) -> Cue | None:
    """The words that end where the amount begins; none of them before the place `after`, where others were read."""
    match = _BEFORE.search(text, max(after, amount.start - WINDOW), amount.start)
    if match is None or (match["only_with_currency"] and not amount.currency):
        return None
    said = str(match.lastgroup)
    begin = max(after, match.start() - WINDOW)
    denial = _NOT.search(text, begin, match.start()) or (
        _NO_THING.search(text, begin, match.start()) if said == "above" else None
    )
    kind = (_DENIED if denial else _MEANT).get(said, said)
    return Cue(kind, denial.start() if denial else match.start(), amount.start)


def cue_after(text: str, amount: Amount) -> Cue | None:
    """The words that begin where the amount ends: of kind most, least or near."""
    for kind, pattern in (("most", _OR_LESS), ("least", _OR_MORE), ("near", _OR_SO)):
        if match := pattern.match(text, amount.end):
            return Cue(kind, *match.span())
    plus = _PLUS.match(text, amount.end)
    return Cue("least", *plus.span()) if plus and _is_plus(text, amount, plus) else None


def _is_plus(text: str, amount: Amount, plus: re.Match[str]) -> bool:
    """ "$100+" and "headphones, 300+", not "iphone 15 plus" and "8+ toys"."""
    ends = not text[plus.end() :][:1].strip(" .,!?)")
    return bool(amount.currency) or (plus[0] != " plus" and amount.value >= OLDEST and ends)


def joint(text: str, low: Amount, high: Amount) -> str:
    """How two amounts are one price: "span", "tolerance" ("50 plus or minus 10") or, where they are two, ""."""
    if _TOLERANCE.fullmatch(text, low.end, high.start):
        return "tolerance"
    return "span" if _IN_BETWEEN.fullmatch(text, low.end, high.start) else ""


def is_called_range(text: str, end: int) -> bool:
    """Whether "price range" or "range" follows at a place."""
    return bool(_RANGE_AFTER.match(text, end))
