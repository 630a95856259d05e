"""How many questions, what they ask for, and how often an answer failed or fell back."""

from collections import defaultdict
from dataclasses import dataclass

from recommendations.models import QuestionCount
from tracing.dashboard.charts import bars, lines
from tracing.dashboard.period import Period
from tracing.dashboard.shapes import Cell, Pair, Section, Shares, Table, Tile, bar_of, change, count, share, tile, word

NAMES = {
    "": "not understood",
    "unknown": "not understood",
    "total_purchases": "how much was bought",
    "spending": "what was spent",
    "favorite_categories": "favourite categories",
    "recent_purchases": "recent purchases",
    "customer_profile": "what is known of them",
    "general": "the shop in general",
}


def named(key: str) -> str:
    """An intent or a category of it, in words."""
    return NAMES.get(key, key)


@dataclass(frozen=True)
class Questions:
    section: Section
    tiles: list[Tile]


def questions(period: Period) -> Questions:
    """One query."""
    rows = list(QuestionCount.objects.filter(**period.with_before).order_by("intent"))
    places = list(period.days())
    at = {day: place for place, day in enumerate(places)}
    by_intent: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(places))
    failed, fell_back, asked = ([0.0] * len(places) for _ in range(3))
    kinds: dict[tuple[str, str], Pair] = defaultdict(Pair)
    whole, failures, fallbacks, unfound = Pair(), Pair(), Pair(), Pair()
    for row in rows:
        is_now = row.day in period
        kinds[row.intent, row.category].add(is_now, row.number)
        whole.add(is_now, row.number)
        failures.add(is_now, row.failed)
        fallbacks.add(is_now, row.fell_back)
        unfound.add(is_now, row.unfound)
        if is_now:
            place = at[row.day]
            by_intent[named(row.intent)][place] += row.number
            asked[place] += row.number
            failed[place] += row.failed
            fell_back[place] += row.fell_back
    days = [Period(day, day) for day in places]
    rates = {
        "failed": [part / of if of else None for part, of in zip(failed, asked, strict=True)],
        "fell back on rules": [part / of if of else None for part, of in zip(fell_back, asked, strict=True)],
    }
    section = Section(
        "questions",
        "Questions",
        charts=[
            bars("Questions a day, by intent", days, by_intent),
            lines("Answers that failed or fell back", days, rates, share, nothing="None in these days."),
        ],
        tables=[_kinds(kinds)],
    )
    return Questions(
        section,
        [
            tile("Questions", whole.now, whole.before, count),
            _rate("Failed", failures, whole),
            _rate("Fell back on rules", fallbacks, whole),
            _rate("Not found in the shop", unfound, whole),
        ],
    )


def _rate(label: str, part: Pair, whole: Pair) -> Tile:
    rate = Shares(part, whole)
    return tile(label, rate.now, rate.before, share)


def _kinds(kinds: dict[tuple[str, str], Pair]) -> Table:
    kept = sorted(kinds.items(), key=lambda kind: -kind[1].now)
    most = max((pair.now for _, pair in kept), default=0)
    return Table(
        "What is asked for",
        ["intent", "about", "questions", "before", "±"],
        [
            [
                word(named(intent)),
                word(named(category) if category else "products" if intent == "recommendation" else "–"),
                bar_of(pair.now, most),
                Cell(count(pair.before)),
                Cell(change(pair.now, pair.before)),
            ]
            for (intent, category), pair in kept
        ],
    )
