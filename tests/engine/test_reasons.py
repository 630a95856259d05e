"""Every number in a reason is what SQL counts."""

import pytest
from django.db.models import Count

from customers.models import Customer, Product, Purchase
from recommendations.engine.candidates import find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.fitting import fit_engine
from recommendations.engine.ranking import rank
from recommendations.engine.similar import similar_customers
from tests.engine.shop import a_shop_with_two_tastes

pytestmark = pytest.mark.django_db

PART_OF = {
    "bought_together": "co-purchase",
    "similar_customers": "similar customers",
    "search": "search",
    "popular": "popular",
    "reviews": "reviews",
}


def buyers(product: Product) -> set[int]:
    return set(Purchase.objects.filter(product=product).values_list("customer", flat=True))


@pytest.fixture
def shop():
    a_shop_with_two_tastes()
    for number, product in enumerate(Product.objects.order_by("pk")):
        product.sentiment, product.review_count = 0.6 + number / 50, number + 1
        product.save()
    fit_engine()


@pytest.mark.parametrize("words", ["", "garden"])
def test_all_numbers_are_true(shop, words):
    seen = set()
    wishes = Constraints(words=words)
    for me in Customer.objects.all()[:20]:
        similar = similar_customers(me)
        bought = set(Purchase.objects.filter(customer=me).values_list("product", flat=True))
        for item in rank(find_candidates(me, wishes, similar).candidates, wishes, 20, 3):
            product = Product.objects.get(pk=item.product_pk)
            alike = buyers(product) & {other.pk for other in similar}
            assert item.similar_customer_count == len(alike)
            for reason in item.reasons:
                seen.add(reason["kind"])
                match reason["kind"]:
                    case "bought_together":
                        other = Product.objects.get(external_id=reason["product_id"])
                        assert other.pk in bought
                        assert other.name == reason["product"]
                        assert reason["customers"] == len(buyers(product) & buyers(other))
                    case "similar_customers":
                        assert (reason["customers"], reason["of"]) == (len(alike), len(similar))
                    case "popular":
                        assert reason["customers"] == len(buyers(product))
                    case "reviews":
                        assert reason["reviews"] == product.review_count
                        assert reason["sentiment"] == pytest.approx(product.sentiment, abs=0.005)
                    case "search":
                        assert "Garden" in (product.name, product.category.name) or "Garden" in product.name
                assert all(
                    str(value) in reason["text"] for key, value in reason.items() if key in ("customers", "reviews")
                )
            parts = [item.parts[PART_OF[reason["kind"]]] for reason in item.reasons]
            assert parts == sorted(parts, reverse=True)
            assert parts[0] == max(item.parts.values())
    assert {"bought_together", "similar_customers", "popular", "reviews"} <= seen
    assert ("search" in seen) == bool(words)


def test_the_popular_list_counts_customers(shop):
    counted = dict(Purchase.objects.values_list("product").annotate(Count("customer", distinct=True)))
    for item in rank(find_candidates(None, Constraints(), []).candidates, Constraints(), 20, 20):
        assert item.reasons[0] == {
            "kind": "popular",
            "text": f"Bought by {counted[item.product_pk]} customers",
            "customers": counted[item.product_pk],
        }
