"""What the list of recommendations is filtered by."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from recommendations.models import Recommendation, RecommendedProduct
from tracing.admin.filters import OneOf, YesNo
from tracing.admin.traces import DeliveryFilter, PromptFilter

RECENT = 1_000  # recommendations whose models the filter offers: finding all would read the table
FALLBACKS = 3  # of one answer that are looked at


class StatusFilter(OneOf):
    title = parameter_name = "status"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return Recommendation.Status.values


class IntentFilter(OneOf):
    title = parameter_name = "intent"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return ("informational", "recommendation")


class CategoryFilter(OneOf):
    title, parameter_name = "category of fact", "intent_category"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return (
            "customer_profile", "favorite_categories", "general", "recent_purchases", "spending", "total_purchases",
        )  # fmt: skip


class ChannelFilter(OneOf):
    title = parameter_name = "channel"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return ("api", "web", "task", "shell")


class StrategyFilter(OneOf):
    title = parameter_name = "strategy"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return ("personal", "personal_search", "search", "popular")


class ModelFilter(OneOf):
    title = parameter_name = "model"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        newest = Recommendation.objects.order_by("-created_at").values_list("model", flat=True)
        return sorted(set(newest[:RECENT]) - {""})


class FallbackFilter(OneOf):
    """Whether anything fell back, or which agent did."""

    title = parameter_name = "fallback"

    def offered(self, request: HttpRequest) -> Iterable[str]:
        return ("yes", "no", "intent_classifier", "response_generation")

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == "no":
            return queryset.filter(fallbacks=[])
        queryset = queryset.exclude(fallbacks=[])  # as the index has it
        if value == "yes":
            return queryset
        by_agent = Q()
        for place in range(FALLBACKS):
            by_agent |= Q(**{f"fallbacks__{place}__startswith": f"{value}:"})
        return queryset.filter(by_agent)


class UnfoundFilter(YesNo):
    title, parameter_name = "looked for in vain", "unfound"

    def condition(self) -> Any:
        return ~Q(unfound="")


class ProductsFilter(YesNo):
    title = parameter_name = "products"

    def condition(self) -> Any:
        return Exists(RecommendedProduct.objects.filter(recommendation=OuterRef("pk")))


class OfTrace:
    """A filter of the recommendation's own trace."""

    def chosen(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(**{f"stored_trace__{self.of_trace}": self.wanted(value)})

    of_trace: str

    def wanted(self, value: str) -> Any:
        return value


class TracePromptFilter(OfTrace, PromptFilter):
    of_trace = "used_prompts__contains"

    def wanted(self, value: str) -> Any:
        return [value]


class TraceDeliveryFilter(OfTrace, DeliveryFilter):
    of_trace = "delivery"
