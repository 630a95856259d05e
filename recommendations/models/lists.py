"""The lists of the home page, made ahead for every customer, and the chunks in which they are made."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from customers.models import Customer
from recommendations.models.fits import EngineFit

LEASE = timedelta(minutes=5)


class HomeList(models.Model):
    """The best products for a customer when it was made, some more than are shown; served while its fit is."""

    customer = models.ForeignKey(
        Customer,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        help_text="None: of everybody who bought nothing.",
    )
    fit = models.ForeignKey(EngineFit, on_delete=models.CASCADE, related_name="+", db_index=False)
    computed_at = models.DateTimeField()
    evidence = models.JSONField(help_text="The products, the best first, with what speaks for each; by columns.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer"], name="one_home_list_a_customer", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"Home list of {self.customer_id or 'everybody'} by {self.fit_id}"

    @staticmethod
    def keep(lists: Sequence["HomeList"]) -> None:
        """In place of those that the customers had; a customer who was deleted meanwhile gets none."""
        of = [one.customer_id for one in lists if one.customer_id]
        with transaction.atomic():
            customers = Customer.objects.filter(pk__in=of).order_by("pk").select_for_update(no_key=True)
            there = {None, *customers.values_list("pk", flat=True)}
            HomeList.objects.bulk_create(
                [one for one in lists if one.customer_id in there],
                update_conflicts=True,
                unique_fields=["customer"],
                update_fields=["fit", "computed_at", "evidence"],
            )


class ListChunkQuerySet(models.QuerySet["ListChunk"]):
    def start(self, fit: EngineFit, spans: Sequence[tuple[int, int]]) -> None:
        """The work to be done for a fit, once; that for other fits is given up."""
        with transaction.atomic():
            self.exclude(fit=fit).delete()
            self.bulk_create(
                [ListChunk(fit=fit, first=first, last=last) for first, last in spans], ignore_conflicts=True
            )

    def open(self, fit: EngineFit) -> "ListChunkQuerySet":
        """What is not done, nor being done."""
        unclaimed = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now())
        return self.filter(unclaimed, fit=fit, done_at=None)

    def being_made(self, fit: EngineFit) -> "ListChunkQuerySet":
        return self.filter(fit=fit, done_at=None, claimed_until__gte=timezone.now())

    def claim(self, fit: EngineFit) -> "ListChunk | None":
        """A chunk that nobody else is given for some minutes; None if there is none left."""
        with transaction.atomic():
            chunk = self.open(fit).order_by("first").select_for_update(skip_locked=True).first()
            if chunk:
                chunk.claimed_until = timezone.now() + LEASE
                chunk.save(update_fields=["claimed_until"])
        return chunk


class ListChunk(models.Model):
    """Customers with neighbouring keys, whose lists are made at once: a claim for some minutes, then done."""

    fit = models.ForeignKey(EngineFit, on_delete=models.CASCADE, related_name="+", db_index=False)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    claimed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = ListChunkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fit", "first"], name="one_list_chunk_a_span")]

    def __str__(self) -> str:
        return f"Customers {self.first} to {self.last}"

    def finish(self, lists: Sequence[HomeList]) -> bool:
        """Keep the lists, unless the claim has gone to somebody else or another fit's round has begun."""
        with transaction.atomic():
            mine = ListChunk.objects.filter(pk=self.pk, claimed_until=self.claimed_until, done_at=None)
            if not mine.update(done_at=timezone.now()):
                return False
            HomeList.keep(lists)
        return True
