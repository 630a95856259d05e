"""The list of traces."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from tracing.admin.common import DayFilter
from tracing.admin.people import users_meant
from tracing.admin.trace_page import TracePage
from tracing.models import Trace

RECENT = 1_000  # traces whose names and environments a filter offers

LEVEL_COLOURS = {"DEBUG": "info", "DEFAULT": "info", "WARNING": "warning", "ERROR": "danger"}


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


@admin.register(Trace)
class TraceAdmin(TracePage):
    list_display = ("started_at", "name", "gravest", "shown_tags", "took", "tokens", "shown_cost", "short_id")
    list_filter = ("level", NameFilter, EnvironmentFilter, ("started_at", DayFilter))
    list_filter_submit = True
    search_fields = ("trace_id__startswith", "session_id__exact", "user_pseudonym__exact")
    search_help_text = "The trace's id or its beginning, a whole session id or a whole user pseudonym"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Trace], search_term: str
    ) -> tuple[QuerySet[Trace], bool]:
        found, repeats = super().get_search_results(request, queryset, search_term)
        users = users_meant(request, search_term)
        return (found | queryset.filter(user_pseudonym__in=users) if users else found), repeats

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
