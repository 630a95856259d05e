"""Which days have to be counted, and counting them: whole days, each in one transaction, however often.

A change leaves a Recount in its own transaction (the triggers are in migrations). Counting a day first takes away the
recounts that it sees and then counts all its rows, so a change that arrives meanwhile leaves one for the next time.
Killed, repeated or done by two at once, a day ends with the figures of its rows.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from time import perf_counter

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tracing.models import CountedDay, Recount
from tracing.retention import pruned_before

ONE_AT_A_TIME = 0x5B0B_A552  # an arbitrary number that means this lock everywhere


@dataclass(frozen=True)
class Day:
    """A day of the shop's time zone: 23 to 25 hours, from `start` to before `end`."""

    day: date
    has_lost_traces: bool = False  # some of its traces were deleted, so what was counted of them is final

    @cached_property
    def start(self) -> datetime:
        return midnight(self.day)

    @cached_property
    def end(self) -> datetime:
        return midnight(self.day + timedelta(days=1))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


def day_of(moment: datetime) -> date:
    return timezone.localdate(moment, timezone.get_default_timezone())


counts: list[Callable[[Day], None]] = []
"""What is counted of a day: functions that write its figures in place of the former ones. Apps add theirs."""


def roll_up(share: float | None = None, told: Callable[[Day, float], None] | None = None) -> int:
    """Counts the days that have changed, the newest first; how many that were.

    With a `share` (0..1) of the time, a day whose counting took long is left for later, so that counting busies the
    database no more than that. `told` hears of each day and the seconds it took.
    """
    rolled = 0
    for day in changed_days():
        if share is not None and _took_too_long_for(day, share):
            continue
        seconds = count_day(day)
        rolled += 1
        if told:
            told(day, seconds)
    return rolled


def changed_days() -> list[Day]:
    """The newest first. Those that were counted in another time zone than today's are among them."""
    moments: Iterable[datetime] = Recount.objects.order_by().values_list("at", flat=True).distinct()
    days = {day_of(moment) for moment in moments}
    elsewhere = CountedDay.objects.exclude(time_zone=settings.TIME_ZONE).values_list("day", flat=True)
    days |= {day + timedelta(days=shift) for day in elsewhere for shift in (-1, 0, 1)}
    pruned = pruned_before()
    return [_day(day, pruned) for day in sorted(days, reverse=True)]


def _day(day: date, pruned: datetime | None) -> Day:
    return Day(day, has_lost_traces=pruned is not None and midnight(day) < pruned)


@transaction.atomic(durable=True)
def count_day(day: Day) -> float:
    """Seconds that it took. One day at a time is counted, by whomever."""
    _wait_for_others()
    return _count(_day(day.day, pruned_before()))  # who deletes traces may have begun while this waited


@contextmanager
def counted(before: datetime) -> Iterator[None]:
    """All days up to this time are counted as they are, and none is counted before the block has ended."""
    roll_up()
    with transaction.atomic(durable=True):
        _wait_for_others()
        for day in changed_days():
            if day.start < before:
                _count(day)
        yield


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _count(day: Day) -> float:
    began = perf_counter()
    with connection.cursor() as cursor:
        # What belongs to a day was written together, which the planner does not know: of ten million observations it
        # would rather read all than find those of a day by their index.
        cursor.execute("SET LOCAL random_page_cost = 1")
    Recount.objects.filter(at__gte=day.start, at__lt=day.end).delete()
    for count in counts:
        count(day)
    seconds = perf_counter() - began
    CountedDay.objects.update_or_create(
        day=day.day,
        defaults={"time_zone": settings.TIME_ZONE, "counted_at": timezone.now(), "seconds": seconds},
    )
    return seconds


def recount(first: date, last: date) -> None:
    """Has each day from the first to the last counted again, whether it changed or not."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    Recount.objects.bulk_create([Recount(at=midnight(day)) for day in days])


def _took_too_long_for(day: Day, share: float) -> bool:
    counted = CountedDay.objects.filter(day=day.day).first()
    return counted is not None and timezone.now() < counted.counted_at + timedelta(seconds=counted.seconds / share)
