"""What is counted a day, so that a page over months reads no traces; see tracing/rollups/."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Recount(models.Model):
    """Something that started at this time was stored or changed, so its day has to be counted.

    Written by triggers, in the transaction of the change: whatever stores a trace, its day is counted again. Only
    ever added and deleted; transactions that store at the same time do not wait for each other.
    """

    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class CountedDay(models.Model):
    """When a day was counted last, and in which time zone's sense of a day."""

    day = models.DateField(primary_key=True)
    time_zone = models.CharField(max_length=64)
    counted_at = models.DateTimeField()
    seconds = models.FloatField(help_text="That the counting took.")

    class Meta:
        permissions = [("view_dashboard", "Can see the dashboard")]

    def __str__(self) -> str:
        return str(self.day)


class DayCount(models.Model):
    """A row of a day's figures."""

    day = models.DateField()

    class Meta:
        abstract = True


class Latencies(models.Model):
    """How many durations fell into which bin; see tracing/rollups/histogram.py."""

    bins = ArrayField(models.SmallIntegerField(), default=list)
    sizes = ArrayField(models.PositiveIntegerField(), default=list)

    class Meta:
        abstract = True


class Spending(models.Model):
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(max_digits=24, decimal_places=8, default=0)

    class Meta:
        abstract = True


class TraceCount(DayCount, Latencies, Spending):
    """The traces of a day, by name."""

    name = models.CharField(max_length=200)
    number = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    warnings = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "name"], name="one_count_of_traces")]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} {self.name}"


class ObservationCount(DayCount, Latencies, Spending):
    """The observations of a day's traces, by name, type, model and prompt (`name v3`)."""

    name = models.CharField(max_length=200)
    type = models.CharField(max_length=12)
    model = models.CharField(max_length=100)
    prompt = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    warnings = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "name", "type", "model", "prompt"], name="one_count_of_observations")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} {self.name}"


class UsageCount(DayCount, Spending):
    """What a user or a session used on a day: the day's dearest, and the others as one with an empty key."""

    class Of(models.TextChoices):
        USER = "user"
        SESSION = "session"

    of = models.CharField(max_length=7, choices=Of)
    key = models.CharField(max_length=200, blank=True)
    traces = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "of", "key"], name="one_count_of_usage")]
        indexes = [models.Index(fields=["key"], condition=~models.Q(key=""), name="usage_key")]

    def __str__(self) -> str:
        return f"{self.day}: {self.of} {self.key}"
