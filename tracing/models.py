"""What happened: traces, their observations and scores, and what still has to reach LangFuse."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone


class Level(models.TextChoices):
    """LangFuse's levels, mildest first."""

    DEBUG = "DEBUG"
    DEFAULT = "DEFAULT"
    WARNING = "WARNING"
    ERROR = "ERROR"


class ObservationType(models.TextChoices):
    """LangFuse's observation types."""

    SPAN = "SPAN"
    GENERATION = "GENERATION"
    EVENT = "EVENT"
    AGENT = "AGENT"
    TOOL = "TOOL"
    CHAIN = "CHAIN"
    RETRIEVER = "RETRIEVER"
    EVALUATOR = "EVALUATOR"
    EMBEDDING = "EMBEDDING"
    GUARDRAIL = "GUARDRAIL"


class Trace(models.Model):
    """One local root span and all below it. Repeated requests may share a trace id; each is its own row."""

    trace_id = models.CharField(max_length=32, db_index=True)
    name = models.CharField(max_length=200)
    user_pseudonym = models.CharField(max_length=64, blank=True, db_index=True)
    session_id = models.CharField(max_length=200, blank=True, db_index=True)
    environment = models.CharField(max_length=40)
    release = models.CharField(max_length=100, blank=True)
    tags = ArrayField(models.CharField(max_length=200), default=list)
    metadata = models.JSONField(default=dict)
    level = models.CharField(
        max_length=10, choices=Level, default=Level.DEFAULT, help_text="The gravest of its observations."
    )
    status_message = models.TextField(blank=True)
    started_at = models.DateTimeField()
    duration_ms = models.FloatField()
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=8, default=0)

    class Meta:
        ordering = ["-started_at"]
        indexes = [
            models.Index(F("started_at").desc(), name="trace_time"),
            models.Index(F("level"), F("started_at").desc(), condition=~Q(level="DEFAULT"), name="trace_trouble"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.trace_id}"


class Observation(models.Model):
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="observations", db_index=False)
    position = models.PositiveIntegerField(help_text="In order of start.")
    span_id = models.CharField(max_length=16)
    parent_span_id = models.CharField(max_length=16, blank=True)
    name = models.CharField(max_length=200)
    type = models.CharField(max_length=12, choices=ObservationType, default=ObservationType.SPAN)
    level = models.CharField(max_length=10, choices=Level, default=Level.DEFAULT)
    status_message = models.TextField(blank=True)
    input = models.JSONField(null=True)
    output = models.JSONField(null=True)
    metadata = models.JSONField(default=dict)
    model = models.CharField(max_length=100, blank=True)
    model_parameters = models.JSONField(default=dict)
    prompt_name = models.CharField(max_length=100, blank=True)
    prompt_version = models.PositiveIntegerField(null=True)
    usage = models.JSONField(default=dict, help_text="Tokens: input, output, total.")
    cost = models.DecimalField(max_digits=14, decimal_places=8, default=0)
    started_at = models.DateTimeField()
    duration_ms = models.FloatField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["trace", "position"], name="one_observation_a_position")]

    def __str__(self) -> str:
        return self.name


class Score(models.Model):
    """A judgement of a trace: by a customer, a check or a model. Its id is stable: sending twice is harmless."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="scores")
    span_id = models.CharField(
        max_length=16, blank=True, help_text="The observation that is judged; empty for the trace."
    )
    name = models.CharField(max_length=100)
    value = models.FloatField()
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.name} {self.value:g}"


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
            models.Index(fields=["due_at"], condition=Q(state__in=["waiting", "sent"]), name="outbox_due"),
            models.Index(fields=["due_at"], condition=Q(state="confirmed"), name="outbox_old"),
            models.Index(fields=["state", "created_at"], condition=~Q(state="confirmed"), name="outbox_depth"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["trace"], condition=Q(kind="spans"), name="one_entry_a_trace"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


def validate_pattern(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise ValidationError(f"This is no regular expression: {error}.") from error


class ModelPrice(models.Model):
    """What a model's tokens cost from a day on. A price is never changed, only followed by another."""

    pattern = models.CharField(
        max_length=200,
        validators=[validate_pattern],
        help_text="A regular expression that matches the whole model name.",
    )
    input_price = models.DecimalField(max_digits=14, decimal_places=10, help_text="A token of input.")
    output_price = models.DecimalField(max_digits=14, decimal_places=10, help_text="A token of output.")
    valid_from = models.DateField()

    class Meta:
        ordering = ["pattern", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["pattern", "valid_from"], name="one_price_a_day")]

    def __str__(self) -> str:
        return f"{self.pattern} from {self.valid_from}"


class Prompt(models.Model):
    name = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class PromptVersion(models.Model):
    """The words of a prompt. Never changed: other words are another version."""

    prompt = models.ForeignKey(Prompt, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["prompt", "-version"]
        constraints = [models.UniqueConstraint(fields=["prompt", "version"], name="one_text_a_version")]

    def __str__(self) -> str:
        return f"{self.prompt} v{self.version}"
