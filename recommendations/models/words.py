"""How the catalogue is found by a shopper's words."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F


class CatalogueWord(models.Model):
    """A word of the catalogue, to correct what shoppers mistype."""

    word = models.CharField(max_length=100, unique=True)
    products = models.PositiveIntegerField(help_text="Products whose name, category or brand has it.")

    class Meta:
        indexes = [GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="catalogue_word_trigrams")]
