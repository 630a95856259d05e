"""What products mean, as numbers that can be compared."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast
from pgvector.django import HalfVectorField, HnswIndex

from customers.models import Product

INDEXED = (384, 768, 1024)  # dimensions of the usual models; vectors of others are compared one by one


def nearest_by_index(dimensions: int) -> HnswIndex:
    """An index of vectors of one length: only such can be compared."""
    column = OpClass(Cast("vector", HalfVectorField(dimensions=dimensions)), name="halfvec_cosine_ops")
    return HnswIndex(column, name=f"embedding_{dimensions}", condition=Q(dimensions=dimensions))


class ProductEmbedding(models.Model):
    """A product's vector by one model. Another model's is made in its place, of whatever length that model's are."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="+")
    model = models.CharField(max_length=200, blank=True, help_text="As in EMBEDDING_MODEL; empty before the first.")
    vector = HalfVectorField(null=True, help_text="Of length 1, in half precision.")
    dimensions = models.GeneratedField(
        expression=Func(F("vector"), function="vector_dims"),
        output_field=models.IntegerField(null=True),
        db_persist=True,
    )
    text_digest = models.CharField(max_length=32, blank=True, help_text="MD5 of what was embedded.")
    claimed_until = models.DateTimeField(null=True, help_text="Somebody is embedding it, and will have done by then.")

    class Meta:
        indexes = [nearest_by_index(dimensions) for dimensions in INDEXED]

    def __str__(self) -> str:
        return f"{self.product_id} by {self.model}"


class QuestionVectors(models.Model):
    """The vectors of the questions that the intent classifier learns from, by one model."""

    model = models.CharField(max_length=200, help_text="As in EMBEDDING_MODEL.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the questions.")
    vectors = models.BinaryField(help_text="Rows of length 1 in the questions' order, in half precision.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "digest"], name="question_vectors_once")]

    def __str__(self) -> str:
        return f"Questions by {self.model}"
