"""Tokens and cost by day, model, prompt version, user and session; and what hosted models would have asked."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse

from tracing.costs import hosted_prices
from tracing.dashboard.charts import bars
from tracing.dashboard.period import Period
from tracing.dashboard.shapes import (
    Cell,
    Chart,
    Section,
    Table,
    Tile,
    bar_of,
    change,
    count,
    money,
    numbers,
    tile,
    word,
)
from tracing.models import ObservationCount, UsageCount
from tracing.rollups.traces import DEAREST

MOST_ROWS = 10
SHORT = 13  # characters of an id


@dataclass
class Spent:
    input: int = 0
    output: int = 0
    cost: Decimal = field(default_factory=Decimal)

    def add(self, row: dict[str, Any]) -> None:
        self.input += row["input"]
        self.output += row["output"]
        self.cost += row["spent"]

    @property
    def tokens(self) -> int:
        return self.input + self.output


@dataclass
class Both:
    now: Spent = field(default_factory=Spent)
    before: Spent = field(default_factory=Spent)

    def add(self, is_now: bool, row: dict[str, Any]) -> None:
        (self.now if is_now else self.before).add(row)


SUMS: dict[str, Any] = {"input": Sum("input_tokens"), "output": Sum("output_tokens"), "spent": Sum("cost")}


@dataclass(frozen=True)
class Spending:
    section: Section
    tokens: Tile
    cost: Tile


def spending(period: Period) -> Spending:
    """Three queries."""
    days: dict[str, dict[date, Spent]] = defaultdict(lambda: defaultdict(Spent))
    models: dict[str, Both] = defaultdict(Both)
    prompts: dict[str, Both] = defaultdict(Both)
    whole = Both()
    used = ObservationCount.objects.filter(**period.with_before).exclude(model="")
    rows: Any = used.order_by().values("day", "model", "prompt").annotate(**SUMS)
    for row in rows:
        is_now = row["day"] in period
        whole.add(is_now, row)
        models[row["model"]].add(is_now, row)
        prompts[row["prompt"] or "no prompt of ours"].add(is_now, row)
        if is_now:
            days[row["model"]][row["day"]].add(row)
    section = Section(
        "spending",
        "Tokens and cost",
        charts=_charts(period, days),
        tables=[
            _table("By model", "model", models),
            _table("By prompt version", "prompt", prompts),
            _dearest(period, UsageCount.Of.USER, "By customer", "customer's pseudonym"),
            _dearest(period, UsageCount.Of.SESSION, "By session", "session"),
            hosted(whole.now),
        ],
        note=f"Costs are those of the model prices that are kept here, in {settings.COST_CURRENCY}.",
    )
    return Spending(
        section,
        tile("Tokens", whole.now.tokens, whole.before.tokens, count),
        tile("Cost", whole.now.cost, whole.before.cost, money),
    )


def _charts(period: Period, days: dict[str, dict[date, Spent]]) -> list[Chart]:
    places = [Period(day, day) for day in period.days()]
    tokens = {model: [float(spent[day].tokens) for day in period.days()] for model, spent in sorted(days.items())}
    costs = {model: [float(spent[day].cost) for day in period.days()] for model, spent in sorted(days.items())}
    costly = {model: values for model, values in costs.items() if any(values)}
    charts = [bars("Tokens by model", places, tokens)]
    return [*charts, bars("Cost by model", places, costly, money)] if costly else charts


def _table(caption: str, what: str, groups: dict[str, Both]) -> Table:
    kept = sorted(
        ((name, both) for name, both in groups.items() if both.now.tokens or both.now.cost),
        key=lambda named: (-named[1].now.cost, -named[1].now.tokens),
    )
    most = max((both.now.tokens for _, both in kept), default=0)
    rows = [
        [
            word(name),
            *numbers(count(both.now.input), count(both.now.output)),
            bar_of(both.now.tokens, most),
            *numbers(change(both.now.tokens, both.before.tokens), money(both.now.cost)),
            Cell(change(both.now.cost, both.before.cost)),
        ]
        for name, both in kept[: MOST_ROWS * 2]
    ]
    return Table(caption, [what, "tokens in", "tokens out", "together", "±", "cost", "±"], rows)


def _dearest(period: Period, of: str, caption: str, what: str) -> Table:
    used = UsageCount.objects.filter(of=of, day__gte=period.first, day__lte=period.last).order_by()
    sums: Any = used.values("key").annotate(**SUMS, number=Sum("traces"))
    sums = sums.order_by("-spent", "-input", "-number", "key")
    named = [row for row in sums[: MOST_ROWS + 1] if row["key"]][:MOST_ROWS]  # all others are one row
    traces = reverse("admin:tracing_trace_changelist")
    rows = [
        [
            word(shortened(row["key"]), title=row["key"], href=f"{traces}?{urlencode({'q': row['key']})}"),
            *numbers(count(row["number"]), count(row["input"]), count(row["output"]), money(row["spent"])),
        ]
        for row in named
    ]
    return Table(
        caption,
        [what, "traces", "tokens in", "tokens out", "cost"],
        rows,
        note=f"Among each day's {DEAREST} dearest; who was never among them is not listed.",
    )


def shortened(key: str) -> str:
    return key if len(key) <= SHORT else f"{key[:SHORT]}…"


def hosted(spent: Spent) -> Table:
    """What hosted models would have cost for these tokens, the cheapest first."""
    prices = hosted_prices()
    asked = sorted(
        ((model, model.cost(spent.input, spent.output)) for model in prices.models), key=lambda priced: priced[1]
    )
    most = float(asked[-1][1]) if asked else 0
    rows = [
        [word(model.name), word(model.provider), bar_of(float(cost), most, money(cost, prices.currency))]
        for model, cost in asked
    ]
    return Table(
        "What the same tokens would have cost on hosted models",
        ["model", "provider", "cost"],
        rows if spent.tokens else [],
        note=f"{count(spent.input)} tokens in and {count(spent.output)} out, by list prices of"
        f" {prices.as_of:%-d %B %Y}. Other models count, and write, other tokens.",
        nothing="No model counted tokens in these days, so there is nothing to compare.",
    )
