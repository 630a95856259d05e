"""The dashboard of some days: a bounded number of queries, whatever the days and however many traces there are."""

from typing import Any

from django.db.models import Max, Min

from recommendations.dashboard.behaviour import behaviour
from recommendations.dashboard.popular import popular
from recommendations.dashboard.questions import questions
from recommendations.dashboard.ratings import ratings
from tracing.dashboard.latency import latency
from tracing.dashboard.period import Period
from tracing.dashboard.spending import spending
from tracing.models import CountedDay


def dashboard(period: Period) -> dict[str, Any]:
    """What the template shows. Reads the counts of days alone, and when the newest purchase was."""
    asked, took, spent = questions(period), latency(period), spending(period)
    rated, shoppers = ratings(period), behaviour(period)
    return {
        "period": period,
        "counted": CountedDay.objects.aggregate(since=Min("day"), at=Max("counted_at")),
        "tiles": [*asked.tiles, took.slowest, took.errors, rated.tile, shoppers.tile, spent.tokens, spent.cost],
        "sections": [
            asked.section,
            popular(period),
            took.section,
            spent.section,
            rated.section,
            shoppers.section,
        ],
    }
