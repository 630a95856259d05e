"""The hard constraints as SQL: what may appear in a list at all, and what rules a product out."""

from decimal import Decimal
from typing import Any

from customers.models import Customer
from recommendations.engine.constraints import Constraints

# Each by what it rules out. `p` is the product, `c` its category or null. An empty list or a null demands nothing.
# Whoever wants no sugar wants what is sugar free.
CONDITIONS = {
    "excluded product": "p.external_id <> ALL (%(excluded_products)s::text[])",
    "excluded category": """c.id IS NULL
        OR lower(c.name) NOT IN (SELECT lower(btrim(x)) FROM unnest(%(excluded_categories)s::text[]) x)""",
    "excluded brand": "lower(p.brand) NOT IN (SELECT lower(btrim(x)) FROM unnest(%(excluded_brands)s::text[]) x)",
    "excluded word": """NOT EXISTS (
        SELECT FROM unnest(%(excluded_words)s::text[]) x WHERE p.search_vector @@ plainto_tsquery('shopassist', x)
        AND NOT p.search_vector @@ phraseto_tsquery('shopassist', x || ' free'))""",
    "category": """%(categories)s::text[] = '{}'
        OR lower(c.name) IN (SELECT lower(btrim(x)) FROM unnest(%(categories)s::text[]) x)""",
    "brand": """%(brands)s::text[] = '{}'
        OR lower(p.brand) IN (SELECT lower(btrim(x)) FROM unnest(%(brands)s::text[]) x)""",
    "min price": "%(min_price)s::numeric IS NULL OR p.price >= %(min_price)s::numeric",
    "max price": "%(max_price)s::numeric IS NULL OR p.price <= %(max_price)s::numeric",
    "bought": """NOT EXISTS (
        SELECT FROM customers_purchase bought
        WHERE bought.customer_id = %(hide_bought_by)s::bigint AND bought.product_id = p.id)""",
}
ALLOWED = " AND ".join(f"({condition})" for condition in CONDITIONS.values())
RULED_OUT_BY = (  # the first condition that the product does not meet, or null
    "CASE " + " ".join(f"WHEN ({rule}) IS NOT TRUE THEN '{name}'" for name, rule in CONDITIONS.items()) + " END"
)
HIGHEST_PRICE = Decimal(10) ** 12  # above what a price column holds


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot take: null characters and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def allowed_values(constraints: Constraints, customer: Customer | None) -> dict[str, Any]:
    """The parameters that ALLOWED binds."""
    lists = ("categories", "excluded_categories", "brands", "excluded_brands", "excluded_products", "excluded_words")
    values: dict[str, Any] = {name: [storable(text) for text in getattr(constraints, name)] for name in lists}
    for name in ("min_price", "max_price"):
        price: Decimal | None = getattr(constraints, name)
        values[name] = None if price is None else min(price, HIGHEST_PRICE)
    values["hide_bought_by"] = customer.pk if customer and constraints.exclude_bought else None
    return values
