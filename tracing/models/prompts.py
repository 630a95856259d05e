"""The words that models were given."""

from django.db import models


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
