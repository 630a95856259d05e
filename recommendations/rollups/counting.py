"""The rows of a day, counted anew in place of the former ones."""

from typing import Any

from django.conf import settings
from django.db import connection

from recommendations.rollups import behaviour, popular, questions, ratings
from tracing.rollups.days import Day, counts


def count_answers(day: Day) -> None:
    values: dict[str, Any] = {
        "day": day.day,
        "start": day.start,
        "end": day.end,
        "time_zone": settings.TIME_ZONE,
        "with_traces": not day.has_lost_traces,
    }
    with connection.cursor() as cursor:
        for statement in (*questions.STATEMENTS, *ratings.STATEMENTS, *behaviour.STATEMENTS):
            cursor.execute(statement, values)
    popular.count(day)


counts.append(count_answers)
