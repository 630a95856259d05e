"""How long things took and how often they went wrong, by agent and by model."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Sum

from tracing.dashboard.charts import lines
from tracing.dashboard.period import Period
from tracing.dashboard.shapes import (
    Cell,
    Pair,
    Section,
    Shares,
    Table,
    Tile,
    change,
    count,
    milliseconds,
    share,
    tile,
    word,
)
from tracing.models import ObservationCount, TraceCount
from tracing.rollups.histogram import ERROR, percentile

PERCENTILES = (0.5, 0.95, 0.99)
MOST_ROWS = 30

BY_DAY = """
SELECT day, bin, sum(size) FROM tracing_tracecount CROSS JOIN LATERAL unnest(bins, sizes) sized (bin, size)
WHERE day BETWEEN %s AND %s GROUP BY day, bin
"""
BY_NAME = """
SELECT day >= %s, name, model, bin, sum(size)
FROM tracing_observationcount CROSS JOIN LATERAL unnest(bins, sizes) sized (bin, size)
WHERE day BETWEEN %s AND %s AND type <> 'EVENT' GROUP BY 1, 2, 3, 4
"""


@dataclass
class Group:
    """Observations of one name, or of one model."""

    number: Pair = field(default_factory=Pair)
    errors: Pair = field(default_factory=Pair)
    warnings: Pair = field(default_factory=Pair)
    now: Counter[int] = field(default_factory=Counter)  # sizes by bin
    before: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Latency:
    section: Section
    errors: Tile
    slowest: Tile


def latency(period: Period) -> Latency:
    """Four queries."""
    days = _days(period)
    now = _together(sizes for day, sizes in days.items() if day in period)
    before = _together(sizes for day, sizes in days.items() if day not in period)
    agents, models = _groups(period)
    chart = lines(
        "What a trace took",
        [Period(day, day) for day in period.days()],
        {f"p{q * 100:.0f}": [percentile(days.get(day, Counter()), q) for day in period.days()] for q in PERCENTILES},
        milliseconds,
    )
    section = Section(
        "latency",
        "Latency and errors",
        charts=[chart],
        tables=[_table("By agent and step", "agent", agents), _table("By model", "model", models)],
        note=f"Percentiles are at most {ERROR:.0%} off: they are read from bins that grow by a constant factor.",
    )
    return Latency(section, _errors(period), tile("p95 of a trace", *_both(now, before, 0.95), written=milliseconds))


def _days(period: Period) -> dict[date, Counter[int]]:
    days: dict[date, Counter[int]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, [period.before.first, period.last])
        for day, number, size in cursor.fetchall():
            days[day][number] = int(size)
    return days


def _together(sizes: Iterable[Counter[int]]) -> Counter[int]:
    together: Counter[int] = Counter()
    for one in sizes:
        together.update(one)
    return together


def _groups(period: Period) -> tuple[dict[str, Group], dict[str, Group]]:
    """By name what no model did, and by model the rest."""
    agents: dict[str, Group] = defaultdict(Group)
    models: dict[str, Group] = defaultdict(Group)
    with connection.cursor() as cursor:
        cursor.execute(BY_NAME, [period.first, period.before.first, period.last])
        for is_now, name, model, number, size in cursor.fetchall():
            group = models[model] if model else agents[name]
            (group.now if is_now else group.before)[number] += int(size)
    rows = ObservationCount.objects.filter(**period.with_before).exclude(type="EVENT")
    sums = rows.order_by().values("name", "model", is_now=period.contains("day"))
    for row in sums.annotate(numbers=Sum("number"), failures=Sum("errors"), doubts=Sum("warnings")):
        group = models[row["model"]] if row["model"] else agents[row["name"]]
        group.number.add(row["is_now"], row["numbers"])
        group.errors.add(row["is_now"], row["failures"])
        group.warnings.add(row["is_now"], row["doubts"])
    return agents, models


def _table(caption: str, what: str, groups: dict[str, Group]) -> Table:
    rows = []
    kept = [(name, group) for name, group in groups.items() if group.number.now]
    kept.sort(key=lambda named: -(percentile(named[1].now, 0.95) or 0))
    for name, group in kept[:MOST_ROWS]:
        p50, p95, p99 = (percentile(group.now, q) for q in PERCENTILES)
        rows.append(
            [
                word(name),
                Cell(count(group.number.now)),
                Cell(milliseconds(p50)),
                Cell(milliseconds(p95)),
                Cell(milliseconds(p99)),
                Cell(change(p95, percentile(group.before, 0.95)), title="p95, compared with the days before"),
                Cell(share(group.errors.now / group.number.now)),
                Cell(share(group.warnings.now / group.number.now)),
            ]
        )
    more = len(kept) - MOST_ROWS
    return Table(
        caption,
        [what, "times", "p50", "p95", "p99", "p95 ±", "errors", "warnings"],
        rows,
        note=f"{more} quicker ones are left out." if more > 0 else "",
    )


def _both(now: Counter[int], before: Counter[int], q: float) -> tuple[float | None, float | None]:
    return percentile(now, q), percentile(before, q)


def _errors(period: Period) -> Tile:
    shares = Shares()
    sums = TraceCount.objects.filter(**period.with_before).order_by().values(is_now=period.contains("day"))
    for row in sums.annotate(numbers=Sum("number"), failures=Sum("errors")):
        shares.whole.add(row["is_now"], row["numbers"])
        shares.part.add(row["is_now"], row["failures"])
    return tile("Traces with errors", shares.now, shares.before, share)
