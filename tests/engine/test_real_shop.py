"""On real purchases the served ranking foretells more than popularity does."""

import csv
import gzip
import os
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from customers.models import Customer, Product, Purchase
from recommendations.engine.candidates import find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.evaluation import confidence
from recommendations.engine.fitting import fit_engine
from recommendations.engine.ranking import rank
from recommendations.engine.similar import similar_customers
from recommendations.models import ProductPopularity

FOLDER = Path(os.environ.get("SHOPASSIST_DATA", "")) / "online_retail_small"

pytestmark = [
    pytest.mark.data,
    pytest.mark.django_db,
    pytest.mark.skipif(not os.environ.get("SHOPASSIST_DATA"), reason="SHOPASSIST_DATA names no folder of real data"),
]


@pytest.fixture
def next_purchases() -> dict[str, str]:
    """The shop with what is known, fitted; who bought what next."""
    with gzip.open(FOLDER / "train.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {row["product_id"]: row["product_name"] for row in rows}
    Product.objects.bulk_create(Product(external_id=key, name=name) for key, name in names.items())
    Customer.objects.bulk_create(Customer(external_id=key) for key in {row["customer_id"]: 0 for row in rows})
    products = dict(Product.objects.values_list("external_id", "pk"))
    customers = dict(Customer.objects.values_list("external_id", "pk"))
    Purchase.objects.bulk_create(
        (
            Purchase(
                external_id=row["transaction_id"],
                customer_id=customers[row["customer_id"]],
                product_id=products[row["product_id"]],
                purchased_at=datetime.fromisoformat(f"{row['purchased_at']}+00:00"),
            )
            for row in rows
        ),
        batch_size=5000,
    )
    fit_engine()
    with (FOLDER / "test.csv").open(encoding="utf-8") as file:
        return {row["customer_id"]: row["product_id"] for row in csv.DictReader(file)}


def test_served_lists_foretell_more_than_popularity_and_as_often_as_they_say(next_purchases):
    popular = list(ProductPopularity.objects.order_by("-recent", "pk").values_list("product__external_id", flat=True))
    served_hits = popular_hits = 0
    promised: list[float] = []
    for customer in Customer.objects.filter(external_id__in=next_purchases):
        wanted = next_purchases[customer.external_id]
        found = find_candidates(customer, Constraints(), similar_customers(customer))
        ranked = rank(found.candidates, Constraints(), 10, settings.MAX_PER_CATEGORY)
        served_hits += wanted in [item.product_id for item in ranked]
        promised.append(confidence(found.fit, found.evidence, len(ranked), found.strategy) or 0)
        bought = set(customer.purchases.values_list("product__external_id", flat=True))
        popular_hits += wanted in [product for product in popular if product not in bought][:10]
    assert served_hits > popular_hits
    hit_rate = served_hits / len(next_purchases)
    assert sum(promised) / len(promised) == pytest.approx(hit_rate, abs=0.04)  # some two standard errors
