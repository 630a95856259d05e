"""The list of recommendations."""

import re
from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from customers.models import Customer
from recommendations.admin import filters
from recommendations.admin.columns import COLUMNS, DETAILS
from recommendations.admin.common import page_link, sees_customers
from recommendations.admin.recommendation_page import RecommendationPage
from recommendations.admin.search import WORDS, matching, newest_matches
from recommendations.models import Rating, Recommendation
from tracing.admin.export import Columns, Exported
from tracing.admin.filters import DayFilter, NumberFilter
from tracing.admin.paging import InfinitePaginator
from tracing.admin.traces import DELIVERY_COLOURS

STATUS_COLOURS = {Recommendation.Status.ANSWERED: "success", Recommendation.Status.FAILED: "danger"}
BY_CUSTOMER = ("customer", AutocompleteSelectFilter)
SHOWN = 80  # characters of a question
BEGINNING = re.compile(r"[0-9a-f]{8,32}", re.IGNORECASE)  # of a trace id
UUID = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}(\1[0-9a-f]{4}){2}\1[0-9a-f]{12}", re.IGNORECASE)
OF_TRACES = {filters.TracePromptFilter.parameter_name, filters.TraceDeliveryFilter.parameter_name}
UNTOLD = ("customer_profile", "constraints", "filters", "evidence")  # in an export; long, and on the page
LISTED = (
    "created_at", "query", "status", "intent", "model", "stars", "processing_time_ms", "input_tokens", "output_tokens",
    "cost", "fallbacks", "customer__name", "customer__external_id", "stored_trace__delivery",
)  # fmt: skip


@admin.register(Recommendation)
class RecommendationAdmin(Exported, RecommendationPage):
    list_display = (
        "created_at", "question", "of_customer", "outcome", "meant", "worded_by", "rated", "ms", "tokens", "costs",
        "fell_back", "delivered",
    )  # fmt: skip
    list_display_links = ("created_at", "question")
    list_filter = (
        ("created_at", DayFilter), filters.StatusFilter, filters.IntentFilter, filters.CategoryFilter, BY_CUSTOMER,
        filters.FallbackFilter, ("stars", NumberFilter), filters.UnfoundFilter,
        filters.ProductsFilter, filters.StrategyFilter, filters.ModelFilter, filters.TracePromptFilter,
        ("processing_time_ms", NumberFilter), ("cost", NumberFilter), filters.TraceDeliveryFilter,
        filters.ChannelFilter,
    )  # fmt: skip
    list_filter_submit = True
    list_filter_sheet = True
    show_facets = admin.ShowFacets.NEVER  # they count the table, once for each value
    list_select_related = ("customer", "stored_trace")
    paginator = InfinitePaginator
    search_fields = ("query",)  # so that there is a box; get_search_results says what for
    search_help_text = (
        "The whole id of a recommendation or customer, a trace id or its beginning, or words of questions and answers: "
        'all of them, "a phrase", this or that, -without'
    )

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [each for each in self.list_filter if each != BY_CUSTOMER or sees_customers(request)]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # Of the traces that pass a filter the newest lead to the newest answers, without reading the others.
        return ("-stored_trace__started_at",) if OF_TRACES & set(request.GET) else ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recommendation]:
        found: QuerySet[Recommendation] = super().get_queryset(request)
        return found.only(*LISTED) if _view_of(request) == "changelist" else found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # An id is looked up in its index; words are searched for only where they are none.
        if not (wanted := search_term.replace("\0", "").strip()):
            return queryset, False
        if (found := queryset.filter(self._has_id(request, wanted))).exists():
            return found, False
        if _view_of(request) == "export":
            return queryset.annotate(words=WORDS).filter(matching(wanted)), False
        keys, left_out = newest_matches(queryset, wanted)
        if left_out:
            messages.info(request, left_out)
        return queryset.filter(pk__in=keys), False

    def _has_id(self, request: HttpRequest, wanted: str) -> Q:
        ids = Q(trace_id=wanted)
        if BEGINNING.fullmatch(wanted):
            ids |= Q(trace_id__startswith=wanted.lower())
        if UUID.fullmatch(wanted):
            ids |= Q(pk=wanted)
        if sees_customers(request):
            ids |= Q(customer__in=list(Customer.objects.filter(external_id=wanted)))
        return ids

    def export_queryset(self, request: HttpRequest, format_: str) -> QuerySet[Any]:
        ratings = Prefetch("ratings", Rating.objects.filter(replaced_at=None).select_related("product"))
        found = super().export_queryset(request, format_).defer(*UNTOLD)
        return found.prefetch_related("products", ratings)

    def export_columns(self, request: HttpRequest) -> Columns:
        return {name: of for name, of in COLUMNS.items() if name != "customer" or sees_customers(request)}

    def export_details(self, request: HttpRequest) -> Columns:
        return DETAILS

    # A column is sorted by only where an index has its order.

    @display(description="question")
    def question(self, recommendation: Recommendation) -> str:
        return format_html(
            '<span style="display: block; min-width: 14rem">{}</span>', Truncator(recommendation.query).chars(SHOWN)
        )

    @display(description="status", label=STATUS_COLOURS)
    def outcome(self, recommendation: Recommendation) -> str:
        return recommendation.status

    @display(description="intent")
    def meant(self, recommendation: Recommendation) -> str:
        return recommendation.intent

    @display(description="customer")
    def of_customer(self, recommendation: Recommendation) -> str:
        customer = recommendation.customer
        return page_link("customers_customer", customer.pk, str(customer)) if customer else ""

    @display(description="model")
    def worded_by(self, recommendation: Recommendation) -> str:
        return recommendation.model

    @display(description="stars")
    def rated(self, recommendation: Recommendation) -> str:
        return "" if recommendation.stars is None else f"{recommendation.stars:.1f}"

    @display(description="fallbacks", label="warning")
    def fell_back(self, recommendation: Recommendation) -> str:
        return ", ".join(dict.fromkeys(fallback.partition(":")[0] for fallback in recommendation.fallbacks))

    @display(description="ms")
    def ms(self, recommendation: Recommendation) -> str:
        return f"{recommendation.processing_time_ms:,.0f}"

    @display(description="tokens in + out")
    def tokens(self, recommendation: Recommendation) -> str:
        return f"{recommendation.input_tokens} + {recommendation.output_tokens}"

    @display(description="cost")
    def costs(self, recommendation: Recommendation) -> str:
        return f"{recommendation.cost.normalize():f}"

    @display(description="delivery", label=DELIVERY_COLOURS)
    def delivered(self, recommendation: Recommendation) -> str:
        return recommendation.stored_trace.delivery if recommendation.stored_trace else "pruned"


def _view_of(request: HttpRequest) -> str:
    """changelist, change, export …"""
    return (request.resolver_match.url_name or "").rpartition("_")[2] if request.resolver_match else ""
