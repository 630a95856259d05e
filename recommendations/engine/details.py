"""What the shop says of products today, and of those that were ruled out by which condition."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from recommendations.engine.allowed import RULED_OUT_BY, allowed_values
from recommendations.engine.constraints import Constraints
from recommendations.engine.proposals import Proposal

_DETAILS = """
SELECT p.id, p.external_id, p.name, coalesce(c.name, ''), p.price, p.sentiment, p.review_count, p.aspects,
    (SELECT max(id) FROM customers_product), {ruled_out_by}
FROM customers_product p LEFT JOIN customers_category c ON c.id = p.category_id WHERE p.id = ANY (%(wanted)s::bigint[])
"""
PLAIN = _DETAILS.replace("{ruled_out_by}", "NULL")
WITH_RULES = _DETAILS.replace(
    "{ruled_out_by}", f"CASE WHEN p.id = ANY (%(excluded)s::bigint[]) THEN {RULED_OUT_BY} END"
)
RULE_TODAY = f"""
SELECT {RULED_OUT_BY} FROM customers_product p LEFT JOIN customers_category c ON c.id = p.category_id
WHERE p.id = %(product)s
"""  # noqa: S608 (made of constants)


class Details(NamedTuple):
    pk: int
    product_id: str
    name: str
    category: str
    price: Decimal | None
    sentiment: float | None
    reviews: int
    aspects: str  # JSON
    newest: int  # the shop's newest product
    ruled_out_by: str | None  # of `excluded` alone: a name of CONDITIONS


def details_of(
    proposed: Iterable[Proposal], excluded: Sequence[int] = (), rules: dict[str, Any] | None = None
) -> dict[int, Details]:
    """Of the products proposed, the purchases that speak for them, and those `excluded` by `rules` (the parameters of
    CONDITIONS); one query. What the shop has no more is left out."""
    wanted = {pk for one in proposed for pk in (one.product_pk, one.with_pk) if pk is not None}
    values: dict[str, Any] = {"wanted": [*wanted, *excluded]}
    statement = PLAIN
    if excluded and rules:
        statement, values = WITH_RULES, {**rules, **values, "excluded": list(excluded)}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {row[0]: Details(*row) for row in cursor.fetchall()}


def ruled_out_today(product_pk: int, constraints: Constraints) -> str | None:
    """The first of CONDITIONS that the product does not meet by the catalogue of today, apart from purchases."""
    with connection.cursor() as cursor:
        cursor.execute(RULE_TODAY, {**allowed_values(constraints, None), "product": product_pk})
        row = cursor.fetchone()
    return row[0] if row else None
