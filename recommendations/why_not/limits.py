"""In words, which limit of a question ruled a product out."""

from decimal import Decimal
from typing import Any, NamedTuple

from customers.models import Product
from customers.money import format_money
from recommendations.engine.constraints import Constraints
from recommendations.models import Recommendation

EXCLUSIONS = {  # by condition: of Constraints, of the caller's filters
    "excluded category": ("excluded_categories", "exclude_categories"),
    "excluded brand": ("excluded_brands", "exclude_brands"),
    "excluded word": ("excluded_words", ""),
    "excluded product": ("excluded_products", "exclude_products"),
}


class RuledOut(NamedTuple):
    station: str
    sentence: str
    numbers: dict[str, Any]


def ruled_out_sentence(
    recommendation: Recommendation,
    constraints: Constraints,
    product: Product,
    rule: str,
    price: Decimal | None,
    *,
    today: bool,
) -> RuledOut:
    """`rule`: a name of allowed.CONDITIONS. `price`: the product's, of then or, as all else, of `today`."""
    if rule in ("min price", "max price"):
        return _price(constraints, rule, price, today)
    if rule in EXCLUSIONS:
        return _exclusion(recommendation, constraints, product, rule, today)
    asked, own = (
        (constraints.categories, product.category.name if product.category else "none")
        if rule == "category"
        else (constraints.brands, product.brand or "none")
    )
    kind = "categories" if rule == "category" else "brands"
    ending = (
        f"; it is in {own} today" if today and rule == "category" else f"; its brand today is {own}" if today else ""
    )
    return RuledOut(rule, f"It is not of the {kind} asked for, {' or '.join(asked)}{ending}.", {})


def _price(constraints: Constraints, rule: str, price: Decimal | None, today: bool) -> RuledOut:
    limit = constraints.max_price if rule == "max price" else constraints.min_price
    shown = format_money(limit) if limit is not None else "none"
    where = "above" if rule == "max price" else "below"
    if price is None:
        has = "has no price today" if today else "had no price"
        return RuledOut("price", f"It {has}, and the question set a limit of {shown}.", {"limit": shown})
    own = format_money(price)
    whose = f"Its price today, {own}, is" if today else f"Its price of {own} was"
    return RuledOut("price", f"{whose} {where} the limit of {shown}.", {"price": own, "limit": shown})


def _exclusion(
    recommendation: Recommendation, constraints: Constraints, product: Product, rule: str, today: bool
) -> RuledOut:
    ours, callers = EXCLUSIONS[rule]
    names: tuple[str, ...] = getattr(constraints, ours)
    own = {
        "excluded category": product.category.name if product.category else "",
        "excluded brand": product.brand,
        "excluded word": product.name,
        "excluded product": product.external_id,
    }[rule].casefold()
    meant = [name for name in names if (name.casefold() in own if rule == "excluded word" else name.casefold() == own)]
    filtered = {str(name).strip().casefold() for name in recommendation.filters.get(callers) or ()}
    shown = meant or list(names)
    whose = "the caller's filter" if all(name.casefold() in filtered for name in shown) else "the shopper's words"
    ending = ", by the catalogue of today" if today else ""
    quoted = ", ".join(f"not “{name}”" for name in shown)
    return RuledOut(rule, f"Ruled out by {whose}: {quoted}{ending}.", {})
