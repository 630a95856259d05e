"""The names that a question may mention, read once in a while."""

from django.core.cache import cache

from customers.models import Category, Product
from recommendations.assistant.reading import Catalogue

KEY = "assistant:catalogue"
SECONDS = 60


def catalogue() -> Catalogue:
    known: Catalogue | None = cache.get(KEY)
    if known is None:
        known = read_catalogue()
        cache.set(KEY, known, SECONDS)
    return known


def read_catalogue() -> Catalogue:
    return Catalogue(
        categories=tuple(Category.objects.order_by("name").values_list("name", flat=True)),
        brands=tuple(Product.objects.exclude(brand="").order_by("brand").values_list("brand", flat=True).distinct()),
    )
