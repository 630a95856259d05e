"""The vectors of the catalogue: each product's is made once, and again where its words or the model changed.

A batch is claimed by a row a product, for a few minutes: several may work at once, and what one that was killed had
claimed is taken up by the next.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from pgvector import HalfVector

from recommendations.engine.embeddings.errors import Unavailable
from recommendations.engine.embeddings.model import available, embed
from recommendations.models import ProductEmbedding

BATCH = 64
LEASE = timedelta(minutes=5)

# What a product is called says what it is. The claim is decided by the row as it is now, not as it was when looked for.
CLAIM = """
WITH stale AS MATERIALIZED (
    SELECT p.id, written.text
    FROM customers_product p
    LEFT JOIN customers_category c ON c.id = p.category_id
    LEFT JOIN recommendations_productembedding e ON e.product_id = p.id
    CROSS JOIN LATERAL concat_ws(', ', p.name, nullif(c.name, ''), nullif(p.brand, '')) written (text)
    WHERE p.id > %(after)s AND p.name <> ''
        AND (e.model IS DISTINCT FROM %(model)s OR e.text_digest IS DISTINCT FROM md5(written.text))
        AND (e.claimed_until IS NULL OR e.claimed_until < now())
    ORDER BY p.id LIMIT %(batch)s
), claimed AS (
    INSERT INTO recommendations_productembedding AS e (product_id, model, text_digest, claimed_until)
    SELECT id, '', '', now() + %(lease)s FROM stale ORDER BY id
    ON CONFLICT (product_id) DO UPDATE SET claimed_until = excluded.claimed_until
    WHERE e.claimed_until IS NULL OR e.claimed_until < now()
    RETURNING product_id
)
SELECT id, text, id IN (SELECT product_id FROM claimed) FROM stale ORDER BY id
"""
STORE = """
UPDATE recommendations_productembedding e
SET model = %(model)s, vector = made.vector::halfvec, text_digest = md5(made.text), claimed_until = NULL
FROM unnest(%(products)s::bigint[], %(texts)s::text[], %(vectors)s::text[]) made (product_id, text, vector)
WHERE e.product_id = made.product_id
"""

Report = Callable[[int], object]


def embed_catalogue(seconds: float = float("inf"), report: Report = lambda _: None) -> int:
    """Embed what has no vector yet, for about so many seconds; how many that were. Raises Unavailable.

    `report` hears of the number so far after each batch.
    """
    if not available():
        raise Unavailable(f"EMBEDDING_MODEL={settings.EMBEDDING_MODEL} is not there")
    give_up = time.monotonic() + seconds
    after = done = 0
    while time.monotonic() < give_up and (found := _claim(after)):
        after = found[-1][0]
        mine = {product: text for product, text, is_mine in found if is_mine}
        if mine:
            _embed(mine)
        done += len(mine)
        report(done)
    return done


def _claim(after: int) -> list[tuple[int, str, bool]]:
    """Products (our integer key, its words) without a vector of today, and whether they are ours to embed."""
    values: dict[str, Any] = {"after": after, "model": settings.EMBEDDING_MODEL, "batch": BATCH, "lease": LEASE}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        found: list[tuple[int, str, bool]] = cursor.fetchall()
    return found


def _embed(texts: dict[int, str]) -> None:
    products = list(texts)
    try:
        vectors = embed(list(texts.values()))
    except Unavailable:
        ProductEmbedding.objects.filter(pk__in=products).update(claimed_until=None)
        raise
    values: dict[str, Any] = {
        "model": settings.EMBEDDING_MODEL,
        "products": products,
        "texts": list(texts.values()),
        "vectors": [HalfVector(vector).to_text() for vector in vectors],
    }
    with connection.cursor() as cursor:
        cursor.execute(STORE, values)
