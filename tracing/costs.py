"""What a model call costs, by the prices that staff entered, and what hosted models would ask for the same tokens."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from tracing.models import ModelPrice

EDITION = "tracing.prices"  # in the cache
FOR = 60  # seconds until a new price is seen everywhere
HOSTED = Path(__file__).with_name("hosted_prices.json")


def cost_of(model: str, usage: Mapping[str, int], seconds: float = 0, on: date | None = None) -> Decimal:
    """In COST_CURRENCY: tokens × their prices + seconds of the call × the price of a second.

    0 for a model without a price, as local models are.
    """
    price = price_of(model, on or timezone.localdate())
    if price is None:
        return Decimal(0)
    cost = (
        usage.get("input", 0) * (price.input_price or Decimal(0))
        + usage.get("output", 0) * (price.output_price or Decimal(0))
        + Decimal(str(seconds)) * (price.second_price or Decimal(0))
    )
    return cost.quantize(Decimal("1e-8"))


free_models: set[str] = set()
"""Apps add the names of what they call a model and is none, as rules are: no price is missing for these."""


def is_unpriced(model: str) -> bool:
    """Whether staff keep a price list and this model is missing in it, so that its 0 says nothing."""
    return bool(listed()) and model not in free_models and price_of(model, timezone.localdate()) is None


def price_of(model: str, on: date) -> ModelPrice | None:
    """The newest price that is valid then and whose pattern matches the whole name.

    A price ends the former one of its pattern for good: that does not come back when its follower ends.
    """
    return _price_of(model, on, settings.COST_CURRENCY, edition())


@lru_cache(maxsize=1_000)
def _price_of(model: str, on: date, currency: str, edition: str) -> ModelPrice | None:
    """Once for all calls of a model on a day: it is asked for with every observation of a model call."""
    begun = [price for price in prices() if price.valid_from <= on and re.fullmatch(price.pattern, model)]
    begun.sort(key=lambda price: (price.valid_from, price.pk))
    followers = {price.pattern: price for price in begun}.values()
    valid = [price for price in followers if price.is_valid_on(on)]
    return max(valid, key=lambda price: (price.valid_from, price.pk), default=None)


def prices() -> list[ModelPrice]:
    """Those in COST_CURRENCY: amounts in two currencies have no sum."""
    return [price for price in listed() if price.currency == settings.COST_CURRENCY]


def listed() -> list[ModelPrice]:
    return _listed(edition())


@lru_cache(maxsize=1)
def _listed(edition: str) -> list[ModelPrice]:
    return list(ModelPrice.objects.all())


def edition() -> str:
    """Of the list of prices. The shared cache tells it and no more: unpickling the rows for every model call would
    cost more than the rest of its observation.
    """
    current: str | None = cache.get(EDITION)
    if current is None:
        current = uuid.uuid4().hex
        cache.set(EDITION, current, FOR)
    return current


def forget_prices() -> None:
    """A price was added or ended."""
    cache.delete(EDITION)


@dataclass(frozen=True)
class HostedPrice:
    """What a provider asks for one token."""

    name: str
    provider: str
    input_price: Decimal
    output_price: Decimal

    def cost(self, input_tokens: int, output_tokens: int) -> Decimal:
        return input_tokens * self.input_price + output_tokens * self.output_price


@dataclass(frozen=True)
class HostedPrices:
    """List prices of hosted models, as they were on a day."""

    as_of: date
    currency: str
    source: str
    models: tuple[HostedPrice, ...]


@lru_cache(maxsize=1)
def hosted_prices() -> HostedPrices:
    """Of hosted_prices.json, which has them a million tokens. They are to compare with; no trace is priced by them."""
    file = json.loads(HOSTED.read_text(), parse_float=Decimal)
    return HostedPrices(
        as_of=date.fromisoformat(file["as_of"]),
        currency=file["currency"],
        source=file["source"],
        models=tuple(
            HostedPrice(
                name=model["name"],
                provider=model["provider"],
                input_price=Decimal(model["input_price"]) / 1_000_000,
                output_price=Decimal(model["output_price"]) / 1_000_000,
            )
            for model in file["models"]
        ),
    )
