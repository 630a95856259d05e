"""What staff see of recommendations, ratings and fits, history that nobody edits; and the synonyms, which they do."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Avg, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from customers.admin import DayFilter, Large, ReadOnly
from customers.models import Customer
from customers.money import format_money
from recommendations.models import Conversation, EngineFit, Rating, Recommendation, RecommendedProduct, Synonym
from tracing.admin import related_links
from tracing.models import Trace

STATUS_COLOURS = {Recommendation.Status.ANSWERED: "success", Recommendation.Status.FAILED: "danger"}


class ValuesFilter(admin.SimpleListFilter):
    """Of a field whose values are known: to find them Django would read the whole table."""

    parameter_name: str
    values: tuple[str, ...]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, value.replace("_", " ")) for value in self.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() in self.values else queryset


class IntentFilter(ValuesFilter):
    title = parameter_name = "intent"
    values = ("informational", "recommendation")


class ChannelFilter(ValuesFilter):
    title = parameter_name = "channel"
    values = ("api", "web", "task", "shell")


class StrategyFilter(ValuesFilter):
    title = parameter_name = "strategy"
    values = ("personal", "personal_search", "search", "popular")


class StarsFilter(ValuesFilter):
    title = parameter_name = "stars"
    values = ("5.0", "4.5", "4.0", "3.5", "3.0", "2.5", "2.0", "1.5", "1.0")


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


@admin.register(Recommendation)
class RecommendationAdmin(ReadOnly, Large, ModelAdmin):
    list_display = ("created_at", "query", "customer", "outcome", "intent", "channel", "model", "stars", "ms")
    list_display_links = ("query",)
    list_filter = ("status", IntentFilter, ChannelFilter, StrategyFilter, ("created_at", DayFilter))
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("query",)
    search_help_text = "The whole id of a trace or a customer, or words of the question"
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


@admin.register(Rating)
class RatingAdmin(ReadOnly, Large, ModelAdmin):
    list_display = ("created_at", "stars", "comment", "product", "recommendation", "rater", "replaced_at")
    list_filter = (StarsFilter, ("created_at", DayFilter))
    list_filter_submit = True
    list_select_related = ("product", "recommendation")
    search_fields = ("comment", "=rater")
    ordering = ("-pk",)


@admin.register(EngineFit)
class EngineFitAdmin(ReadOnly, ModelAdmin):
    list_display = ("id", "created_at", "is_active", "purchases", "products", "ndcg", "took")

    @display(description="purchases")
    def purchases(self, fit: EngineFit) -> str:
        return f"{fit.counts.get('purchases', 0):,}"

    @display(description="products")
    def products(self, fit: EngineFit) -> str:
        return f"{fit.counts.get('products', 0):,}"

    @display(description="NDCG@10 on customers held out", empty_value="-")
    def ndcg(self, fit: EngineFit) -> float | None:
        return fit.parameters.get("ndcg_10")

    @display(description="took")
    def took(self, fit: EngineFit) -> str:
        return f"{fit.seconds:.1f} s"


@admin.register(Conversation)
class ConversationAdmin(ReadOnly, Large, ModelAdmin):
    list_display = ("id", "customer", "created_at")
    list_select_related = ("customer",)


@admin.register(Synonym)
class SynonymAdmin(ModelAdmin):
    list_display = ("__str__",)
    search_fields = ("words",)


def recommendation_of(trace: Trace) -> Iterator[tuple[str, str]]:
    """The link from a trace's page to what it explains."""
    for recommendation in Recommendation.objects.filter(stored_trace=trace):
        yield "Recommendation", reverse("admin:recommendations_recommendation_change", args=[recommendation.pk])


related_links.append(recommendation_of)


def page_link(model: str, pk: Any, text: str) -> str:
    """The text, as a link to the row's admin page where the row is still there."""
    if pk is None:
        return text
    return format_html(
        '<a class="text-primary-600 underline" href="{}">{}</a>', reverse(f"admin:{model}_change", args=[pk]), text
    )
