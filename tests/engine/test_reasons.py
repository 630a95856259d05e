"""Every number in a reason is what SQL counts."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from math import exp, log

import pytest
from django.db.models import Min

from customers.models import Customer, Product, Purchase
from recommendations.engine.candidates import Candidate, find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.fitting import fit_engine
from recommendations.engine.proposals import Proposal
from recommendations.engine.ranking import rank
from recommendations.engine.reasons import reasons_for
from recommendations.engine.serving import visit_of
from recommendations.engine.similar import similar_customers
from tests.engine.shop import ASKED

pytestmark = pytest.mark.django_db

PART_OF = {"bought_together": "co-purchase", "similar_customers": "similar customers", "bought_before": "bought before"}


def buyers(product: Product) -> set[int]:
    return set(Purchase.objects.filter(product=product).values_list("customer", flat=True))


@pytest.fixture(scope="module")
def reviewed(two_tastes):
    for number, product in enumerate(Product.objects.order_by("pk")):
        product.sentiment, product.review_count = 0.6 + number / 50, number + 1
        product.save()
    fit_engine()


def check(reason, product: Product, me: Customer, similar: set[int]) -> None:
    mine = Product.objects.filter(purchases__customer=me).distinct()
    match reason["kind"]:
        case "bought_together":
            other = mine.get(external_id=reason["product_id"])
            assert other.name == reason["product"]
            assert reason["customers"] == len(buyers(product) & buyers(other)) > 0
        case "similar_customers":
            assert (reason["customers"], reason["of"]) == (len(buyers(product) & similar), len(similar))
        case "popular":
            assert reason["customers"] == len(buyers(product))
        case "bought_before":
            assert reason["times"] == me.purchases.filter(product=product).values("purchased_at").distinct().count()
        case "season":
            firsts = product.purchases.values("customer").annotate(first=Min("purchased_at"))
            latest = max(first["first"] for first in firsts)
            assert reason["days"] == (datetime.fromtimestamp(ASKED, UTC) - latest).days
        case "category":
            assert reason["category"] == product.category.name
            assert (reason["products"], reason["of"]) == (
                mine.filter(category=product.category).count(),
                mine.count(),
            )
        case "price":
            usual = exp(sum(log(other.price or 1) for other in mine) / mine.count())
            assert reason["price"] == str(product.price)
            assert float(reason["usual"]) == pytest.approx(usual, abs=0.006)
        case "reviews":
            assert reason["reviews"] == product.review_count
            assert reason["sentiment"] == pytest.approx(product.sentiment, abs=0.006)
        case "search":
            assert "Garden" in (product.name, product.category.name) or "Garden" in product.name
        case kind:
            raise AssertionError(f"{kind} is not looked up")


@pytest.mark.parametrize(("words", "again"), [("", False), ("garden", False), ("", True)])
def test_all_numbers_are_true(reviewed, words, again):
    seen = set()
    wishes = Constraints(words=words, exclude_bought=not again)
    for me in Customer.objects.all()[:12]:
        visit = visit_of(me, ASKED)
        similar = {other.pk for other in similar_customers(visit, 100)}
        for item in rank(find_candidates(visit, wishes).candidates, wishes, 20, 3):
            product = Product.objects.get(pk=item.product_pk)
            assert item.similar_customer_count in (0, len(buyers(product) & similar))
            if max(item.parts.values()) <= 0:
                assert [reason["text"] for reason in item.reasons] == [f"In {product.category.name}"]
                continue
            for reason in item.reasons:
                check(reason, product, me, similar)
                seen.add(reason["kind"])
                numbers = [str(reason[key]) for key in ("customers", "reviews", "products", "price") if key in reason]
                assert all(number in reason["text"] for number in numbers)
            parts = [item.parts[PART_OF.get(reason["kind"], reason["kind"])] for reason in item.reasons]
            assert parts == sorted(parts, reverse=True)
            assert min(parts) > 0
    assert {"bought_together", "similar_customers"} <= seen
    assert words not in ("garden",) or "search" in seen
    assert not again or "bought_before" in seen


def test_nearly_always_the_first_reason_names_the_largest_part(two_tastes):
    """But where the largest cannot be told in numbers, as when nobody bought both."""
    named = of = 0
    for me in Customer.objects.all()[:30]:
        for item in rank(find_candidates(visit_of(me, ASKED), Constraints()).candidates, Constraints(), 5, 3):
            largest = max(item.parts, key=lambda part: item.parts[part])
            first = item.reasons[0]["kind"]
            of += 1
            named += PART_OF.get(first, first) == largest
    assert named / of > 0.95


def told(parts: dict[str, float], proposal: Proposal | None = None, **facts) -> list[str]:
    fields = {"price": Decimal("12.00"), "sentiment": None, "review_count": 0, "category": "Home", **facts}
    candidate = Candidate(1, "p1", "Lamp", parts=parts, proposal=proposal or Proposal(1), **fields)
    reasons = reasons_for(candidate, Constraints())
    json.dumps(reasons)
    return [reason["text"] for reason in reasons]


def test_a_product_with_one_review_says_so_in_the_singular():
    assert told({"reviews": 1.0}, sentiment=0.9, review_count=1) == ["Rated 0.90 in 1 review"]


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "A customer discovered it today"),
        (1, "A customer discovered it yesterday"),
        (12, "A customer discovered it 12 days ago"),
    ],
)
def test_when_it_was_last_discovered(days, text):
    assert told({"season": 1.0}, Proposal(1, buyers=3, days_unsold=days)) == [text]


@pytest.mark.parametrize(("times", "text"), [(1, "You bought it before"), (3, "You bought it 3 times")])
def test_what_was_bought_before(times, text):
    assert told({"bought before": 1.0}, Proposal(1, times_bought=times)) == [text]


def test_what_speaks_against_or_cannot_be_told_is_no_reason():
    assert told({"co-purchase": 2.0, "popular": -1.0, "reviews": 1.0, "price": 1.0, "name": 1.0}) == ["In Home"]


def test_what_sold_at_no_known_time_is_not_said_to_be_new_or_old():
    assert told({"season": 1.0}, Proposal(1, buyers=2, days_unsold=None)) == ["In Home"]
    assert told({"season": 1.0}, Proposal(1, buyers=0, days_unsold=None)) == ["No customer has bought it yet"]


def test_the_popular_list_counts_customers(two_tastes):
    for item in rank(find_candidates(visit_of(None, ASKED), Constraints()).candidates, Constraints(), 20, 20):
        for reason in item.reasons:
            if reason["kind"] == "popular":
                counted = len(buyers(Product.objects.get(pk=item.product_pk)))
                assert (reason["text"], reason["customers"]) == (f"Bought by {counted} customers", counted)
