"""What callers get. Money is text, so that no cent is lost; ids of customers and products are the shop's own."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models import Customer, Review
from recommendations.models import Rating, Recommendation, RecommendedProduct
from tracing.links import langfuse_url

REASONS = 2  # of a product, in its `reason`


class FavoriteCategorySerializer(serializers.Serializer[Any]):
    category = serializers.CharField()
    purchases = serializers.IntegerField()
    quantity = serializers.IntegerField()
    spent = serializers.CharField()


class RecentPurchaseSerializer(serializers.Serializer[Any]):
    product_id = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField()
    price = serializers.CharField(allow_null=True)
    purchased_at = serializers.DateTimeField(allow_null=True)


class ProfileSerializer(serializers.Serializer[Any]):
    """Describes CustomerProfile.as_json."""

    customer_id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    total_purchases = serializers.IntegerField()
    total_quantity = serializers.IntegerField()
    total_spent = serializers.CharField()
    average_price = serializers.CharField(allow_null=True)
    favorite_categories = FavoriteCategorySerializer(many=True)
    price_segment = serializers.CharField(allow_blank=True)
    purchases_per_month = serializers.FloatField(allow_null=True)
    first_purchase_at = serializers.DateTimeField(allow_null=True)
    last_purchase_at = serializers.DateTimeField(allow_null=True)
    days_since_last_purchase = serializers.IntegerField(allow_null=True)
    rfm_segment = serializers.CharField(allow_blank=True)
    recent_purchases = RecentPurchaseSerializer(many=True)
    confidence = serializers.FloatField(min_value=0, max_value=1)


class ReasonSerializer(serializers.Serializer[Any]):
    """A fact that speaks for a product; its numbers stand beside these."""

    kind = serializers.CharField()
    text = serializers.CharField()


class RecommendedProductSerializer(serializers.ModelSerializer[RecommendedProduct]):
    product_id = serializers.CharField(source="external_id")
    parts = serializers.DictField(child=serializers.FloatField(), help_text="What the score is the sum of.")
    reason = serializers.SerializerMethodField(help_text="The first reasons in words.")
    reasons = serializers.SerializerMethodField()

    class Meta:
        model = RecommendedProduct
        fields = [
            "rank",
            "product_id",
            "name",
            "category",
            "price",
            "score",
            "parts",
            "reason",
            "reasons",
            "similar_customer_count",
            "sentiment",
            "source",
        ]

    def get_reason(self, item: RecommendedProduct) -> str:
        return "; ".join(reason["text"] for reason in item.reasons[:REASONS])

    @extend_schema_field(ReasonSerializer(many=True))
    def get_reasons(self, item: RecommendedProduct) -> Any:
        return item.reasons


class RatingSerializer(serializers.ModelSerializer[Rating]):
    rating = serializers.FloatField(source="stars")
    product_id = serializers.CharField(source="product.external_id", default=None, allow_null=True)

    class Meta:
        model = Rating
        fields = ["rating", "comment", "product_id", "created_at"]


class UsageSerializer(serializers.Serializer[Any]):
    """Tokens of all language models together."""

    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    total_tokens = serializers.SerializerMethodField()

    def get_total_tokens(self, recommendation: Recommendation) -> int:
        return recommendation.input_tokens + recommendation.output_tokens


class RecommendationSerializer(serializers.ModelSerializer[Recommendation]):
    """Context: `rater` (whose ratings are shown) and `include_reasoning` (True unless said otherwise)."""

    trace_url = serializers.SerializerMethodField(help_text="In LangFuse; null where it is not connected.")
    customer_id = serializers.CharField(source="customer.external_id", default=None, allow_null=True)
    customer_profile = serializers.SerializerMethodField(help_text="As it was at the time; null without a customer.")
    constraints = serializers.DictField(help_text="What was read from the words and the filters together.")
    recommendations = RecommendedProductSerializer(source="products", many=True)
    reasoning = serializers.SerializerMethodField(help_text="The answer's words; null if they were not wanted.")
    agent_execution_order = serializers.ListField(child=serializers.CharField())
    fallbacks = serializers.ListField(child=serializers.CharField(), help_text="Where rules stood in for a model.")
    usage = UsageSerializer(source="*")
    currency = serializers.SerializerMethodField(help_text="Of all prices and sums: ISO 4217.")
    ratings = serializers.SerializerMethodField(help_text="The caller's current ones.")

    class Meta:
        model = Recommendation
        fields = [
            "id",
            "trace_id",
            "trace_url",
            "conversation_id",
            "created_at",
            "status",
            "query",
            "intent",
            "intent_category",
            "intent_confidence",
            "customer_id",
            "customer_profile",
            "constraints",
            "recommendations",
            "reasoning",
            "confidence_score",
            "processing_time_ms",
            "similar_customers_analyzed",
            "products_considered",
            "products_filtered_by_sentiment",
            "strategy",
            "agent_execution_order",
            "model",
            "fallbacks",
            "usage",
            "cost",
            "currency",
            "ratings",
        ]

    def get_trace_url(self, recommendation: Recommendation) -> str | None:
        return langfuse_url(recommendation.trace_id) or None

    @extend_schema_field(ProfileSerializer(allow_null=True))
    def get_customer_profile(self, recommendation: Recommendation) -> Any:
        return recommendation.customer_profile or None

    def get_reasoning(self, recommendation: Recommendation) -> str | None:
        return recommendation.reasoning if self.context.get("include_reasoning", True) else None

    def get_currency(self, recommendation: Recommendation) -> str:
        return settings.CURRENCY

    @extend_schema_field(RatingSerializer(many=True))
    def get_ratings(self, recommendation: Recommendation) -> Any:
        rater = self.context.get("rater")
        if not rater:
            return []
        current = recommendation.ratings.filter(rater=rater, replaced_at=None).select_related("product")
        return RatingSerializer(current, many=True).data


def response_body(recommendation: Recommendation, *, rater: str = "", include_reasoning: bool = True) -> dict[str, Any]:
    """The one shape of an answer; with `rater`, their current ratings too."""
    context = {"rater": rater, "include_reasoning": include_reasoning}
    return dict(RecommendationSerializer(recommendation, context=context).data)


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    customer_id = serializers.CharField(source="external_id")

    class Meta:
        model = Customer
        fields = ["customer_id", "name", "country"]


class CustomerPageSerializer(serializers.Serializer[Any]):
    results = CustomerSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")


class SimilarCustomerSerializer(serializers.Serializer[Any]):
    customer_id = serializers.CharField(source="external_id")
    name = serializers.CharField(allow_blank=True)
    similarity = serializers.FloatField()
    shared_products = serializers.IntegerField()


class SimilarCustomersSerializer(serializers.Serializer[Any]):
    customer_id = serializers.CharField()
    results = SimilarCustomerSerializer(many=True)


class ReviewSerializer(serializers.ModelSerializer[Review]):
    review_id = serializers.CharField(source="external_id")

    class Meta:
        model = Review
        fields = ["review_id", "rating", "text", "reviewed_at", "sentiment", "sentiment_model"]


class ReviewPageSerializer(serializers.Serializer[Any]):
    product_id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    sentiment = serializers.FloatField(allow_null=True, help_text="0..1, shrunk towards the shop's mean.")
    review_count = serializers.IntegerField()
    results = ReviewSerializer(many=True)
    next = serializers.URLField(allow_null=True)


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    trace_id = serializers.CharField(allow_null=True, help_text="Under which the log tells of the request.")
    errors = serializers.DictField(  # type: ignore[assignment]  # the class attribute is gone once it is a field
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="Of each bad field."
    )
    candidates = CustomerSerializer(many=True, required=False, help_text="All whom an ambiguous name can mean.")
    recommendation_id = serializers.UUIDField(required=False, help_text="Of the question that failed.")
