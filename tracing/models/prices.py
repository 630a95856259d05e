"""What models cost."""

import re

from django.core.exceptions import ValidationError
from django.db import models


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
