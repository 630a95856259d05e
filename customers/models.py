"""What the shop knows: who bought what, when and for how much, and what was said of it.

`external_id` is the shop's own text for a thing and what people see; integer keys stay inside.
"""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Upper
from django.utils import timezone

from customers.querysets import CustomerQuerySet, Folded, PurchaseQuerySet
from customers.storefront_keys import StorefrontKeyQuerySet, digest_of, new_secret


def shops_own_id() -> "models.CharField[str, str]":
    return models.CharField("id", max_length=64, unique=True)


class Customer(models.Model):
    external_id = shops_own_id()
    name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        help_text="Whose sign-in asks and rates as this customer.",
    )
    described_at = models.DateTimeField(
        null=True, editable=False, help_text="When the row was written that the name came from."
    )
    is_sample = models.BooleanField(default=False, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        permissions = [
            ("resolve_pseudonym", "Can see which customer a trace's pseudonym stands for"),
            ("erase_customer", "Can erase a customer for good"),
        ]
        indexes = [
            models.Index(Folded("name"), name="customer_name_folded"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="customer_name_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'Customer'} ({self.external_id})"


class Category(models.Model):
    name = models.CharField(max_length=200, unique=True)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    external_id = shops_own_id()
    name = models.CharField(max_length=300, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="products")
    brand = models.CharField(max_length=100, blank=True)
    price = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, help_text="The newest price known; empty if none is."
    )
    review_count = models.PositiveIntegerField(default=0, editable=False)
    sentiment = models.FloatField(
        null=True, editable=False, help_text="0..1, shrunk towards the shop's mean; empty without reviews."
    )
    aspects = models.JSONField(
        default=dict,
        db_default=Value({}, models.JSONField()),
        editable=False,
        help_text="How many reviews praise or criticise its quality, value, delivery and fit.",
    )
    described_at = models.DateTimeField(
        null=True, editable=False, help_text="When the row was written that name, category and brand came from."
    )
    priced_at = models.DateTimeField(null=True, editable=False, help_text="When this price was asked.")
    search_vector = SearchVectorField(null=True, editable=False)  # kept by a trigger, see migration 0002
    is_sample = models.BooleanField(default=False, editable=False)

    class Meta:
        indexes = [
            GinIndex(fields=["search_vector"], name="product_search"),
            models.Index(fields=["category", "price"], name="product_category_price"),
        ]
        constraints = [models.CheckConstraint(condition=Q(price__gte=0), name="product_price_not_negative")]

    def __str__(self) -> str:
        return f"{self.name or 'Product'} ({self.external_id})"


class Purchase(models.Model):
    """One line of a receipt."""

    # Unique by a constraint, for a unique field has a second index, for LIKE.
    external_id = models.CharField("id", max_length=64)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="purchases", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="purchases", db_index=False)
    quantity = models.PositiveIntegerField(default=1)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    purchased_at = models.DateTimeField(null=True)
    country = models.CharField(max_length=100, blank=True)
    is_sample = models.BooleanField(default=False, editable=False)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-purchased_at"], name="purchase_customer_time"),
            models.Index(fields=["product", "customer"], name="purchase_product_customer"),
            models.Index(fields=["-purchased_at"], name="purchase_time"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["external_id"], name="purchase_external_id"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="purchase_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="purchase_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.external_id}: {self.quantity} × {self.product_id}"

    @property
    def amount(self) -> Decimal | None:
        return None if self.unit_price is None else self.quantity * self.unit_price


class Review(models.Model):
    external_id = shops_own_id()
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, related_name="reviews")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="reviews", db_index=False)
    rating = models.FloatField(
        null=True, validators=[MinValueValidator(1), MaxValueValidator(5)], help_text="Stars, 1 to 5."
    )
    text = models.TextField(blank=True)
    reviewed_at = models.DateTimeField(null=True)
    sentiment = models.FloatField(help_text="0 (bad) to 1 (good), of the words and the stars.")
    sentiment_model = models.CharField(max_length=100)
    sentiment_version = models.CharField(max_length=50)
    aspects = ArrayField(
        models.CharField(max_length=20),
        null=True,
        editable=False,
        help_text="What the words praise (fit+) or criticise (fit-); empty if nobody looked yet.",
    )
    is_sample = models.BooleanField(default=False, editable=False)

    class Meta:
        indexes = [models.Index(F("product"), F("reviewed_at").desc(nulls_last=True), name="review_product_time")]
        constraints = [
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating_1_to_5"),
            models.CheckConstraint(condition=Q(sentiment__gte=0, sentiment__lte=1), name="review_sentiment_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.external_id}: {self.text[:50]}"


class SentimentModel(models.Model):
    """A classifier of reviews that was trained on the shop's starred ones, or tried to be; see customers/sentiment/."""

    trained_at = models.DateTimeField(auto_now_add=True)
    adopted = models.BooleanField(help_text="Whether it did better than VADER on reviews that it had not seen.")
    reading = models.CharField(max_length=50, help_text="The version of VADER's reading that it is built on.")
    positive = models.PositiveIntegerField(help_text="Reviews of 4 stars or more.")
    negative = models.PositiveIntegerField(help_text="Reviews of 2 stars or less.")
    figures = models.JSONField(help_text="Of both, cross-validated.")
    terms = ArrayField(models.TextField(), default=list, editable=False)
    weights = models.BinaryField(default=bytes, help_text="float32, little-endian.")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Classifier {self.pk} of {self.trained_at:%Y-%m-%d %H:%M}"

    @classmethod
    def newest(cls) -> "SentimentModel | None":
        """The trial that holds, without loading what it weighs."""
        return cls.objects.defer("terms", "weights").first()


class ShopStatistics(models.Model):
    """The one row of where a customer stands among all of them; see customers/statistics.py."""

    cuts = models.JSONField(default=dict, help_text="Values that split the customers into equal parts, by measure.")
    customers = models.PositiveIntegerField(default=0, help_text="Customers who bought something.")
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "shop statistics"

    def __str__(self) -> str:
        return f"Statistics of {self.computed_at:%Y-%m-%d %H:%M}"


class ImportRun(models.Model):
    """One file that was read, or was tried to be read."""

    class Status(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=20, choices=[(k, k) for k in ("purchases", "reviews", "products")])
    file = models.CharField(max_length=500)
    dialect = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict, help_text="Rows read, added, known, rejected by reason, contradictions.")
    rejects_file = models.CharField(max_length=500, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.kind} from {self.file}"

    def fail(self, error: BaseException) -> None:
        """Keep why nothing of the file was taken."""
        self.status = self.Status.FAILED
        self.finished_at = timezone.now()
        self.error = str(error) or type(error).__name__
        self.save()

    def heal_others(self) -> None:
        """Those that still count as running were killed, for this one alone may be at work now."""
        others = ImportRun.objects.filter(status=self.Status.RUNNING, started_at__lt=self.started_at)
        others.update(status=self.Status.FAILED, error="The import was killed.", finished_at=timezone.now())


class StorefrontKey(models.Model):
    """A storefront's right to ask. Only a hash of the key is kept."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, help_text="The key's first characters, to tell keys apart.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = StorefrontKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def renew(self) -> str:
        """Give the key a new secret, which is returned and cannot be had again; the caller saves the key."""
        secret = new_secret()
        self.prefix, self.digest = secret[:12], digest_of(secret)
        return secret
