"""What the ratings say, over time and by what made the answer; and which answers are rated at all."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from recommendations.dashboard.intervals import student
from recommendations.dashboard.questions import named
from recommendations.models import RatingCount
from tracing.dashboard.charts import lines
from tracing.dashboard.period import Period
from tracing.dashboard.shapes import NONE, Amount, Cell, Chart, Section, Table, Tile, bar_of, count, share, tile, word

STEPS = 13  # points of a line: ratings are few
Of = RatingCount.Of


@dataclass
class Stars:
    shown: int = 0
    rated: int = 0
    number: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, row: RatingCount) -> None:
        self.shown += row.shown
        self.rated += row.rated
        self.number += row.number
        self.total += float(row.total)
        self.squares += float(row.squares)

    @property
    def mean(self) -> float | None:
        return self.total / self.number if self.number else None

    @property
    def interval(self) -> str:
        bounds = student(self.number, self.total, self.squares)
        return f"{bounds[0]:.2f} – {bounds[1]:.2f}" if bounds else NONE


@dataclass(frozen=True)
class Ratings:
    section: Section
    tile: Tile


def ratings(period: Period) -> Ratings:
    """One query."""
    rows = list(RatingCount.objects.filter(**period.with_before))
    now = [row for row in rows if row.day in period]
    before = [row for row in rows if row.day not in period]
    section = Section(
        "ratings",
        "Ratings",
        charts=[
            _over_time("Stars by intent", period, now, Of.INTENT, named),
            _over_time("Stars by prompt version", period, now, Of.PROMPT, str),
        ],
        tables=[
            _table("By intent", "intent", now, before, Of.INTENT, named),
            _table("By prompt version", "prompt", now, before, Of.PROMPT, str),
            _table("Products, by their place in the list", "place", now, before, Of.PLACE, str),
            _stars(now),
        ],
        note="A rating counts for the day of the answer, and only as long as the customer has not changed it."
        " The 95 % interval is Student's t-interval of the mean; ratings of one customer count as if independent.",
    )
    mean, former = _whole(now), _whole(before)
    return Ratings(section, tile("Stars", mean.mean, former.mean, stars, note=f"{count(mean.number)} ratings"))


def stars(mean: Amount) -> str:
    return NONE if mean is None else f"{mean:.2f}"


def _whole(rows: Iterable[RatingCount]) -> Stars:
    whole = Stars()
    for row in rows:
        if row.of == Of.INTENT:
            whole.add(row)
    return whole


def _by_key(rows: Iterable[RatingCount], of: Of) -> dict[str, Stars]:
    found: dict[str, Stars] = defaultdict(Stars)
    for row in rows:
        if row.of == of:
            found[row.key].add(row)
    return found


def _over_time(
    caption: str, period: Period, rows: Sequence[RatingCount], of: Of, written: Callable[[str], str]
) -> Chart:
    """A chart of means, and a table that has number and interval of each, too."""
    steps = period.steps(STEPS)
    parts = [_by_key((row for row in rows if row.day in step), of) for step in steps]
    keys = sorted({key for part in parts for key in part if part[key].number})
    series = {written(key): [part[key].mean if key in part else None for part in parts] for key in keys}
    told = [
        [word(str(step)), word(written(key)), *_cells(part[key])]
        for step, part in zip(steps, parts, strict=True)
        for key in keys
        if key in part and part[key].number
    ]
    chart = lines(caption, steps, series, stars, scale=(1, 5))
    days = "a day" if steps[0].length == 1 else f"{steps[0].length} days"
    heads = ["days", "by", "ratings", "stars", "95 % interval", "rated"]
    table = Table(chart.table.caption, heads, told, nothing="Nobody rated an answer of these days.")
    return replace(chart, table=table, note=f"Each step is {days}.")


def _cells(one: Stars) -> list[Cell]:
    return [
        Cell(count(one.number)),
        Cell(stars(one.mean)),
        Cell(one.interval),
        Cell(share(one.rated / one.shown if one.shown else None)),
    ]


def _table(
    caption: str,
    what: str,
    now: Sequence[RatingCount],
    before: Sequence[RatingCount],
    of: Of,
    written: Callable[[str], str],
) -> Table:
    former = _by_key(before, of)
    kept = sorted(_by_key(now, of).items(), key=lambda pair: _order(pair[0]))
    rows = [
        [word(written(key)), Cell(count(one.shown)), *_cells(one), Cell(stars(former[key].mean))]
        for key, one in kept
        if one.shown
    ]
    heads = [what, "shown", "ratings", "stars", "95 % interval", "rated", "stars before"]
    return Table(caption, heads, rows, nothing="No answers in these days.")


def _order(key: str) -> tuple[int, str]:
    """Places as numbers, the rest as text."""
    return (int(key), "") if key.isdigit() else (0, key)


def _stars(rows: Sequence[RatingCount]) -> Table:
    found = _by_key(rows, Of.STARS)
    most = max((one.number for one in found.values()), default=0)
    return Table(
        "How many stars an answer gets",
        ["stars", "ratings"],
        [[word(key), bar_of(one.number, most)] for key, one in sorted(found.items(), reverse=True)],
        nothing="Nobody rated an answer of these days.",
    )
