"""What the pages share."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html


def page_link(model: str, pk: Any, text: str) -> str:
    """The text, as a link to the row's admin page where the row is still there."""
    if pk is None:
        return text
    return format_html(
        '<a class="text-primary-600 underline" href="{}">{}</a>', reverse(f"admin:{model}_change", args=[pk]), text
    )
