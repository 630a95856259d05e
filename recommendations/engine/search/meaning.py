"""What is near in meaning to what was said, where words alone find none or too few."""

from collections.abc import Mapping

from django.db import connection

from customers.models import Customer
from recommendations.engine.allowed import ALLOWED, allowed_values
from recommendations.engine.constraints import Constraints
from recommendations.engine.embeddings import nearest

LOOKED_AT = 100  # products
ADDED = 10  # of them at most
NEAREST = 0.3  # cosine; what is less near has nothing to do with it. Chosen by bench.search on half of its searches
WORDS = 2.0  # what the words count beside the meaning; chosen likewise, 1 is nearly as good

WHICH_ALLOWED = f"""
SELECT p.id FROM customers_product p LEFT JOIN customers_category c ON c.id = p.category_id
WHERE p.id = ANY (%(near)s::bigint[]) AND {ALLOWED}
"""  # noqa: S608 (made of constants)


def cosines(text: str) -> dict[int, float]:
    """The products nearest in meaning and how near, the nearest first; empty without a model."""
    return dict(nearest(text, LOOKED_AT))


def both(words: float, cosine: float) -> float:
    """The relevance, 0..1, of what its words and its meaning say."""
    return (WORDS * words + max(cosine, 0.0)) / (WORDS + 1)


def additions(near: Mapping[int, float], constraints: Constraints, customer: Customer | None) -> list[int]:
    """Those of the products near in meaning that may appear; one query."""
    enough = [pk for pk, cosine in near.items() if cosine >= NEAREST]
    if not enough:
        return []
    with connection.cursor() as cursor:
        cursor.execute(WHICH_ALLOWED, {**allowed_values(constraints, customer), "near": enough})
        allowed = {pk for (pk,) in cursor.fetchall()}
    return [pk for pk in enough if pk in allowed][:ADDED]
