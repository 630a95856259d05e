"""One recommendation, with the evidence of each product."""

from collections.abc import Iterator

from django.db.models import Avg, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from customers.admin import Large, ReadOnly
from customers.money import format_money
from recommendations.admin.common import page_link
from recommendations.models import Rating, Recommendation, RecommendedProduct
from tracing.admin.trace_page import related_links
from tracing.models import Trace


class ProductsInline(ReadOnly, TabularInline):
    model = RecommendedProduct
    tab = False
    extra = 0
    fields = ("rank", "linked", "money", "total", "score_parts", "facts", "source", "reviewed", "stars")
    readonly_fields = fields
    verbose_name_plural = "products"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RecommendedProduct]:
        current = Avg("ratings__stars", filter=Q(ratings__replaced_at=None))
        return super().get_queryset(request).annotate(average_stars=current)

    @display(description="product")
    def linked(self, item: RecommendedProduct) -> str:
        return page_link("customers_product", item.product_id, f"{item.name} ({item.external_id})")

    @display(description="price")
    def money(self, item: RecommendedProduct) -> str:
        return "" if item.price is None else format_money(item.price)

    @display(description="score")
    def total(self, item: RecommendedProduct) -> str:
        return f"{item.score:.3f}"

    @display(description="sentiment")
    def reviewed(self, item: RecommendedProduct) -> str:
        return "" if item.sentiment is None else f"{item.sentiment:.2f}"

    @display(description="parts of the score")
    def score_parts(self, item: RecommendedProduct) -> SafeString:
        parts = sorted(item.parts.items(), key=lambda part: -abs(part[1]))
        return format_html_join(SafeString("<br>"), "{} {}", ((name, f"{value:+.3f}") for name, value in parts))

    @display(description="reasons")
    def facts(self, item: RecommendedProduct) -> SafeString:
        return format_html_join(SafeString("<br>"), "{}", ((reason["text"],) for reason in item.reasons))

    @display(description="rating")
    def stars(self, item: RecommendedProduct) -> str:
        average = getattr(item, "average_stars", None)
        return "" if average is None else f"{average:.1f}"


class RatingsInline(ReadOnly, TabularInline):
    model = Rating
    extra = 0
    fields = ("stars", "product", "comment", "rater", "created_at", "replaced_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rating]:
        return super().get_queryset(request).select_related("product")


class RecommendationPage(ReadOnly, Large, ModelAdmin):
    inlines = (ProductsInline, RatingsInline)
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
