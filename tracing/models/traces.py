"""What happened: a trace, its observations, and judgements of it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q


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


class Delivery(models.TextChoices):
    """How far a trace has come on its way to LangFuse."""

    KEPT = "kept", "kept here"  # LangFuse was not configured
    SAMPLED_OUT = "sampled out"
    WAITING = "waiting"
    SENT = "sent"
    CONFIRMED = "confirmed"
    SET_ASIDE = "set aside"


class Trace(models.Model):
    """One local root span and all below it. Repeated requests may share a trace id; each is its own row."""

    trace_id = models.CharField(max_length=32, db_index=True)
    name = models.CharField(max_length=200)
    user_pseudonym = models.CharField(max_length=64, blank=True, db_index=True)
    session_id = models.CharField(max_length=200, blank=True)
    environment = models.CharField(max_length=40)
    release = models.CharField(max_length=100, blank=True)
    continues = models.BooleanField(
        default=False, help_text="Whether its root is below an observation of another one, as a task's is."
    )
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
    cost = models.DecimalField(max_digits=20, decimal_places=8, default=0)
    used_models = ArrayField(models.CharField(max_length=100), default=list, help_text="Of its generations.")
    used_prompts = ArrayField(
        models.CharField(max_length=120), default=list, help_text="Of its generations, as `name v3`."
    )
    delivery = models.CharField(
        max_length=11,
        choices=Delivery,
        default=Delivery.KEPT,
        help_text="How far its spans have come on their way to LangFuse.",
    )

    class Meta:
        ordering = ["-started_at"]
        permissions = [("export_trace", "Can export traces")]
        indexes = [
            # What the list of traces is filtered by lies beside the order, so that rows of no match are not read.
            models.Index(
                fields=["-started_at", "-id"],
                include=[
                    "name",
                    "environment",
                    "level",
                    "delivery",
                    "duration_ms",
                    "cost",
                    "used_models",
                    "used_prompts",
                ],
                name="trace_list",
            ),
            models.Index(F("level"), F("started_at").desc(), condition=~Q(level="DEFAULT"), name="trace_trouble"),
            models.Index(fields=["session_id", "started_at"], name="trace_session"),
            models.Index(F("duration_ms").desc(), name="trace_duration"),
            models.Index(fields=["-cost", "id"], name="trace_cost"),
            models.Index(
                F("delivery"),
                F("started_at").desc(),
                condition=~Q(delivery__in=["kept", "confirmed"]),
                name="trace_undelivered",
            ),
            GinIndex(fields=["used_models", "used_prompts"], name="trace_models_prompts"),
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
    cost = models.DecimalField(max_digits=20, decimal_places=8, default=0)
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
