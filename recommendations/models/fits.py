"""What was learnt from all purchases at one time; questions are served from the active one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from django.db import models, transaction
from django.db.models import Q
from numpy.typing import NDArray

from customers.models import Product


class EngineFitQuerySet(models.QuerySet["EngineFit"]):
    def active(self) -> "EngineFit | None":
        """The fit that is served, or None before the first."""
        return self.filter(is_active=True).first()


class EngineFit(models.Model):
    """One fit of the engine, complete: what it learnt lies in its arrays."""

    created_at = models.DateTimeField(auto_now_add=True)
    is_active = models.BooleanField(default=False)
    parameters = models.JSONField(default=dict, help_text="What was chosen on customers held out, and by what figures.")
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

    @transaction.atomic
    def activate(self) -> None:
        """Serve this fit from now on, a new one or one of those that are kept."""
        EngineFit.objects.filter(is_active=True).exclude(pk=self.pk).update(is_active=False)
        self.is_active = True
        self.save(update_fields=["is_active"])

    def keep(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        for name, array in arrays.items():
            data = np.ascontiguousarray(array).tobytes()
            self.arrays.create(name=name, dtype=array.dtype.str, shape=list(array.shape), data=data)

    def read_arrays(self) -> dict[str, NDArray[Any]]:
        """By name; read-only."""
        return {row.name: row.array for row in self.arrays.all()}

    def knows_the_shop(self) -> bool:
        """Whether any product that it was fitted on is still there."""
        fitted_on = self.arrays.get(name="products").array
        return bool(fitted_on.size) and Product.objects.filter(pk__lte=int(fitted_on.max())).exists()


class FitArray(models.Model):
    """One array of a fit, as numpy holds it."""

    fit = models.ForeignKey(EngineFit, on_delete=models.CASCADE, related_name="arrays", db_index=False)
    name = models.CharField(max_length=50)
    dtype = models.CharField(max_length=10)
    shape = models.JSONField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fit", "name"], name="one_array_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def array(self) -> NDArray[Any]:
        """Read-only."""
        return np.frombuffer(self.data, self.dtype).reshape(self.shape)
