"""The period of a question, seen from 24 November 2026, a Tuesday."""

from datetime import date

import pytest

from recommendations.assistant.reading.periods import take_period
from recommendations.assistant.text import Scratch

TODAY = date(2026, 11, 24)

# phrase, first day, first day after it, words
PERIODS = [
    ("how much did I spend on electronics in March?", "2026-03-01", "2026-04-01", "in March 2026"),
    ("in December", "2025-12-01", "2026-01-01", "in December 2025"),
    ("in November", "2026-11-01", "2026-12-01", "in November 2026"),
    ("in may", "2026-05-01", "2026-06-01", "in May 2026"),
    ("during Sept.", "2026-09-01", "2026-10-01", "in September 2026"),
    ("March 2025", "2025-03-01", "2025-04-01", "in March 2025"),
    ("in march of 2025", "2025-03-01", "2025-04-01", "in March 2025"),
    ("in mar 2025", "2025-03-01", "2025-04-01", "in March 2025"),
    ("in 2025-03", "2025-03-01", "2025-04-01", "in March 2025"),
    ("in 03/2025", "2025-03-01", "2025-04-01", "in March 2025"),
    ("last March", "2026-03-01", "2026-04-01", "in March 2026"),
    ("last November", "2025-11-01", "2025-12-01", "in November 2025"),
    ("in March last year", "2025-03-01", "2025-04-01", "in March 2025"),
    ("last month", "2026-10-01", "2026-11-01", "last month"),
    ("this month", "2026-11-01", "2026-12-01", "this month"),
    ("last year", "2025-01-01", "2026-01-01", "last year"),
    ("this year", "2026-01-01", "2027-01-01", "this year"),
    ("last week", "2026-11-16", "2026-11-23", "last week"),
    ("this week", "2026-11-23", "2026-11-30", "this week"),
    ("last quarter", "2026-07-01", "2026-10-01", "last quarter"),
    ("this quarter", "2026-10-01", "2027-01-01", "this quarter"),
    ("last weekend", "2026-11-21", "2026-11-23", "last weekend"),
    ("yesterday", "2026-11-23", "2026-11-24", "yesterday"),
    ("today", "2026-11-24", "2026-11-25", "today"),
    ("the day before yesterday", "2026-11-22", "2026-11-23", "the day before yesterday"),
    ("on Monday", "2026-11-23", "2026-11-24", "on 23 November 2026"),
    ("last Tuesday", "2026-11-17", "2026-11-18", "on 17 November 2026"),
    ("3 days ago", "2026-11-21", "2026-11-22", "on 21 November 2026"),
    ("two weeks ago", "2026-11-09", "2026-11-16", "in the week of 9 November 2026"),
    ("a month ago", "2026-10-01", "2026-11-01", "in October 2026"),
    ("two years ago", "2024-01-01", "2025-01-01", "in 2024"),
    ("in the last 30 days", "2026-10-25", "2026-11-25", "in the last 30 days"),
    ("last 30 days", "2026-10-25", "2026-11-25", "in the last 30 days"),
    ("over the past 6 months", "2026-05-24", "2026-11-25", "in the last 6 months"),
    ("past six months", "2026-05-24", "2026-11-25", "in the last 6 months"),
    ("in the last two weeks", "2026-11-10", "2026-11-25", "in the last 2 weeks"),
    ("in the last couple of weeks", "2026-11-10", "2026-11-25", "in the last 2 weeks"),
    ("in the past year", "2025-11-24", "2026-11-25", "in the last year"),
    ("over the last month", "2026-10-24", "2026-11-25", "in the last month"),
    ("so far this year", "2026-01-01", "2026-11-25", "so far this year"),
    ("ytd", "2026-01-01", "2026-11-25", "so far this year"),
    ("in 2023", "2023-01-01", "2024-01-01", "in 2023"),
    ("for 2023", "2023-01-01", "2024-01-01", "in 2023"),
    ("throughout the year 2023", "2023-01-01", "2024-01-01", "in 2023"),
    ("since May", "2026-05-01", None, "since 1 May 2026"),
    ("since December", "2025-12-01", None, "since 1 December 2025"),
    ("since 2024", "2024-01-01", None, "since 1 January 2024"),
    ("since 3 May 2025", "2025-05-03", None, "since 3 May 2025"),
    ("since yesterday", "2026-11-23", None, "since 23 November 2026"),
    ("since last month", "2026-10-01", None, "since 1 October 2026"),
    ("after March 2025", "2025-04-01", None, "since 1 April 2025"),
    ("before June", None, "2026-06-01", "before 1 June 2026"),
    ("before 2024", None, "2024-01-01", "before 1 January 2024"),
    ("until March", None, "2026-04-01", "until 31 March 2026"),
    ("up to 15 March 2025", None, "2025-03-16", "until 15 March 2025"),
    ("between January and March", "2026-01-01", "2026-04-01", "from 1 January 2026 to 31 March 2026"),
    ("from November to February", "2025-11-01", "2026-03-01", "from 1 November 2025 to 28 February 2026"),
    ("between 2022 and 2023", "2022-01-01", "2024-01-01", "from 1 January 2022 to 31 December 2023"),
    ("from 1 March to 15 April 2025", "2025-03-01", "2025-04-16", "from 1 March 2025 to 15 April 2025"),
    ("between 2025-01-10 and 2025-02-10", "2025-01-10", "2025-02-11", "from 10 January 2025 to 10 February 2025"),
    ("January to March 2025", "2025-01-01", "2025-04-01", "from 1 January 2025 to 31 March 2025"),
    ("in Q1 2025", "2025-01-01", "2025-04-01", "in the first quarter of 2025"),
    ("Q4", "2026-10-01", "2027-01-01", "in the fourth quarter of 2026"),
    ("in the second quarter of 2025", "2025-04-01", "2025-07-01", "in the second quarter of 2025"),
    ("first half of 2025", "2025-01-01", "2025-07-01", "in the first half of 2025"),
    ("in summer", "2026-06-01", "2026-09-01", "in the summer of 2026"),
    ("last winter", "2025-12-01", "2026-03-01", "in the winter of 2025"),
    ("in the spring of 2025", "2025-03-01", "2025-06-01", "in the spring of 2025"),
    ("on 3 May 2025", "2025-05-03", "2025-05-04", "on 3 May 2025"),
    ("on May 3rd, 2025", "2025-05-03", "2025-05-04", "on 3 May 2025"),
    ("on the 3rd of May", "2026-05-03", "2026-05-04", "on 3 May 2026"),
    ("on 2025-05-03", "2025-05-03", "2025-05-04", "on 3 May 2025"),
    ("on 03.05.2025", "2025-05-03", "2025-05-04", "on 3 May 2025"),
    ("on 3/5/2025", "2025-05-03", "2025-05-04", "on 3 May 2025"),
    ("on 5/13/2025", "2025-05-13", "2025-05-14", "on 13 May 2025"),
    ("on 3/5/25", "2025-05-03", "2025-05-04", "on 3 May 2025"),
    ("on December 24", "2025-12-24", "2025-12-25", "on 24 December 2025"),
]

NO_PERIODS = [
    "May I see my orders?",
    "how much have I spent in total",
    "march of the penguins",
    "my last order",
    "my last 3 orders",
    "on 31 February 2025",
    "on 45/45/2025",
    "iphone 15",
    "what did I buy last?",
    "size 2024-A",
    "",
]


@pytest.mark.parametrize(("phrase", "start", "end", "label"), PERIODS)
def test_a_period_is_read(phrase, start, end, label):
    period = take_period(Scratch(phrase), TODAY)

    assert period is not None
    assert (period.start, period.end) == tuple(date.fromisoformat(day) if day else None for day in (start, end))
    assert period.label == label


@pytest.mark.parametrize("phrase", NO_PERIODS)
def test_no_period_is_invented(phrase):
    assert take_period(Scratch(phrase), TODAY) is None


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 3, 31), date(2026, 1, 1), date(2026, 12, 31)])
def test_a_period_of_whole_months_starts_and_ends_on_days_that_exist(today):
    last_month = take_period(Scratch("last month"), today)
    half_a_year = take_period(Scratch("past 6 months"), today)

    assert last_month.start.day == last_month.end.day == 1
    assert last_month.end == today.replace(day=1)
    assert half_a_year.start < today < half_a_year.end
