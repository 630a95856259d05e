"""What the pages share."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html


def page_link(model: str, pk: Any, text: str) -> str:
    """The text, as a link to the row's admin page where the row is still there."""
    if pk is None:
        return text
    return format_html(
        '<a class="text-primary-600 underline" href="{}">{}</a>', reverse(f"admin:{model}_change", args=[pk]), text
    )


def sees_customers(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("customers.view_customer"))


class TellsWho:
    """For a ModelAdmin with fields that tell who somebody is: only to who may see customers, and nobody else filters
    by them, which would tell it too.
    """

    who_fields: tuple[str, ...]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if sees_customers(request) else self.who_fields

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = super().get_list_display(request)  # type: ignore[misc]
        return [column for column in columns if sees_customers(request) or column not in self.who_fields]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        fields = super().get_search_fields(request)  # type: ignore[misc]
        return [field for field in fields if sees_customers(request) or field.lstrip("=^@") not in self.who_fields]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        if lookup.partition("__")[0] in self.who_fields and not sees_customers(request):
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]
        return allowed
