"""What the pages share."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html


class ValuesFilter(admin.SimpleListFilter):
    """Of a field whose values are known: to find them Django would read the whole table."""

    parameter_name: str
    values: tuple[str, ...]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, value.replace("_", " ")) for value in self.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() in self.values else queryset


def page_link(model: str, pk: Any, text: str) -> str:
    """The text, as a link to the row's admin page where the row is still there."""
    if pk is None:
        return text
    return format_html(
        '<a class="text-primary-600 underline" href="{}">{}</a>', reverse(f"admin:{model}_change", args=[pk]), text
    )
