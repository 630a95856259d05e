"""The list of recommendations."""

from typing import Any

from django.contrib import admin
from django.db.models import Avg, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from unfold.decorators import display

from customers.admin import DayFilter
from customers.models import Customer
from recommendations.admin.common import ValuesFilter
from recommendations.admin.recommendation_page import RecommendationPage
from recommendations.models import Rating, Recommendation

STATUS_COLOURS = {Recommendation.Status.ANSWERED: "success", Recommendation.Status.FAILED: "danger"}


class IntentFilter(ValuesFilter):
    title = parameter_name = "intent"
    values = ("informational", "recommendation")


class ChannelFilter(ValuesFilter):
    title = parameter_name = "channel"
    values = ("api", "web", "task", "shell")


class StrategyFilter(ValuesFilter):
    title = parameter_name = "strategy"
    values = ("personal", "personal_search", "search", "popular")


@admin.register(Recommendation)
class RecommendationAdmin(RecommendationPage):
    list_display = ("created_at", "query", "customer", "outcome", "intent", "channel", "model", "stars", "ms")
    list_display_links = ("query",)
    list_filter = ("status", IntentFilter, ChannelFilter, StrategyFilter, ("created_at", DayFilter))
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("query",)
    search_help_text = "The whole id of a trace or a customer, or words of the question"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recommendation]:
        # An average a shown row: a join would read all ratings before the newest rows are found.
        current = Rating.objects.filter(recommendation=OuterRef("pk"), product=None, replaced_at=None)
        whole = current.order_by().values("recommendation").annotate(average=Avg("stars")).values("average")
        return super().get_queryset(request).annotate(average_stars=Subquery(whole))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # An id is looked up in its index; words are searched for only where they are none.
        wanted = search_term.strip()
        ids = Q(trace_id=wanted) | Q(customer__in=list(Customer.objects.filter(external_id=wanted)))
        if wanted and (found := queryset.filter(ids)).exists():
            return found, False
        return super().get_search_results(request, queryset, search_term)

    @display(description="status", label=STATUS_COLOURS)
    def outcome(self, recommendation: Recommendation) -> str:
        return recommendation.status

    @display(description="rating")
    def stars(self, recommendation: Recommendation) -> str:
        average = getattr(recommendation, "average_stars", None)
        return "" if average is None else f"{average:.1f}"

    @display(description="ms", ordering="processing_time_ms")
    def ms(self, recommendation: Recommendation) -> str:
        return f"{recommendation.processing_time_ms:.0f}"
