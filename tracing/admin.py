"""What happened, for staff to read. Only prices are added here, and only what was set aside is sent again."""

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import make_aware
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator
from unfold.utils import parse_date_str

from tracing.costs import forget_prices
from tracing.links import langfuse_url
from tracing.models import ModelPrice, OutboxEntry, Prompt, PromptVersion, Score, Trace
from tracing.timeline import timeline_of

related_links: list[Callable[[Trace], Iterable[tuple[str, str]]]] = []
"""Other apps add here what leads from a trace to their own pages: (label, address)."""

RECENT = 1_000  # traces whose names and environments a filter offers

LEVEL_COLOURS = {"DEBUG": "info", "DEFAULT": "info", "WARNING": "warning", "ERROR": "danger"}
STATE_COLOURS = {"waiting": "info", "sent": "warning", "confirmed": "success", "set aside": "danger"}


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


class RecentFilter(admin.SimpleListFilter):
    """The values of a field among the newest traces: finding all of them would read the table."""

    parameter_name: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = Trace.objects.order_by("-started_at").values_list(self.parameter_name, flat=True)[:RECENT]
        return [(value, value) for value in sorted(set(newest))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class NameFilter(RecentFilter):
    title = parameter_name = "name"


class EnvironmentFilter(RecentFilter):
    title = parameter_name = "environment"


class DayFilter(RangeDateFilter):
    """Whole days, the last one too: Unfold's own would end it at midnight."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, comparison, days in (("from", "gte", 0), ("to", "lt", 1)):
            text = self.used_parameters.get(f"{self.parameter_name}_{end}", "")
            if day := parse_date_str(text) if text else None:
                midnight = make_aware(datetime.combine(day, time.min) + timedelta(days=days))
                queryset = queryset.filter(**{f"{self.parameter_name}__{comparison}": midnight})
        return queryset


@admin.register(Trace)
class TraceAdmin(ReadOnly):
    change_form_template = "admin/tracing/trace/change_form.html"
    list_display = ("started_at", "name", "gravest", "shown_tags", "took", "tokens", "shown_cost", "short_id")
    list_filter = ("level", NameFilter, EnvironmentFilter, ("started_at", DayFilter))
    list_filter_submit = True
    search_fields = ("trace_id__startswith", "session_id__exact", "user_pseudonym__exact")
    search_help_text = "The trace's id or its beginning, a whole session id or a whole user pseudonym"
    fields = (
        ("name", "started_at"), ("took", "level"), "status_message", "trace_id", "session_id", "user_pseudonym",
        ("tokens", "shown_cost"), ("environment", "release"), "tags", "metadata",
    )  # fmt: skip
    readonly_fields = ("took", "tokens", "shown_cost")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        trace = self.get_object(request, object_id)
        told = self.told(trace) if trace and self.has_view_permission(request, trace) else {}
        answer: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **told})
        return answer

    def told(self, trace: Trace) -> dict[str, Any]:
        return {
            "timeline": timeline_of(trace),
            "scores": trace.scores.all(),
            "outbox": trace.outbox.select_related("score").defer("body"),
            "langfuse_url": langfuse_url(trace.trace_id),
            "related": [link for links in related_links for link in links(trace)],
        }

    @display(description="level", label=LEVEL_COLOURS, ordering="level")
    def gravest(self, trace: Trace) -> str:
        return trace.level

    @display(description="tags")
    def shown_tags(self, trace: Trace) -> str:
        return ", ".join(trace.tags)

    @display(description="duration")
    def took(self, trace: Trace) -> str:
        return f"{trace.duration_ms:,.0f} ms" if trace.duration_ms >= 10 else f"{trace.duration_ms:.1f} ms"

    @display(description="tokens in + out")
    def tokens(self, trace: Trace) -> str:
        return f"{trace.input_tokens} + {trace.output_tokens}"

    @display(description="cost")
    def shown_cost(self, trace: Trace) -> str:
        return f"{trace.cost.normalize():f}"

    @display(description="trace id")
    def short_id(self, trace: Trace) -> str:
        return trace.trace_id[:12]


def trace_link(trace: Trace) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:tracing_trace_change", args=[trace.pk]), trace)


@admin.register(Score)
class ScoreAdmin(ReadOnly):
    list_display = ("created_at", "name", "value", "comment", "of_trace")
    list_select_related = ("trace",)
    search_fields = ("trace__trace_id__startswith",)
    ordering = ("-created_at",)
    fields = ("id", "name", "value", "comment", "of_trace", "span_id", "created_at", "updated_at")
    readonly_fields = ("id", "of_trace")

    @display(description="trace")
    def of_trace(self, score: Score) -> SafeString:
        return trace_link(score.trace)


@admin.register(OutboxEntry)
class OutboxEntryAdmin(ReadOnly):
    list_display = ("id", "kind", "shown_state", "attempts", "due_at", "short_error", "of_trace")
    list_filter = ("state", "kind")
    list_select_related = ("trace",)
    search_fields = ("trace__trace_id__startswith",)
    ordering = ("-pk",)
    fields = ("kind", "state", "of_trace", "size", "attempts", "created_at", "due_at", "sent_at", "last_error")
    readonly_fields = ("of_trace", "size")
    actions = ("send_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxEntry]:
        found: QuerySet[OutboxEntry] = super().get_queryset(request)
        return found.defer("body")

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
    def size(self, entry: OutboxEntry) -> str:
        return f"{len(entry.body):,}"

    @action(description="Send again what was set aside", permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxEntry]) -> None:
        number = OutboxEntry.objects.filter(pk__in=queryset.values("pk")).send_again()
        messages.success(request, f"{number} entries wait to be sent again.")

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("tracing.change_outboxentry"))


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
