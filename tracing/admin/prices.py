"""What models cost. Prices are added and ended, never changed."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display

from tracing.costs import forget_prices
from tracing.models import ModelPrice
from tracing.models.prices import GIVEN


@admin.register(ModelPrice)
class ModelPriceAdmin(ModelAdmin):
    list_display = ("pattern", "currency", "of_input", "of_output", "of_an_hour", "valid_from", "shown_end")
    search_fields = ("pattern",)
    fields = (*GIVEN, "valid_to")

    def get_readonly_fields(self, request: HttpRequest, obj: ModelPrice | None = None) -> tuple[str, ...]:
        return GIVEN if obj else ("currency",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ModelPrice, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_prices()

    @display(description="a million tokens of input", ordering="input_price", empty_value="–")
    def of_input(self, price: ModelPrice) -> str | None:
        return times(price.input_price, 1_000_000)

    @display(description="of output", ordering="output_price", empty_value="–")
    def of_output(self, price: ModelPrice) -> str | None:
        return times(price.output_price, 1_000_000)

    @display(description="an hour of computing", ordering="second_price", empty_value="–")
    def of_an_hour(self, price: ModelPrice) -> str | None:
        return times(price.second_price, 3_600)

    @display(description="valid to", ordering="valid_to", empty_value="open")
    def shown_end(self, price: ModelPrice) -> Any:
        return price.valid_to


def times(price: Decimal | None, number: int) -> str | None:
    return None if price is None else f"{(price * number).normalize():f}"
