"""How the catalogue is found by a shopper's words."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F


class CatalogueWord(models.Model):
    """A word of the catalogue, to correct what shoppers mistype."""

    word = models.CharField(max_length=100, unique=True)
    products = models.PositiveIntegerField(help_text="Products whose name, category or brand has it.")

    class Meta:
        indexes = [GinIndex(OpClass(F("word"), name="gin_trgm_ops"), name="catalogue_word_trigrams")]


class Synonym(models.Model):
    """Words, or phrases, that mean the same in this shop: who asks for one finds all. Belongs to the shop's staff."""

    words = ArrayField(
        models.CharField(max_length=40),
        help_text="What means the same, with commas between: sofa, couch, settee. Singular, as far as there is one.",
    )

    class Meta:
        indexes = [GinIndex(fields=["words"], name="synonym_words")]

    def __str__(self) -> str:
        return " = ".join(self.words)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.words = self.written(self.words)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.words = self.written(self.words)
        if len(self.words) < 2:
            raise ValidationError({"words": "At least two different words, with commas between."})

    @staticmethod
    def written(words: list[str] | None) -> list[str]:
        """In lower case, with single spaces, each once."""
        return list(dict.fromkeys(tidy for word in words or [] if (tidy := " ".join(word.lower().split()))))
