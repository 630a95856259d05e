"""What still has to reach LangFuse."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from tracing.models.traces import Score, Trace


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
    def undelivered(self) -> "OutboxQuerySet":
        """Waiting, or sent and not yet seen at LangFuse."""
        return self.filter(state__in=[OutboxEntry.State.WAITING, OutboxEntry.State.SENT])

    def claim(self, limit: int, lease: timedelta) -> "list[OutboxEntry]":
        """Up to `limit` due entries that nobody else gets for the length of the lease. Whoever dies loses nothing."""
        now = timezone.now()
        with transaction.atomic(durable=True):
            due = self.undelivered().filter(due_at__lte=now).order_by("due_at")
            entries = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
            if entries:
                self.filter(pk__in=[entry.pk for entry in entries]).update(due_at=now + lease)
        return entries

    def send_again(self) -> int:
        """Entries that were set aside wait again. Returns how many."""
        return self.filter(state=OutboxEntry.State.SET_ASIDE).update(
            state=OutboxEntry.State.WAITING, due_at=timezone.now(), attempts=0
        )

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
    """The very bytes that LangFuse will receive: waiting → sent → confirmed by reading back.

    A score has one entry: a changed value takes the place of the old one, so that no old one arrives after it.
    """

    class Kind(models.TextChoices):
        SPANS = "spans"
        SCORE = "score"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        CONFIRMED = "confirmed"
        SET_ASIDE = "set aside"

    kind = models.CharField(max_length=10, choices=Kind)
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="outbox")
    score = models.OneToOneField(Score, on_delete=models.CASCADE, null=True, related_name="outbox_entry")
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(help_text="Not to be touched before; a relay that claims it moves this on.")
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = OutboxQuerySet.as_manager()

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
