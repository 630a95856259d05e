"""Who buys alike, and what is bought alike; of the active fit, in memory."""

from dataclasses import dataclass

import numpy as np
from django.utils import timezone

from customers.models import Customer, Product
from recommendations.engine.proposals import Proposal, proposals
from recommendations.engine.serving import Visit, current
from recommendations.engine.signals import Evidence, Shopper

ALIKE = ("co-purchase", "similar customers", "category", "name", "price")  # parts that tell what goes with what


@dataclass(frozen=True)
class SimilarCustomer:
    pk: int
    external_id: str
    name: str
    similarity: float  # cosine of the distinct products bought: above 0, up to 1 for the same
    shared_products: int


def similar_customers(visit: Visit, n: int = 20) -> list[SimilarCustomer]:
    """The `n` customers most like the one who visits, the most similar first; one query."""
    rows, cosines = (found[:n] for found in visit.evidence.neighbours)
    pks = visit.model.customer_pks[rows].tolist()
    known = Customer.objects.in_bulk(pks)
    lengths = visit.model.tables.basket_lengths[rows]
    shared = np.rint(cosines * np.sqrt(lengths * len(visit.evidence.shopper.products))).astype(int)
    return [
        SimilarCustomer(pk, known[pk].external_id, known[pk].name, float(cosine), int(both))
        for pk, cosine, both in zip(pks, cosines, shared, strict=True)
        if pk in known
    ]


def similar_products(product: Product, n: int = 20) -> list[Proposal]:
    """The `n` products that customers of this one buy and that are most like it, the best first; one query."""
    model = current()
    rows, known = model.rows_of(np.array([product.pk]))
    if not known[0]:
        return []
    now = timezone.now().timestamp()
    visit = Visit(None, np.array([product.pk]), model, Evidence(model.tables, Shopper.of(rows, np.array([now]), now)))
    found = proposals(visit, at_least=n)
    alike = [Proposal(one.product_pk, {part: one.parts.get(part, 0.0) for part in ALIKE}) for one in found]
    return sorted(alike, key=lambda proposal: -proposal.score)[:n]
