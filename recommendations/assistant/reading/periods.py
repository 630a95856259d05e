"""The period that a question is about: "in March", "last 30 days", "since May 2025", "between January and March".

A month, season or quarter without a year is the latest one that has begun. "last month" and "last year" are calendar
ones, "the last month", "past year" and "last 6 months" reach back from today. 3/5/2025 is the third of May unless only
the other reading exists. Seasons are the northern ones. The label says in words how a period was read.
"""

import re
from datetime import date, timedelta

from recommendations.assistant.text import Scratch

from .points import ANY, COUNT, SURE, UNIT, YEAR, Period, Read, in_words, number, point, shift


def take_period(scratch: Scratch, today: date) -> Period | None:
    """The first period of the question, struck out; None if it names none (or an impossible date)."""
    for pattern, read in _RANGES:
        for match in pattern.finditer(scratch.low):
            if (period := read(match, today)) is not None:
                scratch.strike(*match.span())
                return period
    return None


# What looks like a time and was not read as one: "on 31 February", "in 99999".
_UNREAD = re.compile(
    r"\b(?:in|on|since|during|until|till|before|after|between|within|for)"
    r" (?:the )?(?:last |past |year |month of )?\d[\d.,/-]*(?:st|nd|rd|th)?"
    r"(?: (?:of )?(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|days?|weeks?|months?|quarters?|years?))?(?: \d{4})?\b(?! (?:dollars|euros|pounds|items|products))"
)


def unread_period(scratch: Scratch) -> str:
    """What of the question looks like a period after `take_period` found none; "" if nothing does."""
    match = _UNREAD.search(scratch.low)
    return scratch.text[match.start() : match.end()] if match else ""


def _rolling(match: re.Match[str], today: date) -> Period | None:
    return _back(number(match["n"]), match["u"], today)


def _rolling_one(match: re.Match[str], today: date) -> Period | None:
    return _back(1, match["u"] or match["v"], today)


def _back(n: int, unit: str, today: date) -> Period | None:
    if not n:
        return None
    if unit in ("day", "week"):
        start = today - timedelta(days=n * (7 if unit == "week" else 1))
    else:
        start = shift(today, -n * {"month": 1, "quarter": 3, "year": 12}[unit])
    span = f"{n} {unit}s" if n > 1 else unit
    return Period(start, today + timedelta(days=1), f"in the last {span}")


def _to_date(match: re.Match[str], today: date) -> Period | None:
    unit = {"ytd": "year", "mtd": "month"}.get(match[0]) or match["u"]
    start = today.replace(day=1, month=1 if unit == "year" else today.month)
    return Period(start, today + timedelta(days=1), f"so far this {unit}")


def _from_to(match: re.Match[str], today: date) -> Period | None:
    first, last = point(match["p"].strip(" ,"), today), point(match["q"].strip(" ,"), today)
    if not (first and last and first.start and last.start and last.end):
        return None
    start, end = first.start, last.end
    if not re.search(YEAR, match["p"]):  # "from November to February 2025": the November before
        while start > last.start:
            start = shift(start, -12)
        if re.search(YEAR, match["q"]) and start.year < last.start.year:
            while shift(start, 12) <= last.start:
                start = shift(start, 12)
    if start >= end:
        start, end = last.start, max(first.end or end, end)
    return Period(start, end, f"from {in_words(start)} to {in_words(end - timedelta(days=1))}")


def _open(match: re.Match[str], today: date) -> Period | None:
    period = point(match["p"].strip(" ,"), today)
    if period is None or period.start is None or period.end is None:
        return None
    word = match["how"]
    if word in ("since", "from", "starting", "starting from", "as of"):
        return Period(period.start, None, f"since {in_words(period.start)}")
    if word in ("after", "later than"):
        return Period(period.end, None, f"since {in_words(period.end)}")
    if word in ("before", "prior to", "earlier than"):
        return Period(None, period.start, f"before {in_words(period.start)}")
    return Period(None, period.end, f"until {in_words(period.end - timedelta(days=1))}")


def _inside(match: re.Match[str], today: date) -> Period | None:
    return point(match["p"].strip(" ,"), today)


_P = rf"(?P<p>{ANY})"
_Q = rf"(?P<q>{ANY})"
_RANGES: tuple[tuple[re.Pattern[str], Read], ...] = (
    (
        re.compile(
            rf"\b(?:between|from|in|during|for)? ?(?:the )?\b{_P},? ?(?:and|to|till|until|through|thru"
            rf"|-) ?{_Q}(?!\w)"
        ),
        _from_to,
    ),
    (
        re.compile(
            rf"\b(?:in |over |during |for |within |from )?(?:the |my )?(?:last|past|previous|recent)"
            rf" (?P<n>{COUNT}) (?P<u>{UNIT})s?\b"
        ),
        _rolling,
    ),
    (
        re.compile(
            rf"\b(?:in|over|during|within|for) the (?:past|last|previous) (?P<u>{UNIT})\b|\b(?:the"
            rf" )?past (?P<v>{UNIT})\b"
        ),
        _rolling_one,
    ),
    (re.compile(r"\b(?:so far this (?P<u>year|month)|ytd|mtd)\b"), _to_date),
    (
        re.compile(
            rf"\b(?P<how>since|from|starting(?: from)?|as of|after|later than|(?<!day )before|prior"
            rf" to|earlier than|until|till|up to|through|by) (?:the (?:end|start|beginning) of )?{_P}(?!\w)(?:"
            rf" on(?:wards?)?)?"
        ),
        _open,
    ),
    (
        re.compile(
            rf"\b(?:in|on|during|for|(?<!half )(?<!quarter )of|over|throughout|within|at|around) (?:(?:all"
            rf"|the whole|the month|month) (?:of )?)?{_P}(?!\w)"
        ),
        _inside,
    ),
    (
        re.compile(rf"(?<![\w])(?P<p>{SURE})(?!\w)"),
        _inside,
    ),
)
