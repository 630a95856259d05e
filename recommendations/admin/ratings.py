"""What was thought of the answers."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from customers.admin import DayFilter, Large, ReadOnly
from recommendations.admin.common import ValuesFilter
from recommendations.models import Rating


class StarsFilter(ValuesFilter):
    title = parameter_name = "stars"
    values = ("5.0", "4.5", "4.0", "3.5", "3.0", "2.5", "2.0", "1.5", "1.0")


@admin.register(Rating)
class RatingAdmin(ReadOnly, Large, ModelAdmin):
    list_display = ("created_at", "stars", "comment", "product", "recommendation", "rater", "replaced_at")
    list_filter = (StarsFilter, ("created_at", DayFilter))
    list_filter_submit = True
    list_select_related = ("product", "recommendation")
    search_fields = ("comment", "=rater")
    ordering = ("-pk",)
