"""What was thought of the answers."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from customers.admin import Large, ReadOnly
from recommendations.admin.common import TellsWho
from recommendations.models import Rating
from tracing.admin.filters import DayFilter, OneOf

STARS = tuple(f"{halves / 2}" for halves in range(10, 1, -1))


class StarsFilter(OneOf):
    title = parameter_name = "stars"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return STARS

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return super().chosen(queryset, value) if value in STARS else queryset


@admin.register(Rating)
class RatingAdmin(TellsWho, ReadOnly, Large, ModelAdmin):
    who_fields = ("rater",)
    list_display = ("created_at", "stars", "comment", "product", "recommendation", "rater", "replaced_at")
    list_filter = (StarsFilter, ("created_at", DayFilter))
    list_filter_submit = True
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ("product", "recommendation")
    search_fields = ("comment", "=rater")
    ordering = ("-pk",)
