"""What models cost. Prices are added, never changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from tracing.costs import forget_prices
from tracing.models import ModelPrice


@admin.register(ModelPrice)
class ModelPriceAdmin(ModelAdmin):
    list_display = ("pattern", "input_price", "output_price", "valid_from")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ModelPrice, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_prices()
