"""The products that mean most nearly what a text means."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from pgvector import HalfVector

from recommendations.engine.embeddings.errors import Unavailable
from recommendations.engine.embeddings.model import available, embed_one
from recommendations.models.vectors import INDEXED

FEW = 2000  # products that are compared one by one sooner than through the index
LOOKED_AT = 200  # candidates that the index keeps on its way; more finds more of the truly nearest

ONE_BY_ONE = """
SELECT product_id, 1 - (vector <=> %(text)s::halfvec) FROM recommendations_productembedding
WHERE model = %(model)s AND dimensions = %(dimensions)s
    AND (%(allowed)s::bigint[] IS NULL OR product_id = ANY (%(allowed)s::bigint[]))
ORDER BY vector <=> %(text)s::halfvec, product_id LIMIT %(n)s
"""
# The index is of an expression and for one number of dimensions; both have to be written as it has them.
BY_INDEX = """
SELECT product_id, 1 - distance FROM (
    SELECT product_id, vector::halfvec({dimensions}) <=> %(text)s::halfvec({dimensions}) AS distance
    FROM recommendations_productembedding
    WHERE model = %(model)s AND dimensions = {dimensions} {condition}
    ORDER BY distance LIMIT %(n)s
) found ORDER BY distance, product_id
"""
ALLOWED = "AND product_id = ANY (%(allowed)s::bigint[])"

logger = logging.getLogger(__name__)


def nearest(text: str, n: int, allowed: Sequence[int] | None = None) -> list[tuple[int, float]]:
    """Up to `n` products (our integer key, cosine), the nearest first; of all, or only of those allowed.

    Empty where there is no model or where no product has a vector of it. A model that fails is logged as a warning.
    """
    if n < 1 or not text.strip() or not available() or (allowed is not None and not allowed):
        return []
    try:
        vector = embed_one(text)
    except Unavailable as failure:
        logger.warning("Found by words alone: %s.", failure)
        return []
    values = {
        "text": HalfVector(vector).to_text(),
        "model": settings.EMBEDDING_MODEL,
        "dimensions": len(vector),
        "allowed": None if allowed is None else list(allowed),
        "n": n,
    }
    if len(vector) in INDEXED and (allowed is None or len(allowed) > FEW):
        found = _by_index(values)
        if allowed is None or len(found) == n:
            return found
    return _rows(ONE_BY_ONE, values)


def _by_index(values: dict[str, Any]) -> list[tuple[int, float]]:
    condition = "" if values["allowed"] is None else ALLOWED
    with transaction.atomic():
        with connection.cursor() as cursor:  # a filter that many fail makes it look further, in strict order
            cursor.execute(f"SET LOCAL hnsw.iterative_scan = strict_order; SET LOCAL hnsw.ef_search = {LOOKED_AT}")
        return _rows(BY_INDEX.format(dimensions=values["dimensions"], condition=condition), values)


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[int, float]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [(product, float(cosine)) for product, cosine in cursor.fetchall()]
