"""What the shop proposed, on what evidence, and what came of it."""

import uuid
from decimal import Decimal
from functools import partial

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Avg, F, OuterRef, Q, Subquery
from django.utils import timezone

from customers.models import Customer, Product, StorefrontKey
from recommendations import metrics
from recommendations.people import people_in
from tracing.masking import mask_text
from tracing.models import Trace
from tracing.storage import record_score

MAX_QUERY = 1_000  # characters of a question
MAX_PRODUCTS = 20  # in one list
MAX_COMMENT = 2_000  # characters of a rating's comment
EMBEDDED = "embedded-composer"  # the model of an answer that rules worded


class Conversation(models.Model):
    """Questions that belong together; its id is the session of their traces."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.pk)


class Recommendation(models.Model):
    """The answer to one question, with all that it rests on. An informational answer has no products."""

    class Status(models.TextChoices):
        ANSWERED = "answered"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trace_id = models.CharField(max_length=32, db_index=True)
    stored_trace = models.OneToOneField(
        Trace,
        on_delete=models.SET_NULL,
        null=True,
        related_name="recommendation",
        help_text="The very row, for a trace id may belong to several; empty once it was pruned.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ANSWERED)
    error = models.TextField(blank=True)

    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, blank=True)
    asked_by_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    asked_by_key = models.ForeignKey(StorefrontKey, on_delete=models.SET_NULL, null=True, blank=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, blank=True)
    channel = models.CharField(max_length=10, help_text="api, web, task or shell.")

    query = models.TextField(help_text="The shopper's own words; nowhere else unmasked.")
    top_n = models.PositiveSmallIntegerField(default=5)
    filters = models.JSONField(default=dict, help_text="What the caller demanded beside the words.")
    constraints = models.JSONField(default=dict, help_text="What was read from the words and the filters together.")
    intent = models.CharField(max_length=20, blank=True)
    intent_category = models.CharField(max_length=30, blank=True, help_text="Which fact was asked for.")
    intent_confidence = models.FloatField(null=True)

    customer_profile = models.JSONField(default=dict)
    reasoning = models.TextField(blank=True, help_text="The answer's words.")
    confidence_score = models.FloatField(
        null=True, help_text="How often such a list held the next purchase when it was measured; empty if it was not."
    )
    strategy = models.CharField(max_length=40, blank=True)
    similar_customers_analyzed = models.PositiveIntegerField(default=0)
    products_considered = models.PositiveIntegerField(default=0)
    products_filtered_by_sentiment = models.PositiveIntegerField(default=0)
    evidence = models.JSONField(default=dict, help_text="What became of every candidate, and why.")
    unfound = models.CharField(max_length=200, blank=True, help_text="What was looked for and the shop does not have.")
    stars = models.FloatField(null=True, help_text="The mean of its current ratings.")

    model = models.CharField(max_length=100, blank=True, help_text="The model that worded the answer.")
    agent_execution_order = ArrayField(models.CharField(max_length=40), default=list)
    fallbacks = ArrayField(models.CharField(max_length=200), default=list)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=8, default=0)
    processing_time_ms = models.FloatField(default=0)

    class Meta:
        ordering = ["-created_at"]
        permissions = [("export_recommendation", "Can export recommendations")]
        indexes = [
            # What the list is filtered by lies beside the order, so that rows of no match are not read.
            models.Index(
                fields=["-created_at", "-id"],
                include=[
                    "status",
                    "intent",
                    "intent_category",
                    "channel",
                    "strategy",
                    "model",
                    "stars",
                    "cost",
                    "processing_time_ms",
                ],
                name="recommendation_list",
            ),
            models.Index(F("customer"), F("created_at").desc(), name="recommendation_customer_time"),
            models.Index(F("created_at").desc(), condition=Q(stars__isnull=False), name="recommendation_rated"),
            models.Index(F("created_at").desc(), condition=~Q(unfound=""), name="recommendation_unfound"),
            models.Index(F("created_at").desc(), condition=~Q(fallbacks=[]), name="recommendation_fallbacks"),
            GinIndex(SearchVector("query", "reasoning", config="simple"), name="recommendation_words"),
        ]

    def __str__(self) -> str:
        return self.query[:80]

    @transaction.atomic
    def rate(self, *, rater: str, stars: Decimal, comment: str = "", product_id: str = "") -> "Rating":
        """Keep what the rater thinks of the whole or, with `product_id`, of one product: with its score, or not at all.

        A changed rating keeps the former one as history; the same again changes nothing. Raises ValueError for a
        question that failed or stars that are not 1 to 5 in halves, RecommendedProduct.DoesNotExist for a product
        that was not recommended here.
        """
        if self.status == self.Status.FAILED:
            raise ValueError("This question got no answer that could be rated.")
        if not 1 <= stars <= 5 or stars * 2 % 1:
            raise ValueError("A rating is 1 to 5 stars, halves allowed.")
        product = self.products.get(external_id=product_id) if product_id else None
        # Two ratings at once wait for each other here.
        locked = Recommendation.objects.select_for_update(of=("self",)).select_related("stored_trace").get(pk=self.pk)
        former = self.ratings.filter(rater=rater, product=product, replaced_at=None).first()
        if former and (former.stars, former.comment) == (stars, comment):
            return former
        if former:
            former.replaced_at = timezone.now()
            former.save(update_fields=["replaced_at"])
        rating = self.ratings.create(rater=rater, product=product, stars=stars, comment=comment)
        rating.is_first = former is None
        if locked.stored_trace:
            self._record_score(locked.stored_trace, rating)
        current = Rating.objects.filter(recommendation=OuterRef("pk"), replaced_at=None).order_by()
        mean = current.values("recommendation").values(mean=Avg("stars", output_field=models.FloatField()))
        Recommendation.objects.filter(pk=self.pk).update(stars=Subquery(mean))
        transaction.on_commit(partial(metrics.observe_rating, rating))
        return rating

    def _record_score(self, trace: Trace, rating: "Rating") -> None:
        product_id = rating.product.external_id if rating.product else ""
        words = ": ".join(filter(None, (product_id, rating.comment)))
        record_score(
            trace,
            "user_rating",
            float(rating.stars),
            comment=mask_text(words, people_in(words, self.customer.name if self.customer else "")),
            score_id=rating.score_id,
        )


class RecommendedProduct(models.Model):
    """One product of the list, as it was when it was recommended."""

    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.CASCADE, related_name="products", db_index=False
    )
    rank = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True)
    external_id = models.CharField("product id", max_length=64)
    name = models.CharField(max_length=300)
    category = models.CharField(max_length=200, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    score = models.FloatField()
    parts = models.JSONField(default=dict, help_text="What the score is the sum of.")
    reasons = models.JSONField(default=list, help_text="Facts that speak for it: kind, text and numbers.")
    similar_customer_count = models.PositiveIntegerField(default=0)
    sentiment = models.FloatField(null=True)
    source = models.CharField(max_length=30, help_text="Where the candidate came from.")

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["recommendation", "rank"], name="one_product_a_rank"),
            models.UniqueConstraint(fields=["recommendation", "external_id"], name="no_product_twice"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.name}"


class Rating(models.Model):
    """Stars for a recommendation or one of its products. A changed rating is a new row beside the old one."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="ratings")
    product = models.ForeignKey(
        RecommendedProduct, on_delete=models.CASCADE, null=True, blank=True, related_name="ratings"
    )
    rater = models.CharField(max_length=80, help_text="Who rated: customer:…, key:… or user:….")
    stars = models.DecimalField(
        max_digits=2,
        decimal_places=1,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="1 to 5, halves allowed.",
    )
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="When the rater changed it.")

    is_first = False  # Recommendation.rate sets it where the rater had not rated this before

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="rating_1_to_5"),
            models.UniqueConstraint(
                fields=["recommendation", "product", "rater"],
                condition=Q(replaced_at=None),
                nulls_distinct=False,
                name="one_current_rating",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stars} stars"

    @property
    def score_id(self) -> uuid.UUID:
        """Of its score on the trace; the same when the rater changes the rating."""
        return uuid.uuid5(self.recommendation_id, f"{self.product.external_id if self.product else ''} {self.rater}")

    @staticmethod
    def rater_of(customer: Customer) -> str:
        """The customer as a rater, through whichever door they come."""
        return f"customer:{customer.external_id}"
