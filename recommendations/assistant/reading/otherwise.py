"""What a compared number is if it is no price: a year, an age, a size, a rating, a count of parts."""

import re

from recommendations.assistant.filler import STOP
from recommendations.assistant.text import word_set

from .money import Amount

_CHILD = re.compile(
    r"\b(?:kids?|child(?:ren)?|boys?|girls?|toddlers?|bab(?:y|ies)|sons?|daughters?|teens?|teenagers?)"
    r"(?: who)?(?: is| are)? ?$"
)
_ADULT = re.compile(
    r"\b(?:people|adults?|anyone|someone|those|players?|(?:wo)?m[ae]n|ladies|he is|she is|he's|she's|who(?: is|'s))"
    r"(?: who)?(?: is| are)? ?$"
)
GROWN_UP, OLDEST = 18, 110  # years
OF_AGE = (16, 18, 21)  # "over 18" is how old one has to be
_RATING = re.compile(r"\b(?:rat(?:ing|ings|ed)|scor(?:e|es|ed)|stars?)(?: (?:of|is))?:? ?$")
HIGHEST_RATING = 10
_MEASURE = re.compile(r"\b(?:ages?|aged|height|width|length|depth|diameter|weigh(?:t|s|ing))(?: is| of)? ?$")
_SIZE = re.compile(r"\b(?:sizes?|fits?) ?$")
_STORY = re.compile(r"(?:books?|films?|movies?|novels?|histor\w+|documentar\w+|stor(?:y|ies)|shows?|music|songs?) ?$")
_COUNTING = re.compile(r"(?:at|most|least|up ?to|more|fewer|less|max|min)\b")
_CHEAPER = re.compile(r"under|below|less|cheaper|lower|costing")
_THINGS = re.compile(r" (?P<one>[a-z]+)(?: (?P<two>[a-z]+))?")
_NO_PLURAL = word_set("please pls christmas plus tops perhaps across less unless yes")
FEW = 10  # of which a thing may have as many parts


def is_no_price(text: str, start: int, kind: str, amount: Amount) -> bool:
    """Whether an amount without a currency is of another kind; the words that compare it begin at `start`."""
    before = text[max(0, start - 40) : start]
    if _is_age(before, kind, amount) or _MEASURE.search(before) or is_year(text, start, kind, amount):
        return True
    if kind != "most" and _SIZE.search(before):
        return True
    if kind == "least" and (rating := _RATING.search(before)):
        return amount.value <= HIGHEST_RATING or rating[0].startswith("scor")
    small = not amount.written[0].isdigit() and amount.value < FEW and not _CHEAPER.match(text, start)
    return small or not amount.value or _counts_parts(text, start, amount)


def _is_age(before: str, kind: str, amount: Amount) -> bool:
    """ "toys for children under 5", "for women over 50"; but "gifts for men under 20" is what they may cost."""
    if _CHILD.search(before):
        return amount.value <= GROWN_UP
    of_age = kind == "least" and amount.value in OF_AGE
    return of_age or (kind != "most" and amount.value <= OLDEST and bool(_ADULT.search(before)))


def is_year(text: str, start: int, kind: str, amount: Amount) -> bool:
    """ "films from 1994", "a book about 1984"."""
    if not (1900 <= amount.value <= 2040 and amount.written.isdigit()):
        return False
    return kind == "start" or (kind == "near" and bool(_STORY.search(text[max(0, start - 40) : start])))


def _counts_parts(text: str, start: int, amount: Amount) -> bool:
    """ "with at least 4 usb ports": what follows is in the plural. "a lamp at most 40 with two arms" is a price."""
    things = _THINGS.match(text, amount.end)
    if things is None or not _COUNTING.match(text[start : amount.start].removeprefix("no ").removeprefix("not ")):
        return False
    one, two = things["one"], things["two"] or ""
    return _is_plural(one) or (amount.value < FEW and one not in STOP and _is_plural(two))


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word not in STOP | _NO_PLURAL
