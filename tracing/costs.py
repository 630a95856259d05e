"""What a model call costs, by the prices that staff entered."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.cache import cache
from django.utils import timezone

from tracing.models import ModelPrice

CACHED = "tracing.prices"
FOR = 60  # seconds until a new price is seen everywhere


def cost_of(model: str, usage: Mapping[str, int], on: date | None = None) -> Decimal:
    """In the currency of the price list; 0 for a model without a price, as local models are."""
    price = price_of(model, on or timezone.localdate())
    if price is None:
        return Decimal(0)
    cost = usage.get("input", 0) * price.input_price + usage.get("output", 0) * price.output_price
    return cost.quantize(Decimal("1e-8"))


def is_unpriced(model: str) -> bool:
    """Whether staff keep a price list and this model is missing in it, so that its 0 says nothing."""
    return bool(prices()) and price_of(model, timezone.localdate()) is None


def price_of(model: str, on: date) -> ModelPrice | None:
    """The newest price that is valid then and whose pattern matches the whole name."""
    fitting = [p for p in prices() if p.valid_from <= on and re.fullmatch(p.pattern, model)]
    return max(fitting, key=lambda price: (price.valid_from, price.pk), default=None)


def prices() -> list[ModelPrice]:
    rows: list[ModelPrice] | None = cache.get(CACHED)
    if rows is None:
        rows = list(ModelPrice.objects.all())
        cache.set(CACHED, rows, FOR)
    return rows


def forget_prices() -> None:
    """A price was added."""
    cache.delete(CACHED)
