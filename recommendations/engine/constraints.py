"""What a list of products has to obey, read from the shopper's words and the caller's filters."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

FILTERS = {
    "categories": "categories",
    "exclude_categories": "excluded_categories",
    "brands": "brands",
    "exclude_brands": "excluded_brands",
    "exclude_products": "excluded_products",
    "min_price": "min_price",
    "max_price": "max_price",
    "min_sentiment": "min_sentiment",
    "exclude_bought": "exclude_bought",
}
HIGHEST_PRICE = Decimal("9999999999.99")  # that a product can have
FINEST = Decimal("0.0001")  # what finer digits are rounded to


@dataclass(frozen=True)
class Constraints:
    """Empty means that anything goes. Names of categories and brands are as the shop writes them, in any case."""

    words: str = ""  # what the product has to be called; empty: taste alone decides
    excluded_words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # of any of these
    excluded_categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    excluded_brands: tuple[str, ...] = ()
    excluded_products: tuple[str, ...] = ()  # the shop's own ids
    min_price: Decimal | None = None  # inclusive, in the shop's currency
    max_price: Decimal | None = None
    currency: str = ""  # the currency that the shopper named, if any: ISO 4217
    min_sentiment: float | None = None  # 0..1; None: the shop's threshold
    exclude_bought: bool | None = None  # None: as the shop's customers buy
    count: int | None = None  # how many products the shopper wants

    @classmethod
    def from_filters(cls, filters: Mapping[str, Any]) -> "Constraints":
        """What a caller demands beside the words. Raises ValueError with a sentence about the first bad filter."""
        if unknown := sorted(set(filters) - set(FILTERS)):
            raise ValueError(f"Unknown filter {unknown[0]!r}; known are {', '.join(FILTERS)}.")
        values = {FILTERS[name]: _read(name, value) for name, value in filters.items() if value is not None}
        wanted = cls(**values)
        if wanted.min_price is not None and wanted.max_price is not None and wanted.min_price > wanted.max_price:
            raise ValueError("min_price is above max_price.")
        return wanted

    def and_also(self, other: "Constraints") -> "Constraints":
        """Both at once: exclusions add up, the narrower price range and the stricter threshold hold.

        Categories, or brands, that the two do not share are looked for by name within those of `other`: then a
        shopper who asks for shoes in a list that may only hold books hears that there are none.
        """
        categories, strange_categories = _shared(self.categories, other.categories)
        brands, strange_brands = _shared(self.brands, other.brands)
        lowest = [price for price in (self.min_price, other.min_price) if price is not None]
        highest = [price for price in (self.max_price, other.max_price) if price is not None]
        strictest = [floor for floor in (self.min_sentiment, other.min_sentiment) if floor is not None]
        return replace(
            self,
            words=" ".join(filter(None, (self.words, *strange_categories, *strange_brands))),
            categories=categories,
            excluded_categories=self.excluded_categories + other.excluded_categories,
            brands=brands,
            excluded_brands=self.excluded_brands + other.excluded_brands,
            excluded_products=self.excluded_products + other.excluded_products,
            min_price=max(lowest, default=None),
            max_price=min(highest, default=None),
            min_sentiment=max(strictest, default=None),
            exclude_bought=_strictest(self.exclude_bought, other.exclude_bought),
        )

    def limits(self) -> list[str]:
        """What is demanded beside the words, to go after the name of a thing."""
        return [
            phrase
            for phrase, demanded in {
                "in that price range": self.min_price is not None or self.max_price is not None,
                "in those categories": self.categories,
                "of those brands": self.brands,
                "without what was ruled out": (
                    self.excluded_words or self.excluded_categories or self.excluded_brands or self.excluded_products
                ),
            }.items()
            if demanded
        ]

    def as_json(self) -> dict[str, Any]:
        """Only what is set; money as text."""
        default = asdict(Constraints())
        return {
            name: str(value) if isinstance(value, Decimal) else list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value != default[name]
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Constraints":
        """What `as_json` wrote, whichever release did; what this one does not know is left out."""
        values: dict[str, Any] = {name: value for name, value in kept.items() if name in cls.__dataclass_fields__}
        for name, value in values.items():
            if name.endswith("_price"):
                values[name] = Decimal(value)
            elif isinstance(value, list):
                values[name] = tuple(value)
        return cls(**values)


def _shared(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that both allow, and ours where there are none; who names none allows all."""
    if not ours or not theirs:
        return ours or theirs, ()
    known = {name.casefold() for name in theirs}
    shared = tuple(name for name in ours if name.casefold() in known)
    return (shared, ()) if shared else (theirs, ours)


def _strictest(one: bool | None, other: bool | None) -> bool | None:
    demanded = [demand for demand in (one, other) if demand is not None]
    return any(demanded) if demanded else None


def _read(name: str, value: Any) -> Any:
    if name.endswith("_price"):
        return _price(name, value)
    if name == "min_sentiment":
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ValueError("min_sentiment has to be a number from 0 to 1.")
        return float(value)
    if name == "exclude_bought":
        if not isinstance(value, bool):
            raise ValueError("exclude_bought has to be true or false.")
        return value
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValueError(f"{name} has to be a list of texts.")
    return tuple(item.strip() for item in value)


def _price(name: str, value: Any) -> Decimal:
    try:
        price = Decimal(str(value)) if not isinstance(value, bool) else Decimal("nan")
    except InvalidOperation:
        price = Decimal("nan")
    if not price.is_finite() or price < 0:
        raise ValueError(f"{name} has to be a number that is not negative.")
    if price > HIGHEST_PRICE:  # "1e99999999" is short to send, and a hundred megabytes when written out
        raise ValueError(f"{name} has to be at most {HIGHEST_PRICE}.")
    return price if price.as_tuple().exponent in range(-4, 1) else price.quantize(FINEST)
