"""Who comes back, how long a session is, what is asked next, and who buys."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Max, Sum
from django.utils import timezone

from customers.models import Purchase
from recommendations.dashboard.intervals import wilson
from recommendations.dashboard.questions import named
from recommendations.models import ConversionCount, FollowUpCount, SessionCount
from recommendations.rollups.questions import DAYS_TO_BUY
from tracing.dashboard.period import Period
from tracing.dashboard.shapes import NONE, Cell, Pair, Section, Table, Tile, bar_of, change, count, share, tile, word

FOLLOW_UPS = 12  # rows

# A day's askers by how many days before they asked last, and the time before that: more than there are in the range
# up to this day is before the range.
ASKERS = """
SELECT coalesce(sum(number) FILTER (WHERE last_before IS NULL), 0),
    coalesce(sum(number) FILTER (WHERE last_before > day - %(first)s), 0),
    coalesce(sum(number) FILTER (
        WHERE last_before <= day - %(first)s AND (second_before IS NULL OR second_before > day - %(first)s)
    ), 0)
FROM recommendations_askercount WHERE day BETWEEN %(first)s AND %(last)s
"""


@dataclass(frozen=True)
class Askers:
    """How many different customers asked in some days. Each is found on the first of these days that they asked."""

    first_ever: int = 0  # had never asked before these days
    returning: int = 0  # had
    several_days: int = 0  # of both: asked on more than one of these days

    @property
    def all(self) -> int:
        return self.first_ever + self.returning

    @property
    def one_day(self) -> int:
        return self.all - self.several_days


def askers(period: Period) -> Askers:
    """One query. Who asked on several days is found on the second of these."""
    with connection.cursor() as cursor:
        cursor.execute(ASKERS, {"first": period.first, "last": period.last})
        return Askers(*cursor.fetchone())


@dataclass(frozen=True)
class Behaviour:
    section: Section
    tile: Tile


def behaviour(period: Period) -> Behaviour:
    """Six queries."""
    now, before = askers(period), askers(period.before)
    known_until = Purchase.objects.aggregate(newest=Max("purchased_at"))["newest"]
    section = Section(
        "behaviour",
        "Shoppers",
        tiles=[
            tile("Customers who asked", now.all, before.all, count),
            tile("for the first time", now.first_ever, before.first_ever, count),
            tile("who had asked before", now.returning, before.returning, count),
            tile("on one day only", now.one_day, before.one_day, count),
            tile("on several days", now.several_days, before.several_days, count),
        ],
        tables=[_sessions(period), _follow_ups(period), *_conversions(period, known_until and known_until.date())],
    )
    return Behaviour(section, tile("Customers who asked", now.all, before.all, count))


def _sessions(period: Period) -> Table:
    pairs: dict[int, Pair] = defaultdict(Pair)
    rows = SessionCount.objects.filter(**period.with_before).order_by()
    for row in rows.values("questions", is_now=period.contains("day")).annotate(sessions=Sum("number")):
        pairs[row["questions"]].add(row["is_now"], row["sessions"])
    most = max((pair.now for pair in pairs.values()), default=0)
    longest = f"{SessionCount.MOST} or more"
    return Table(
        "Questions a session",
        ["questions", "sessions", "before", "±"],
        [
            [
                word(longest if questions == SessionCount.MOST else str(questions)),
                bar_of(pair.now, most),
                Cell(count(pair.before)),
                Cell(change(pair.now, pair.before)),
            ]
            for questions, pair in sorted(pairs.items())
        ],
        note="Of the sessions that began in these days.",
    )


def _follow_ups(period: Period) -> Table:
    """What comes next, as a share of all that follows the same."""
    rows = FollowUpCount.objects.filter(day__gte=period.first, day__lte=period.last).exclude(before="")
    sums = rows.order_by().values("before", "after").annotate(times=Sum("number")).order_by("-times", "before", "after")
    found = list(sums)
    following: dict[str, int] = defaultdict(int)
    for row in found:
        following[row["before"]] += row["times"]
    return Table(
        "What is asked next",
        ["after", "comes", "times", "of what follows"],
        [
            [
                word(named(row["before"])),
                word(named(row["after"])),
                Cell(count(row["times"])),
                bar_of(row["times"], following[row["before"]], share(row["times"] / following[row["before"]])),
            ]
            for row in found[:FOLLOW_UPS]
        ],
        nothing="No session of these days has a second question.",
    )


def _conversions(period: Period, known_until: date | None) -> list[Table]:
    """Only of lists whose days to buy are over, and by then known: others would count as not bought."""
    over = min(timezone.localdate(), known_until or date.min + timedelta(days=DAYS_TO_BUY + 1)) - timedelta(
        days=DAYS_TO_BUY + 1
    )
    pairs: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    last = min(period.last, over)
    rows = ConversionCount.objects.filter(day__gte=period.first, day__lte=last).order_by()
    for row in rows.values("by", "segment").annotate(all=Sum("lists"), sold=Sum("bought")):
        pairs[row["by"], row["segment"]] = [row["all"], row["sold"]]
    if known_until is None:
        until = "No purchase is known."
    elif last < period.last:
        until = f"Of lists up to {over:%-d %b %Y}: purchases are known until {known_until:%-d %b %Y}."
    else:
        until = ""
    return [
        Table(
            f"Bought within {DAYS_TO_BUY} days, by {label}",
            ["segment", "lists", "bought", "share", "95 % interval"],
            [
                [word(segment), *_bought(lists, bought)]
                for (of, segment), (lists, bought) in sorted(pairs.items(), key=lambda pair: -pair[1][0])
                if of == by
            ],
            note=f"A list counts as bought if the customer bought one of its products in the {DAYS_TO_BUY * 24} hours"
            f" after it. The segment is that of the profile when the list was made. {until}".strip(),
            nothing="No list of these days was made for a customer whose purchases since are known.",
        )
        for by, label in ConversionCount.By.choices
    ]


def _bought(lists: int, bought: int) -> list[Cell]:
    bounds = wilson(bought, lists)
    return [
        Cell(count(lists)),
        Cell(count(bought)),
        bar_of(bought, lists, share(bought / lists)),
        Cell(f"{share(bounds[0])} – {share(bounds[1])}" if bounds else NONE),
    ]
