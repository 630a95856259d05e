import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Product
from recommendations.engine.candidates import Found, find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.evidence import evidence_of
from recommendations.engine.excluded import Excluded
from recommendations.engine.fitting import fit_engine
from recommendations.engine.ranking import rank
from recommendations.engine.reviews import filter_by_sentiment
from recommendations.engine.serving import visit_of
from tests.engine.shop import a_shop_with_two_tastes
from tests.engine.test_ranking import a_candidate
from tests.factories import a_customer, a_product, a_purchase

LEAST = 0.6


def told(candidates, top_n, cap):
    """The list's ids and the evidence of all candidates, by id."""
    kept, _ = filter_by_sentiment(candidates, LEAST)
    ranked = rank(kept, Constraints(), top_n, cap)
    evidence = evidence_of(
        Found(candidates, "personal", len(candidates), []), kept, ranked, wanted=top_n, sentiment=LEAST, cap=cap
    )
    return ranked, {row[0]: row[1:] for row in evidence["candidates"]}


def test_what_became_of_each_by_hand():
    ranked, rows = told(
        [
            a_candidate(1, "Lamp", "Home", 9.0),
            a_candidate(2, "Loud Lamp", "Home", 8.0, sentiment=0.42, review_count=3),
            a_candidate(3, "lamp", "Garden", 7.0),
            a_candidate(4, "Rug", "Home", 6.0),
            a_candidate(5, "Vase", "Home", 5.0),
            a_candidate(6, "Rake", "Garden", 4.0),
            a_candidate(7, "Hoe", "Garden", 3.12345),
        ],
        top_n=3,
        cap=2,
    )
    assert [item.product_id for item in ranked] == ["p1", "p4", "p6"]
    assert rows == {
        "p1": [9.0],
        "p2": [8.0, "reviews", 0.42],
        "p3": [7.0, "name", 1],
        "p4": [6.0],
        "p5": [5.0, "category", 2],
        "p6": [4.0],
        "p7": [3.123],
    }


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.sampled_from(["A", "B", ""]), st.floats(-9, 9), st.sampled_from([None, 0.2, 0.9])
        ),
        max_size=30,
    ),
    st.integers(1, 12),
    st.integers(1, 4),
)
def test_every_candidate_is_told_of_and_every_number_is_true(facts, top_n, cap):
    candidates = [
        a_candidate(pk, f"Name {name}", category, taste, sentiment=sentiment)
        for pk, (name, category, taste, sentiment) in enumerate(facts)
    ]
    ranked, rows = told(candidates, top_n, cap)
    assert set(rows) == {candidate.product_id for candidate in candidates}
    listed = [item.product_id for item in ranked]
    last = ranked[-1].score if ranked else 0.0
    for candidate in candidates:
        score, *fate = rows[candidate.product_id]
        assert score == pytest.approx(candidate.parts["popular"], abs=0.001)
        if candidate.product_id in listed:
            assert not fate
        elif candidate.sentiment == 0.2:
            assert fate == ["reviews", 0.2]
        elif fate and fate[0] == "name":
            assert ranked[fate[1] - 1].name == candidate.name
        elif fate:
            assert fate[1] >= cap
        else:
            assert len(ranked) == top_n
            assert candidate.parts["popular"] <= last


@pytest.mark.django_db
def test_what_limits_ruled_out_of_the_taste_is_kept_with_its_price():
    a_shop_with_two_tastes()
    fit_engine()
    cook = visit_of(Product.objects.get(name="Toaster").purchases.first().customer)
    found = find_candidates(cook, Constraints(max_price=Decimal(30), excluded_words=("spade",)))
    prices = {product.external_id: product.price or Decimal(0) for product in Product.objects.all()}
    rules = {one.product_id: one.ruled_out_by for one in found.excluded}
    new = set(Product.objects.exclude(pk__in=cook.bought.tolist()).values_list("external_id", flat=True))
    assert set(rules) == {pid for pid in new if prices[pid] > 30} | ({"G0"} & new)
    assert {rule for pid, rule in rules.items() if pid != "G0"} == {"max price"}
    assert all(one.price == prices[one.product_id] for one in found.excluded)
    places = [one.place for one in found.excluded]
    assert places == sorted(set(places))


@pytest.mark.django_db
def test_what_the_words_do_not_name_is_told_apart_from_what_is_too_dear():
    me = a_customer()
    lamp, rug, dear = a_product("Lamp", price="10"), a_product("Rug", price="10"), a_product("Golden Rug", price="99")
    for _ in range(3):
        neighbour = a_customer()
        for product in (lamp, rug, dear):
            a_purchase(neighbour, product)
    fit_engine()
    found = find_candidates(visit_of(me), Constraints(words="lamp", max_price=Decimal(50)))
    assert {one.product_id: one.ruled_out_by for one in found.excluded} == {
        rug.external_id: "words",
        dear.external_id: "max price",
    }
    assert found.matched == 1


def test_all_that_is_stored_of_eighty_candidates_is_small():
    candidates = [a_candidate(10**6 + n, sentiment=n / 80, category="ABC"[n % 3], taste=-n / 7) for n in range(80)]
    excluded = [Excluded(f"p{10**6 + n}", n, "excluded category", Decimal("1234.50")) for n in range(100, 140)]
    kept, _ = filter_by_sentiment(candidates, LEAST)
    found = Found(candidates, "personal", 80, [], excluded=excluded)
    ranked = rank(kept, Constraints(), 5, 3)
    evidence = evidence_of(found, kept, ranked, wanted=5, sentiment=LEAST, cap=3)
    assert len(json.dumps(evidence, separators=(",", ":"))) < 5_000
