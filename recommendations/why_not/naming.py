"""Which product staff mean."""

from typing import NamedTuple

from django.contrib.postgres.search import SearchQuery

from customers.models import Product
from recommendations.engine.allowed import storable
from recommendations.models import Recommendation

SHOWN = 10  # products that a name may mean


class Named(NamedTuple):
    products: list[Product]
    more: bool  # than are shown


def products_named(recommendation: Recommendation, text: str) -> Named:
    """By the whole id, or by words of its name, brand and category; at most four queries.

    Those that the recommendation's evidence knows come first. A product that the shop has no more is found by its id
    if the evidence knows it, as a row that is not stored.
    """
    text = storable(text).strip()
    names = {row[0]: "" for part in ("candidates", "excluded") for row in _rows(recommendation, part)}
    names |= dict(recommendation.products.values_list("external_id", "name"))
    products = Product.objects.select_related("category")
    if exact := products.filter(external_id=text).first():
        return Named([exact], False)
    if text in names:
        return Named([Product(external_id=text, name=names[text])], False)
    if not text:
        return Named([], False)
    called = products.filter(search_vector=SearchQuery(text, config="shopassist")).defer("aspects", "search_vector")
    near = list(called.filter(external_id__in=list(names))[: SHOWN + 1])
    far = called.exclude(external_id__in=list(names))[: SHOWN + 1 - len(near)] if len(near) <= SHOWN else []
    found = [*near, *far]
    if same := [product for product in found if product.name.casefold() == text.casefold()]:
        found = same
    return Named(found[:SHOWN], len(found) > SHOWN)


def _rows(recommendation: Recommendation, part: str) -> list[list[str]]:
    rows: list[list[str]] = recommendation.evidence.get(part, [])
    return rows
