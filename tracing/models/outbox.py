"""What still has to reach LangFuse."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Least, Now, Power, Random
from django.utils import timezone

from tracing.models.breaker import RelayTotals
from tracing.models.traces import Score, Trace

LONGEST_PAUSE = 600  # seconds between two attempts
PURGED = 1_000  # entries a statement

CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM tracing_outboxentry WHERE state = %s AND due_at <= statement_timestamp()
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE tracing_outboxentry AS entry SET due_at = statement_timestamp() + %s FROM due WHERE entry.id = due.id
RETURNING entry.id, kind, entry.trace_id, score_id, state, created_at, due_at, attempts, sent_at,
    statement_timestamp() AS claimed_at
"""


@dataclass(frozen=True)
class Depth:
    """How much has not reached LangFuse, and since when the oldest waits."""

    waiting: int
    sent: int
    set_aside: int
    oldest: datetime | None

    @property
    def oldest_seconds(self) -> float:
        return (timezone.now() - self.oldest).total_seconds() if self.oldest else 0.0


class OutboxQuerySet(models.QuerySet["OutboxEntry"]):
    """Times are the database's, so that relays whose clocks differ agree."""

    def undelivered(self) -> "OutboxQuerySet":
        """Waiting, or sent and not yet seen at LangFuse."""
        return self.filter(state__in=[OutboxEntry.State.WAITING, OutboxEntry.State.SENT])

    def due(self) -> "OutboxQuerySet":
        return self.undelivered().filter(due_at__lte=Now())

    def claim(self, state: str, limit: int, lease: timedelta) -> "list[OutboxEntry]":
        """Up to `limit` due entries in this state, without their bodies, that nobody else gets for the length of the
        lease. One short statement; whoever dies after it loses nothing.
        """
        with transaction.atomic(durable=True):
            return sorted(self.raw(CLAIM, [state, limit, lease]), key=lambda entry: entry.pk)

    def settle(self, claimed: "Iterable[OutboxEntry]", **changes: Any) -> "list[OutboxEntry]":
        """What became of claimed entries, of their traces and of the totals, in one transaction. Returns those that it
        was noted on: not those that are gone, that somebody else claimed because the lease had ended, or whose score
        has another value by now, which then gets its turn.
        """
        claimed = list(claimed)
        with transaction.atomic():
            leased = self.filter(pk__in=[entry.pk for entry in claimed], due_at__in={entry.due_at for entry in claimed})
            held = dict(leased.select_for_update(skip_locked=True).values_list("pk", "created_at"))
            mine = [entry for entry in claimed if held.get(entry.pk) == entry.created_at]
            self.filter(pk__in=[entry.pk for entry in mine]).update(**changes)
            if len(mine) < len(held):
                self.filter(pk__in=held.keys() - {entry.pk for entry in mine}).update(due_at=Now())
            if mine and (state := changes.get("state")):
                self._tell_traces(mine, state)
                RelayTotals.add(**{COUNTED_AS[state]: len(mine)})
        return mine

    def send_again(self) -> int:
        """Entries that were set aside wait again. Returns how many."""
        with transaction.atomic():
            aside = list(self.filter(state=OutboxEntry.State.SET_ASIDE).defer("body").select_for_update())
            again = self.filter(pk__in=[entry.pk for entry in aside])
            again.update(state=OutboxEntry.State.WAITING, due_at=Now(), attempts=0)
            self._tell_traces(aside, OutboxEntry.State.WAITING)
        return len(aside)

    def _tell_traces(self, entries: "list[OutboxEntry]", state: str) -> None:
        traces = [entry.trace_id for entry in entries if entry.kind == OutboxEntry.Kind.SPANS]
        if traces:
            Trace.objects.filter(pk__in=traces).update(delivery=state)

    def purge(self, statements: int = 10) -> None:
        """Confirmed entries of long ago."""
        old = self.filter(state=OutboxEntry.State.CONFIRMED, due_at__lte=Now()).order_by("due_at")
        for _ in range(statements):
            number, _ = self.filter(pk__in=old.values("pk")[:PURGED]).delete()
            if number < PURGED:
                break

    def depth(self) -> Depth:
        """One query over the entries that are not delivered."""
        counts = (
            self.exclude(state=OutboxEntry.State.CONFIRMED)
            .order_by()
            .values("state")
            .annotate(number=Count("*"), oldest=Min("created_at"))
        )
        rows = {row["state"]: row for row in counts}
        number = {state: rows[state]["number"] if state in rows else 0 for state in OutboxEntry.State}
        since = [row["oldest"] for state, row in rows.items() if state != OutboxEntry.State.SET_ASIDE]
        return Depth(
            waiting=number[OutboxEntry.State.WAITING],
            sent=number[OutboxEntry.State.SENT],
            set_aside=number[OutboxEntry.State.SET_ASIDE],
            oldest=min(since, default=None),
        )


class OutboxEntry(models.Model):
    """What LangFuse is to receive: waiting → sent → confirmed by reading back.

    Spans are made of the trace's rows whenever they are sent, since rows that never change always give the same bytes.
    A score has one entry: a changed value takes the place of the old one, so that no old one arrives after it.
    """

    class Kind(models.TextChoices):
        SPANS = "spans"
        SCORE = "score"

    class State(models.TextChoices):
        """Of the spans' entry, also its trace's `Delivery`."""

        WAITING = "waiting"
        SENT = "sent"
        CONFIRMED = "confirmed"
        SET_ASIDE = "set aside"

    kind = models.CharField(max_length=10, choices=Kind)
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="outbox")
    score = models.OneToOneField(Score, on_delete=models.CASCADE, null=True, related_name="outbox_entry")
    body = models.BinaryField(null=True, help_text="Of a score; of spans only where a former release made them.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(help_text="Not to be touched before; a relay that claims it moves this on.")
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = OutboxQuerySet.as_manager()
    claimed_at: datetime  # told by claim()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "outbox entries"
        indexes = [
            models.Index(fields=["state", "due_at"], condition=Q(state__in=["waiting", "sent"]), name="outbox_next"),
            models.Index(fields=["due_at"], condition=Q(state="confirmed"), name="outbox_old"),
            models.Index(fields=["state", "created_at"], condition=~Q(state="confirmed"), name="outbox_depth"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["trace"], condition=Q(kind="spans"), name="one_entry_a_trace"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


COUNTED_AS = {
    OutboxEntry.State.SENT: "sent",
    OutboxEntry.State.CONFIRMED: "confirmed",
    OutboxEntry.State.WAITING: "absent",  # sent before, and waits again
    OutboxEntry.State.SET_ASIDE: "set_aside",
}


def paused() -> Combinable:
    """When to try again after so many attempts: doubling, each entry with its own jitter, so that one that spoils a
    batch meets other entries the next time.
    """
    seconds = Least(Value(float(LONGEST_PAUSE)), Power(Value(2.0), Least(F("attempts") + 1, Value(20))))
    pause = ExpressionWrapper(Value(timedelta(seconds=1)) * seconds * (0.5 + Random() / 2), DurationField())
    return ExpressionWrapper(Now() + pause, models.DateTimeField())
