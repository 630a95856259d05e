"""Prompts and their versions."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from tracing.admin.common import ReadOnly
from tracing.models import Prompt, PromptVersion


@admin.register(Prompt)
class PromptAdmin(ReadOnly):
    list_display = ("name", "newest")
    fields = ("name", "all_versions")
    readonly_fields = ("all_versions",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prompt]:
        found: QuerySet[Prompt] = super().get_queryset(request)
        return found.prefetch_related("versions")

    @display(description="newest version")
    def newest(self, prompt: Prompt) -> int:
        return max((version.version for version in prompt.versions.all()), default=0)

    @display(description="versions")
    def all_versions(self, prompt: Prompt) -> SafeString:
        return format_html("{}", ", ".join(f"v{version.version}" for version in prompt.versions.all()))


@admin.register(PromptVersion)
class PromptVersionAdmin(ReadOnly):
    list_display = ("prompt", "version", "created_at")
    list_filter = ("prompt",)
    list_select_related = ("prompt",)
    fields = ("prompt", "version", "created_at", "words")
    readonly_fields = ("words",)

    @display(description="text")
    def words(self, version: PromptVersion) -> SafeString:
        return format_html('<pre style="white-space: pre-wrap">{}</pre>', version.text)
