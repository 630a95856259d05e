"""What is on its way to LangFuse, and whether that can be used. Only what was set aside can be sent again."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from tracing.admin.common import ReadOnly
from tracing.admin.traces import trace_link
from tracing.models import Breaker, OutboxEntry
from tracing.relay.bodies import encoded

STATE_COLOURS = {"waiting": "info", "sent": "warning", "confirmed": "success", "set aside": "danger"}


@admin.register(OutboxEntry)
class OutboxEntryAdmin(ReadOnly):
    list_display = ("id", "kind", "shown_state", "attempts", "due_at", "short_error", "of_trace")
    list_filter = ("state", "kind")
    list_select_related = ("trace",)
    search_fields = ("trace__trace_id__startswith",)
    ordering = ("-pk",)
    fields = ("kind", "state", "of_trace", "bytes", "attempts", "created_at", "due_at", "sent_at", "last_error")
    readonly_fields = ("of_trace", "bytes")
    actions = ("send_again",)
    list_before_template = "admin/tracing/outboxentry/breaker.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxEntry]:
        found: QuerySet[OutboxEntry] = super().get_queryset(request)
        return found.defer("body")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        way = {
            "enabled": settings.LANGFUSE_ENABLED,
            "depth": OutboxEntry.objects.depth(),
            "breaker": Breaker.objects.load(),
        }
        page: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **way})
        return page

    @display(description="state", label=STATE_COLOURS)
    def shown_state(self, entry: OutboxEntry) -> str:
        return entry.state

    @display(description="last error")
    def short_error(self, entry: OutboxEntry) -> str:
        return entry.last_error[:120]

    @display(description="trace")
    def of_trace(self, entry: OutboxEntry) -> SafeString:
        return trace_link(entry.trace)

    @display(description="bytes")
    def bytes(self, entry: OutboxEntry) -> str:
        return ", ".join(f"{len(body):,}" for _, body in encoded([entry]))

    @action(description="Send again what was set aside", permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxEntry]) -> None:
        number = OutboxEntry.objects.filter(pk__in=queryset.values("pk")).send_again()
        messages.success(request, f"{number} entries wait to be sent again.")

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("tracing.change_outboxentry"))
