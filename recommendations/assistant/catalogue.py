"""The names that a question may mention, read once in a while."""

from django.core.cache import cache
from django.db.models import Count

from customers.models import Category, Product
from recommendations.assistant.reading import Catalogue
from recommendations.models import CatalogueWord

KEY = "assistant:catalogue"
SECONDS = 60


def catalogue() -> Catalogue:
    known: Catalogue | None = cache.get(KEY)
    if known is None:
        known = read_catalogue()
        cache.set(KEY, known, SECONDS)
    return known


def read_catalogue() -> Catalogue:
    brands = dict(Product.objects.exclude(brand="").values_list("brand").annotate(Count("pk")).order_by("brand"))
    return Catalogue(
        categories=tuple(Category.objects.order_by("name").values_list("name", flat=True)),
        brands=tuple(brands),
        everyday_brands=_everyday(brands),
    )


def _everyday(brands: dict[str, int]) -> tuple[str, ...]:
    """Those whose name is a word of more products by others than by themselves, as far as the last fit knows."""
    words = {brand.lower(): brand for brand in brands}
    used = dict(CatalogueWord.objects.filter(word__in=words).values_list("word", "products"))
    return tuple(brand for word, brand in words.items() if used.get(word, 0) > 2 * brands[brand])
