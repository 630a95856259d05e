"""What models cost."""

import re
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

PRICES = ("input_price", "output_price", "second_price")
GIVEN = ("pattern", "currency", *PRICES, "valid_from")  # once, and for good


def validate_pattern(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise ValidationError(f"This is no regular expression: {error}.") from error


def cost_currency() -> str:
    return settings.COST_CURRENCY


def price_field(most: int, help_text: str) -> "models.DecimalField[Any, Any]":
    """The most is far above any price; it tells a price of a million tokens from that of one."""
    bounds = [MinValueValidator(0, "A price is not negative."), MaxValueValidator(most)]
    return models.DecimalField(
        max_digits=14, decimal_places=10, null=True, blank=True, validators=bounds, help_text=help_text
    )


class ModelPrice(models.Model):
    """What a model's calls cost from a day on: by tokens, by seconds of computing, or by both.

    A price is never changed, only followed by another or ended, so that each stored cost can be counted again.
    """

    pattern = models.CharField(
        max_length=200,
        validators=[validate_pattern],
        help_text="A regular expression that matches the whole model name.",
    )
    currency = models.CharField(max_length=3, default=cost_currency, editable=False, help_text="ISO 4217.")
    input_price = price_field(10, "One token of input. 2.50 a million is 0.0000025.")
    output_price = price_field(10, "One token of output.")
    second_price = price_field(
        1000, "One second of a call, for a machine of one's own. One that costs 1.80 an hour is 0.0005."
    )
    valid_from = models.DateField()
    valid_to = models.DateField(
        null=True, blank=True, help_text="The last day, where no other price follows. It can be set once."
    )

    class Meta:
        ordering = ["pattern", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["pattern", "valid_from"],
                name="one_price_a_day",
                violation_error_message="This pattern has a price from that day on already.",
            ),
            models.CheckConstraint(
                condition=Q(input_price__isnull=False) | Q(output_price__isnull=False) | Q(second_price__isnull=False),
                name="price_has_a_price",
                violation_error_message="Give a price of tokens, of seconds, or of both.",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="price_ends_after_it_began",
                violation_error_message="A price cannot end before it began.",
            ),
            models.CheckConstraint(
                condition=Q(input_price=None) | Q(input_price__gte=0), name="input_price_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(output_price=None) | Q(output_price__gte=0), name="output_price_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(second_price=None) | Q(second_price__gte=0), name="second_price_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pattern} from {self.valid_from}"

    def clean(self) -> None:
        """Raises ValidationError where a price that exists gets more than an end, a second end or one in the past."""
        if self._state.adding:
            return
        stored = ModelPrice.objects.get(pk=self.pk)
        if any(getattr(self, field) != getattr(stored, field) for field in GIVEN):
            raise ValidationError("A price is never changed; add another, from a day on.")
        if self.valid_to == stored.valid_to:
            return
        if stored.valid_to is not None:
            raise ValidationError({"valid_to": f"The end of this price was set already: {stored.valid_to}."})
        if self.valid_to and self.valid_to < timezone.localdate():
            raise ValidationError({"valid_to": "What was counted stays; the last day is today or later."})

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
