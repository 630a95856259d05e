"""The list of traces."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from tracing.admin.export import Columns, Exported
from tracing.admin.filters import DayFilter, NumberFilter, OneOf, WholeText
from tracing.admin.paging import InfinitePaginator
from tracing.admin.people import users_meant
from tracing.admin.trace_page import TracePage
from tracing.models import Delivery, Level, PromptVersion, Trace

RECENT = 1_000  # traces whose names, environments and models the filters offer: finding all would read the table
TAGS = 60  # characters that the list shows of them

LEVEL_COLOURS = {"DEBUG": "info", "DEFAULT": "info", "WARNING": "warning", "ERROR": "danger"}
DELIVERY_COLOURS = {"waiting": "info", "sent": "warning", "confirmed": "success", "set aside": "danger"}


def recent(request: HttpRequest) -> list[tuple[str, str, list[str]]]:
    """Name, environment and models of the newest traces: one query a request."""
    kept = vars(request)
    if "recent_traces" not in kept:
        newest = Trace.objects.order_by("-started_at").values_list("name", "environment", "used_models")
        kept["recent_traces"] = list(newest[:RECENT])
    found: list[tuple[str, str, list[str]]] = kept["recent_traces"]
    return found


class NameFilter(OneOf):
    title = parameter_name = "name"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return sorted({name for name, _, _ in recent(request)})


class EnvironmentFilter(OneOf):
    title = parameter_name = "environment"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return sorted({environment for _, environment, _ in recent(request)})


class LevelFilter(OneOf):
    title = parameter_name = "level"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return Level.values


class DeliveryFilter(OneOf):
    title = parameter_name = "delivery"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return Delivery.values


class ModelFilter(OneOf):
    title = parameter_name = "model"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return sorted({model for _, _, models in recent(request) for model in models})

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(used_models__contains=[value])


class PromptFilter(OneOf):
    title, parameter_name = "prompt version", "prompt"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return map(str, PromptVersion.objects.select_related("prompt").order_by("prompt__name", "-version"))

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(used_prompts__contains=[value])


class SessionFilter(WholeText):
    title, parameter_name = "session", "session_id"


class UserFilter(WholeText):
    title, parameter_name = "user pseudonym", "user_pseudonym"


@admin.register(Trace)
class TraceAdmin(Exported, TracePage):
    list_display = (
        "started_at", "shown_name", "gravest", "shown_models", "took", "tokens", "shown_cost", "delivered",
        "shown_tags", "short_id",
    )  # fmt: skip
    list_filter = (
        ("started_at", DayFilter), NameFilter, LevelFilter, ModelFilter, PromptFilter, ("duration_ms", NumberFilter),
        ("cost", NumberFilter), DeliveryFilter, SessionFilter, UserFilter, EnvironmentFilter,
    )  # fmt: skip
    list_filter_submit = True
    list_filter_sheet = True
    show_facets = admin.ShowFacets.NEVER  # they count the table, once for each value
    paginator = InfinitePaginator
    search_fields = ("trace_id__startswith", "session_id__exact", "user_pseudonym__exact")
    search_help_text = "The trace's id or its beginning, a whole session id or a whole user pseudonym"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Trace], search_term: str
    ) -> tuple[QuerySet[Trace], bool]:
        found, repeats = super().get_search_results(request, queryset, search_term)
        users = users_meant(request, search_term) if search_term.strip() else []
        return (found | queryset.filter(user_pseudonym__in=users) if users else found), repeats

    def export_columns(self, request: HttpRequest) -> Columns:
        return COLUMNS

    def export_details(self, request: HttpRequest) -> Columns:
        return DETAILS

    def export_queryset(self, request: HttpRequest, format_: str) -> QuerySet[Any]:
        found = super().export_queryset(request, format_)
        return found.prefetch_related("observations", "scores") if format_ == "jsonl" else found

    # A column is sorted by only where an index has its order.

    @display(description="name")
    def shown_name(self, trace: Trace) -> str:
        return trace.name

    @display(description="level", label=LEVEL_COLOURS)
    def gravest(self, trace: Trace) -> str:
        return trace.level

    @display(description="models")
    def shown_models(self, trace: Trace) -> str:
        return ", ".join(trace.used_models)

    @display(description="delivery", label=DELIVERY_COLOURS)
    def delivered(self, trace: Trace) -> str:
        return trace.delivery

    @display(description="tags")
    def shown_tags(self, trace: Trace) -> str:
        return Truncator(", ".join(trace.tags)).chars(TAGS)

    @display(description="duration", ordering="duration_ms")
    def took(self, trace: Trace) -> str:
        return f"{trace.duration_ms:,.0f} ms" if trace.duration_ms >= 10 else f"{trace.duration_ms:.1f} ms"

    @display(description="tokens in + out")
    def tokens(self, trace: Trace) -> str:
        return f"{trace.input_tokens} + {trace.output_tokens}"

    @display(description="cost", ordering="cost")
    def shown_cost(self, trace: Trace) -> str:
        return f"{trace.cost.normalize():f}"

    @display(description="trace id")
    def short_id(self, trace: Trace) -> str:
        return trace.trace_id[:12]


COLUMNS: Columns = {
    "trace_id": lambda trace: trace.trace_id,
    "name": lambda trace: trace.name,
    "started_at": lambda trace: trace.started_at,
    "duration_ms": lambda trace: trace.duration_ms,
    "level": lambda trace: trace.level,
    "status_message": lambda trace: trace.status_message,
    "environment": lambda trace: trace.environment,
    "release": lambda trace: trace.release,
    "session_id": lambda trace: trace.session_id,
    "user_pseudonym": lambda trace: trace.user_pseudonym,
    "tags": lambda trace: trace.tags,
    "models": lambda trace: trace.used_models,
    "prompts": lambda trace: trace.used_prompts,
    "input_tokens": lambda trace: trace.input_tokens,
    "output_tokens": lambda trace: trace.output_tokens,
    "cost": lambda trace: trace.cost,
    "delivery": lambda trace: trace.delivery,
}
DETAILS: Columns = {
    "metadata": lambda trace: trace.metadata,
    "observations": lambda trace: [model_to_dict(seen, exclude=["id", "trace"]) for seen in trace.observations.all()],
    "scores": lambda trace: [
        {**model_to_dict(score, exclude=["trace"]), "created_at": score.created_at} for score in trace.scores.all()
    ],
}


def trace_link(trace: Trace) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:tracing_trace_change", args=[trace.pk]), trace)
