"""What callers send."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from recommendations.engine.constraints import Constraints
from recommendations.models import MAX_COMMENT, MAX_PRODUCTS, MAX_QUERY

TEXTS = {"type": "array", "items": {"type": "string"}}
FILTERS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "categories": TEXTS,
        "exclude_categories": TEXTS,
        "brands": TEXTS,
        "exclude_brands": TEXTS,
        "exclude_products": TEXTS,
        "min_price": {"type": "string", "description": "Inclusive, in the shop's currency; a number is taken too."},
        "max_price": {"type": "string"},
        "min_sentiment": {"type": "number", "minimum": 0, "maximum": 1},
        "exclude_bought": {
            "type": "boolean",
            "description": "Whether what the customer has is left out; by default as the shop's customers buy.",
        },
    },
}


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know, so that no typing error passes for a wish."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


@extend_schema_field(FILTERS)
class FiltersField(serializers.DictField):
    """What Constraints.from_filters takes, kept as it was sent."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        filters: dict[str, Any] = super().to_internal_value(data)
        try:
            Constraints.from_filters(filters)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error
        return filters


class QuestionRequest(StrictSerializer):
    query = serializers.CharField(max_length=MAX_QUERY, help_text="The question in the shopper's own words.")
    customer_id = serializers.CharField(max_length=64, required=False, allow_null=True, help_text="The shop's own id.")
    customer_name = serializers.CharField(
        max_length=200, required=False, allow_null=True, help_text="Instead of the id, where the name is unique."
    )
    top_n = serializers.IntegerField(min_value=1, max_value=MAX_PRODUCTS, default=5, help_text="Products at most.")
    include_reasoning = serializers.BooleanField(default=True, help_text="Whether to answer in words too.")
    filters = FiltersField(default=dict, help_text="Hard limits beside the words.")
    conversation_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Of an earlier answer, to continue it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("customer_id") and attrs.get("customer_name"):
            raise serializers.ValidationError({"customer_name": ["Give customer_id or customer_name, not both."]})
        return attrs


class RatingRequest(StrictSerializer):
    rating = serializers.DecimalField(
        max_digits=2, decimal_places=1, min_value=Decimal(1), max_value=Decimal(5), help_text="1 to 5, halves allowed."
    )
    comment = serializers.CharField(max_length=MAX_COMMENT, allow_blank=True, default="")
    product_id = serializers.CharField(
        max_length=64, required=False, allow_null=True, help_text="One of the products; without it the whole is rated."
    )

    def validate_rating(self, stars: Decimal) -> Decimal:
        if stars * 2 % 1:
            raise serializers.ValidationError("Only halves are allowed.")
        return stars


class CustomersQuery(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200, required=False, help_text="Part of the name, in any case.")
    after = serializers.CharField(max_length=64, required=False, help_text="The id after which the page begins.")
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)


class SimilarQuery(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=50, default=20)


class ReviewsQuery(serializers.Serializer[Any]):
    offset = serializers.IntegerField(min_value=0, max_value=100_000, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
