"""What was recommended and asked for most, and what the shop does not have."""

from collections import defaultdict

from django.db.models import Max, Sum
from django.urls import reverse
from django.utils.http import urlencode

from recommendations.models import PopularCount
from recommendations.rollups.popular import MOST
from tracing.dashboard.period import Period
from tracing.dashboard.shapes import Cell, Pair, Section, Table, bar_of, change, count, word

ROWS = 10
Of = PopularCount.Of
TABLES = {
    Of.UNFOUND: ("Asked for and not found", "words", "Whatever was asked for in these days, the shop has."),
    Of.WORDS: ("Asked for", "words", "Nobody asked for anything by name in these days."),
    Of.ASKED_CATEGORY: ("Categories asked for", "category", "Nobody named a category in these days."),
    Of.PRODUCT: ("Products recommended", "product", "Nothing was recommended in these days."),
    Of.CATEGORY: ("Categories recommended", "category", "Nothing was recommended in these days."),
}


def popular(period: Period) -> Section:
    """One query."""
    pairs: dict[str, dict[str, Pair]] = defaultdict(lambda: defaultdict(Pair))
    labels: dict[tuple[str, str], str] = {}
    rows = PopularCount.objects.filter(**period.with_before).exclude(key="").order_by()
    sums = rows.values("of", "key", is_now=period.contains("day"))
    for row in sums.annotate(numbers=Sum("number"), newest=Max("label")):
        pairs[row["of"]][row["key"]].add(row["is_now"], row["numbers"])
        labels[row["of"], row["key"]] = row["newest"] or labels.get((row["of"], row["key"]), "")
    return Section(
        "popular",
        "What is popular, and what is missing",
        tables=[_table(of, pairs[of], labels) for of in TABLES],
        note=f"Counted are each day's {MOST} most frequent of a kind.",
    )


def _table(of: Of, pairs: dict[str, Pair], labels: dict[tuple[str, str], str]) -> Table:
    caption, what, nothing = TABLES[of]
    kept = sorted((named for named in pairs.items() if named[1].now), key=lambda named: (-named[1].now, named[0]))
    most = max((pair.now for _, pair in kept), default=0)
    rows = [
        [
            word(labels[of, key] or key, href=_link(of, key), title=key),
            bar_of(pair.now, most),
            Cell(count(pair.before)),
            Cell(change(pair.now, pair.before)),
        ]
        for key, pair in kept[:ROWS]
    ]
    return Table(caption, [what, "times", "before", "±"], rows, nothing=nothing)


def _link(of: Of, key: str) -> str:
    if of != Of.PRODUCT:
        return ""
    return f"{reverse('admin:customers_product_changelist')}?{urlencode({'q': key})}"
