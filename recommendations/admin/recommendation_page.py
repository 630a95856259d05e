"""One recommendation, with the evidence of each product."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from customers.admin import Large, ReadOnly
from recommendations.admin.common import TellsWho, page_link, sees_customers
from recommendations.admin.evidence import evidence_shown
from recommendations.models import Rating, Recommendation
from tracing.admin.trace_page import related_links
from tracing.models import Trace


class RatingsInline(ReadOnly, TabularInline):
    model = Rating
    extra = 0
    fields = ("stars", "product", "comment", "rater", "created_at", "replaced_at")
    readonly_fields = fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field for field in self.fields if field != "rater" or sees_customers(request)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rating]:
        return super().get_queryset(request).select_related("product")


class RecommendationPage(TellsWho, ReadOnly, Large, ModelAdmin):
    who_fields = ("of_customer", "who", "customer", "customer_profile", "asked_by_user")
    change_form_outer_before_template = "admin/recommendations/recommendation/before_fields.html"
    inlines = (RatingsInline,)
    fieldsets = (
        (None, {"fields": ("query", "reasoning", "error", ("outcome", "created_at"), ("who", "channel"), "trace")}),
        (
            "Understood as",
            {
                "classes": ("tab",),
                "fields": (("intent", "certainty"), "intent_category", "constraints", "filters"),
            },
        ),
        (
            "Found",
            {
                "classes": ("tab",),
                "fields": (
                    ("strategy", "hit_rate"),
                    ("products_considered", "products_filtered_by_sentiment"),
                    "similar_customers_analyzed",
                ),
            },
        ),
        (
            "Worked out by",
            {
                "classes": ("tab",),
                "fields": (
                    "agent_execution_order",
                    ("model", "ms"),
                    "fallbacks",
                    ("input_tokens", "output_tokens"),
                    "cost",
                ),
            },
        ),
        ("Customer", {"classes": ("tab",), "fields": ("customer", "customer_profile")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if sees_customers(request):
            return self.fieldsets
        words: Any
        (title, words), *others, _ = self.fieldsets  # the last is the customer's
        fields = tuple("channel" if field == ("who", "channel") else field for field in words["fields"])
        return [(title, {"fields": fields}), *others]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        recommendation = self.get_object(request, object_id)
        allowed = recommendation is not None and self.has_view_permission(request, recommendation)
        shown = {"panel": evidence_shown(request, recommendation)} if allowed else {}
        answer: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})
        return answer

    @display(description="intent confidence")
    def certainty(self, recommendation: Recommendation) -> str:
        return "" if recommendation.intent_confidence is None else f"{recommendation.intent_confidence:.3f}"

    @display(description="confidence score")
    def hit_rate(self, recommendation: Recommendation) -> str:
        """How often such a list held the next purchase when it was measured."""
        return "" if recommendation.confidence_score is None else f"{recommendation.confidence_score:.3f}"

    @display(description="trace")
    def trace(self, recommendation: Recommendation) -> str:
        return page_link("tracing_trace", recommendation.stored_trace_id, recommendation.trace_id)

    @display(description="asked by")
    def who(self, recommendation: Recommendation) -> str:
        asker = recommendation.asked_by_key or recommendation.asked_by_user or "the shell or a task"
        return f"{asker}, for {recommendation.customer or 'nobody in particular'}"


def recommendation_of(trace: Trace) -> Iterator[tuple[str, str]]:
    """The link from a trace's page to what it explains."""
    for recommendation in Recommendation.objects.filter(stored_trace=trace):
        yield "Recommendation", reverse("admin:recommendations_recommendation_change", args=[recommendation.pk])


related_links.append(recommendation_of)
