"""What was learnt from all purchases at one time; questions are served from the active one."""

from django.db import models
from django.db.models import F, Q

from customers.models import Product


class EngineFitQuerySet(models.QuerySet["EngineFit"]):
    def active(self) -> "EngineFit | None":
        """The fit that is served, or None before the first."""
        return self.filter(is_active=True).first()


class EngineFit(models.Model):
    """One fit of the engine. Serving reads the rows of the active one."""

    created_at = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=False)
    parameters = models.JSONField(default=dict)
    counts = models.JSONField(default=dict, help_text="Customers, products, purchases and neighbours of this fit.")
    quality = models.JSONField(default=dict, help_text="Hit rates on customers held out, by evidence and list length.")
    seconds = models.FloatField(default=0)

    objects = EngineFitQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["is_active"], condition=Q(is_active=True), name="one_active_fit")
        ]

    def __str__(self) -> str:
        return f"Fit {self.pk}"


class Neighbour(models.Model):
    """How much having bought `product` speaks for `neighbour`."""

    fit = models.ForeignKey(EngineFit, on_delete=models.CASCADE, db_index=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    neighbour = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    weight = models.FloatField()
    together = models.PositiveIntegerField(help_text="Customers who bought both.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fit", "product", "neighbour"], name="one_weight_a_pair")]


class ProductPopularity(models.Model):
    """How many customers bought a product: ever, and lately with old purchases fading."""

    fit = models.ForeignKey(EngineFit, on_delete=models.CASCADE, db_index=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    buyers = models.PositiveIntegerField()
    recent = models.FloatField(help_text="First purchases, halved every 30 days before the fit's newest purchase.")

    class Meta:
        indexes = [models.Index(F("fit"), F("recent").desc(), name="popularity_by_recent")]
        constraints = [models.UniqueConstraint(fields=["fit", "product"], name="one_popularity_a_product")]
