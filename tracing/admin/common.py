"""What the pages share: history is read, and found by day."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import make_aware
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.paginator import InfinitePaginator
from unfold.utils import parse_date_str


class ReadOnly(ModelAdmin):
    """Nobody adds, changes or deletes. So many rows that counting them would take longer than showing a page."""

    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DayFilter(RangeDateFilter):
    """Whole days, the last one too: Unfold's own would end it at midnight."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, comparison, days in (("from", "gte", 0), ("to", "lt", 1)):
            text = self.used_parameters.get(f"{self.parameter_name}_{end}", "")
            if day := parse_date_str(text) if text else None:
                midnight = make_aware(datetime.combine(day, time.min) + timedelta(days=days))
                queryset = queryset.filter(**{f"{self.parameter_name}__{comparison}": midnight})
        return queryset
