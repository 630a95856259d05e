"""What was erased of a customer, without saying of whom."""

from django.db import models
from django.db.models import F, Q


class ErasureReceipt(models.Model):
    """That a customer was erased, and how far that has come. It knows the customer by a pseudonym alone."""

    class State(models.TextChoices):
        DONE = "done"  # LangFuse was asked again and shows nothing, or is not used
        UNDER_WAY = "under way", "not yet gone from LangFuse"

    subject = models.CharField(max_length=64, db_index=True, help_text="The customer's pseudonym in traces.")
    requested_at = models.DateTimeField(auto_now_add=True)
    requested_by = models.CharField(max_length=150)
    state = models.CharField(max_length=10, choices=State, default=State.UNDER_WAY)
    erased = models.JSONField(default=dict, help_text="How many rows of each kind were deleted or made anonymous.")
    quiet_at = models.DateTimeField(null=True, help_text="Until then a relay may still have been sending.")
    wanted = models.JSONField(default=dict, help_text="Ids that LangFuse is asked for until it shows none of them.")
    deleted = models.JSONField(default=dict, help_text="What LangFuse showed and was asked to delete.")
    left = models.JSONField(default=dict, help_text="What it still showed when it was last asked.")
    error = models.TextField(blank=True, help_text="Why it could not be asked.")
    asked_at = models.DateTimeField(null=True, help_text="When LangFuse was last asked.")

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(F("requested_at"), condition=Q(state="under way"), name="erasure_under_way")]

    def __str__(self) -> str:
        return f"Receipt {self.pk} of {self.requested_at:%Y-%m-%d}"

    def lines(self) -> list[str]:
        """What it says, for people."""
        said = [
            f"Receipt {self.pk} for {self.requested_by}, {self.requested_at:%F %T %Z}: the customer {self.subject}."
        ]
        said += [f"  here: {number:,} {kind}" for kind, number in self.erased.items() if number]
        said += [f"  LangFuse: {number:,} {kind} deleted" for kind, number in self.deleted.items()]
        if self.state == self.State.DONE and self.asked_at:
            return [*said, f"LangFuse was asked again at {self.asked_at:%F %T %Z} and shows nothing more. Done."]
        if self.state == self.State.DONE:
            return [*said, "LangFuse is not used here. Done."]
        said += [f"  LangFuse still shows: {number:,} {kind}" for kind, number in self.left.items()]
        if self.error:
            said.append(f"  LangFuse could not be asked: {self.error}")
        return [*said, "Not done: a task goes on with it every few minutes; the same command does it now."]
