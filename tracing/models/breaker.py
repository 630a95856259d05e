"""Whether LangFuse can be used now, and how much was done: what all relays of all processes share."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

FAILURES = 3  # single requests in a row, then it opens
LONGEST_PAUSE = 60  # seconds until the next trial, unless LangFuse asks for more
FRESH = timedelta(seconds=10)  # a success is noted no more often
READ_AT: dict[str, Any] = {"read_at": Now()}


class BreakerManager(models.Manager["Breaker"]):
    """Times are the database's, so that relays whose clocks differ agree."""

    def load(self) -> "Breaker":
        """The one row as it is now."""
        row = self.annotate(**READ_AT).first()
        if row is None:
            self.bulk_create([Breaker()], ignore_conflicts=True)
            row = self.annotate(**READ_AT).get()
        return row

    def failed(self, error: str, *, whole: bool, retry_after: float | None = None) -> "Breaker":
        """Opens it at the third failure in a row, or at once where the next request would meet the same (`whole`)."""
        with transaction.atomic():
            self.load()
            breaker = self.annotate(**READ_AT).select_for_update().get()
            breaker.failures += 1
            breaker.last_error, breaker.last_error_at = error, breaker.read_at
            if whole or retry_after or breaker.failures >= FAILURES or breaker.open_until:
                pause = max(retry_after or 0, backoff(breaker.failures, LONGEST_PAUSE))
                breaker.open_until = breaker.read_at + timedelta(seconds=pause)
            breaker.save()
            RelayTotals.add(failures=1)
        return breaker

    def succeeded(self) -> None:
        """Closes it. Nothing is written where there is nothing new to say."""
        late = Q(last_success_at=None) | Q(last_success_at__lt=Now() - FRESH)
        news = Q(failures__gt=0) | Q(open_until__isnull=False) | late
        self.filter(news).update(failures=0, open_until=None, last_success_at=Now())

    def give_back(self) -> None:
        """A trial in which there was nothing to ask: whoever comes next may try."""
        self.filter(open_until__isnull=False).update(open_until=Now())


class Breaker(models.Model):
    """A circuit breaker in one row. Closed: relays work. Open: none asks LangFuse before `open_until`. Half-open: the
    pause is over, and whoever gets `start_trial()` may make one attempt, whose outcome closes or opens it again.
    """

    class State(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"
        HALF_OPEN = "half-open"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    failures = models.PositiveIntegerField(default=0, help_text="Requests in a row that failed.")
    open_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)

    objects = BreakerManager()
    read_at: datetime  # by the database's clock; load() sets it

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_breaker")]

    def __str__(self) -> str:
        return self.state

    @property
    def state(self) -> "Breaker.State":
        if self.open_until is None:
            return self.State.CLOSED
        return self.State.OPEN if self.open_until > self.read_at else self.State.HALF_OPEN

    @property
    def pause(self) -> float:
        """Seconds until the next trial; 0 where it is not open."""
        return max(0.0, (self.open_until - self.read_at).total_seconds()) if self.open_until else 0.0

    def start_trial(self, lease: timedelta) -> bool:
        """Whether the one attempt is ours, for the length of the lease. Of many that ask, one gets it."""
        mine = Breaker.objects.filter(open_until=self.open_until)
        return bool(mine.update(open_until=Now() + lease))


class RelayTotals(models.Model):
    """What became of entries since the beginning, in one row: counters that never fall, whoever ran the relay."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    sent = models.PositiveBigIntegerField(default=0)
    confirmed = models.PositiveBigIntegerField(default=0)
    absent = models.PositiveBigIntegerField(default=0, help_text="Accepted, not shown, and sent again.")
    set_aside = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveBigIntegerField(default=0, help_text="Requests.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_totals")]

    def __str__(self) -> str:
        return f"{self.sent} sent, {self.confirmed} confirmed"

    @staticmethod
    def load() -> "RelayTotals":
        return RelayTotals.objects.first() or RelayTotals()

    @staticmethod
    def add(**numbers: int) -> None:
        """In the transaction of what is counted."""
        more = {name: F(name) + number for name, number in numbers.items()}
        if not RelayTotals.objects.update(**more):
            RelayTotals.objects.bulk_create([RelayTotals()], ignore_conflicts=True)
            RelayTotals.objects.update(**more)


def backoff(attempts: int, longest: float) -> float:
    """Seconds until the next attempt: doubling, with jitter so that many relays don't come back at once."""
    return min(longest, 2.0 ** min(attempts, 20)) * random.uniform(0.5, 1)  # noqa: S311
