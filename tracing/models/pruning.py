"""Up to when old traces were deleted."""

from django.db import models


class Pruning(models.Model):
    """One run that deleted old traces. Its row is there before the first of them goes."""

    before = models.DateTimeField(help_text="What started before was deleted, unless LangFuse had not shown it yet.")
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, help_text="Empty while it runs, and if it was killed.")
    traces = models.PositiveIntegerField(default=0, help_text="How many it deleted.")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Traces before {self.before:%Y-%m-%d}"
