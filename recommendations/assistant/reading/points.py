"""One point in time and how people write it: "March 2025", "3/5/2025", "last week", "two years ago", "Q1"."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from .numbers import WORDS, parse


@dataclass(frozen=True)
class Period:
    """From `start` up to but without `end`; None is open. The label fits behind a verb: "in March 2025"."""

    start: date | None
    end: date | None
    label: str


_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: n for name, n in _MONTHS.items()} | {"sept": 9}
_DAYS = {name.lower(): n for n, name in enumerate(calendar.day_name)}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}

MONTH = rf"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
YEAR = r"(?:19[89]\d|20[0-4]\d)(?![\d.,]\d|\d)"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?!\d)"
COUNT = rf"(?:\d{{1,3}}|an?|{'|'.join(w for w in WORDS if w not in ('zero', 'dozen'))}|couple of|few)"
UNIT = r"(?:day|week|month|quarter|year)"

Read = Callable[[re.Match[str], date], Period | None]


def _iso(match: re.Match[str], today: date) -> Period | None:
    return _one_day(int(match["y"]), int(match["m"]), int(match["d"]))


def _numeric(match: re.Match[str], today: date) -> Period | None:
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    year += 2000 if year < 100 else 0
    return _one_day(year, second, first) or _one_day(year, first, second)


def _day_and_month(match: re.Match[str], today: date) -> Period | None:
    day, month = int(re.sub(r"\D", "", match["d"])), _month(match["m"])
    if match["y"]:
        return _one_day(int(match["y"]), month, day)
    this = _one_day(today.year, month, day)
    return this if this and this.start and this.start <= today else _one_day(today.year - 1, month, day)


def _month_of_year(match: re.Match[str], today: date) -> Period | None:
    return _months(int(match["y"]), _month(match["m"]), 1)


def _iso_month(match: re.Match[str], today: date) -> Period | None:
    month = int(match["m"])
    return _months(int(match["y"]), month, 1) if 1 <= month <= 12 else None


def _month_alone(match: re.Match[str], today: date) -> Period | None:
    """The latest that has begun; "last March" in March is a year back, "March last year" of last year."""
    month = _month(match["m"])
    year = today.year if month <= today.month else today.year - 1
    if match["which"] == "last" and month == today.month:
        year -= 1
    if match["of"]:
        year = today.year - (1 if "last" in match["of"] else 0)
    return _months(year, month, 1)


def _quarter(match: re.Match[str], today: date) -> Period | None:
    n = int(match["q"]) if match["q"] else _NTH[match["nth"]]
    month = 3 * n - 2
    year = _year_of(match, today, month)
    return _months(year, month, 3, f"in the {list(_NTH)[n - 1]} quarter of {year}")


def _half(match: re.Match[str], today: date) -> Period | None:
    n = int(match["h"]) if match["h"] else _NTH[match["nth"]]
    if n > 2:
        return None
    year = _year_of(match, today, 6 * n - 5)
    return _months(year, 6 * n - 5, 6, f"in the {list(_NTH)[n - 1]} half of {year}")


def _season(match: re.Match[str], today: date) -> Period | None:
    month = _SEASONS[match["s"]]
    year = _year_of(match, today, month)
    begun = _months(year, month, 3, f"in the {match['s']} of {year}")
    if match["which"] == "last" and not match["y"] and begun.end and begun.end > today:
        return _months(year - 1, month, 3, f"in the {match['s']} of {year - 1}")
    return begun


def _whole_year(match: re.Match[str], today: date) -> Period | None:
    return _months(int(match["y"]), 1, 12, f"in {match['y']}")


def _near_day(match: re.Match[str], today: date) -> Period | None:
    written = match["w"]
    back = {
        "today": 0,
        "tonight": 0,
        "this morning": 0,
        "yesterday": 1,
        "the day before yesterday": 2,
        "day before yesterday": 2,
    }
    return _one_day_of(
        today - timedelta(days=back[written]), written if back[written] != 2 else "the day before yesterday"
    )


def _weekday(match: re.Match[str], today: date) -> Period | None:
    back = (today.weekday() - _DAYS[match["w"]]) % 7 or 7
    return _one_day_of(today - timedelta(days=back))


def _calendar(match: re.Match[str], today: date) -> Period | None:
    """this/last/the previous week, month, quarter, year, weekend as the calendar has them."""
    back = 0 if match["which"] in ("this", "the current", "current") else 1
    unit, which = match["u"], "this" if back == 0 else "last"
    if unit in ("week", "weekend"):
        monday = today - timedelta(days=today.weekday() + 7 * back)
        first = monday + timedelta(days=5) if unit == "weekend" else monday
        if first > today:
            first -= timedelta(days=7)
        return Period(
            first, monday + timedelta(days=7) if unit == "week" else first + timedelta(days=2), f"{which} {unit}"
        )
    size = {"month": 1, "quarter": 3, "year": 12}[unit]
    start = shift(today.replace(day=1, month=today.month - (today.month - 1) % size), -size * back)
    return Period(start, shift(start, size), f"{which} {unit}")


def _ago(match: re.Match[str], today: date) -> Period | None:
    n, unit = number(match["n"]), match["u"]
    if unit == "day":
        return _one_day_of(today - timedelta(days=n))
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * n)
        return Period(monday, monday + timedelta(days=7), f"in the week of {in_words(monday)}")
    size = {"month": 1, "quarter": 3, "year": 12}[unit]
    then = shift(today.replace(day=1), -size * n)
    if unit == "year":
        return _months(then.year, 1, 12, f"in {then.year}")
    first = then.month if unit == "month" else then.month - (then.month - 1) % 3
    return _months(
        then.year, first, size, "" if unit == "month" else f"in the {list(_NTH)[first // 3]} quarter of {then.year}"
    )


_POINTS: tuple[tuple[str, Read], ...] = (
    (r"(?P<y>(?:19|20)\d\d)-(?P<m>\d\d?)-(?P<d>\d\d?)(?!\d)", _iso),
    (r"(?<![\d.,/])(?P<a>\d\d?)[./-](?P<b>\d\d?)[./-](?P<y>(?:19|20)\d\d|\d\d)(?![\d/])", _numeric),
    (rf"(?:the )?(?P<d>{_DAY}) (?:of )?(?P<m>{MONTH}),?(?: (?P<y>{YEAR}))?", _day_and_month),
    (rf"(?P<m>{MONTH}) (?:the )?(?P<d>{_DAY})(?:,? (?P<y>{YEAR}))?(?!\w)", _day_and_month),
    (rf"(?P<m>{MONTH})(?: of|,|')? ?(?P<y>{YEAR})", _month_of_year),
    (r"(?P<y>(?:19|20)\d\d)[-/](?P<m>\d\d?)(?![\d/-])", _iso_month),
    (r"(?<![\d/])(?P<m>\d\d?)/(?P<y>(?:19|20)\d\d)", _iso_month),
    (
        rf"(?P<which>last|this|past|the)? ?(?P<m>{MONTH})(?! \d{{1,2}}\b)(?P<of> (?:of )?(?:last" rf"|this) year)?",
        _month_alone,
    ),
    (
        rf"(?:the )?(?P<which>last|this|past)? ?(?:q(?P<q>[1-4])|(?P<nth>{'|'.join(_NTH)}) quarter)\b(?:"
        rf" of| in)?,?(?: (?P<y>{YEAR}))?(?P<of> (?:last|this) year)?",
        _quarter,
    ),
    (
        rf"(?:the )?(?P<which>last|this|past)? ?(?:h(?P<h>[12])|(?P<nth>{'|'.join(_NTH)}) half)\b(?:"
        rf" of| in)?,?(?: (?P<y>{YEAR}))?(?P<of> (?:of )?(?:last|this) year|(?: the)? year)?",
        _half,
    ),
    (
        rf"(?:the )?(?P<which>last|this|past)? ?(?P<s>{'|'.join(_SEASONS)})\b(?: of)?,?(?: (?P<y>{YEAR}))?"
        rf"(?P<of> (?:last|this) year)?",
        _season,
    ),
    (r"(?P<w>today|tonight|this morning|yesterday|(?:the )?day before yesterday)\b", _near_day),
    (rf"(?:last |this |past )?(?P<w>{'|'.join(_DAYS)})\b", _weekday),
    (
        r"(?P<which>this|last|the current|current|the previous|previous|the past|past|the last)"
        r" (?P<u>week(?:end)?|month|quarter|year)\b",
        _calendar,
    ),
    (rf"(?:about |around )?(?P<n>{COUNT}) (?P<u>{UNIT})s? ago\b", _ago),
    (rf"(?:the year )?(?P<y>{YEAR})", _whole_year),
)


def _nameless(pattern: str) -> str:
    return f"(?:{re.sub(r'[(][?]P<[a-z]+>', '(?:', pattern)})"


# A month, a season, a year or a weekday alone may be something else ("march", "may I"); the others are always times.
_UNSURE = (_month_alone, _season, _whole_year, _weekday)
ANY = "|".join(_nameless(pattern) for pattern, _ in _POINTS)
SURE = "|".join(
    [_nameless(pattern) for pattern, read in _POINTS if read not in _UNSURE]
    + [rf"(?:last|this|past) (?:{MONTH}|{'|'.join(_SEASONS)}|{'|'.join(_DAYS)})"]
)
_COMPILED = tuple((re.compile(pattern), read) for pattern, read in _POINTS)


def point(text: str, today: date) -> Period | None:
    for pattern, read in _COMPILED:
        if (match := pattern.fullmatch(text)) and (period := read(match, today)) is not None:
            return period
    return None


def number(written: str) -> int:
    if written in ("a", "an"):
        return 1
    return {"couple of": 2, "few": 3}.get(written) or int(parse(written))


def _month(written: str) -> int:
    return _MONTHS[written.rstrip(".")]


def _year_of(match: re.Match[str], today: date, month: int) -> int:
    """The year named, or the one of the latest such month that has begun."""
    if match["y"]:
        return int(match["y"])
    if match["of"] and "last" in match["of"]:
        return today.year - 1
    if match["of"]:
        return today.year
    return today.year if month <= today.month else today.year - 1


def shift(day: date, months: int) -> date:
    """The same day some months on, the last of the month where there is none."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    years = min(max(years, 1), 9998)
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def _months(year: int, month: int, size: int, label: str = "") -> Period:
    start = date(year, month, 1)
    return Period(start, shift(start, size), label or f"in {calendar.month_name[month]} {year}")


def _one_day(year: int, month: int, day: int) -> Period | None:
    try:
        return _one_day_of(date(year, month, day))
    except ValueError:  # no such day: the phrase is no date
        return None


def _one_day_of(day: date, label: str = "") -> Period:
    return Period(day, day + timedelta(days=1), label or f"on {in_words(day)}")


def in_words(day: date) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"
