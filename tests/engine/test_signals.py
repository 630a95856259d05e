"""What speaks for which product: against scikit-learn, plain loops and by hand."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics.pairwise import cosine_similarity

from recommendations.engine.catalogue import Catalogue
from recommendations.engine.model import Tables, tables_of
from recommendations.engine.popularity import DAY
from recommendations.engine.purchases import Purchases
from recommendations.engine.signals import (
    BEST,
    FEW,
    MOST_PRODUCTS,
    NEIGHBOURS,
    NEWEST,
    OF_PART,
    PARTS,
    SCALES,
    SIGNALS,
    Evidence,
    Shopper,
)
from tests.engine.shop import random_purchases

LATER = 70 * DAY
NOTHING = np.zeros(0, np.int64)
nan = float("nan")


@cache
def a_shop(products: int = 30) -> tuple[Purchases, Tables]:
    purchases = random_purchases(0, customers=40, products=products, lines=400)
    catalogue = Catalogue.of(
        [f"Thing {number % 7}" for number in range(products)],
        [("", "A", "B")[number % 3] for number in range(products)],
        [nan if number % 5 == 0 else number + 1 for number in range(products)],
        [nan if number % 4 else number / products for number in range(products)],
    )
    return purchases, tables_of(purchases, catalogue, 5.0)


def evidence_of(row: int, at: float = LATER) -> Evidence:
    purchases, tables = a_shop()
    return Evidence(tables, Shopper.among(purchases, row, at))


def of_the_signals(evidence: Evidence, products: np.ndarray) -> dict[str, np.ndarray]:
    """Without their scales."""
    return dict(zip(SIGNALS, (evidence.signals(products) * SCALES).T, strict=True))


def test_a_shopper_by_hand():
    shopper = Shopper.of(np.array([3, 5, 3, 7, 5]), np.array([10, 30, 20, 20, 30]), 40.0)
    assert shopper.products.tolist() == [5, 3, 7]  # the latest first
    assert shopper.times.tolist() == [30, 20, 20]
    assert shopper.ago.tolist() == [0, 1, 1]
    assert shopper.counts.tolist() == [2, 2, 1]


def test_of_a_shopper_with_very_many_products_the_latest_count():
    products = np.arange(MOST_PRODUCTS + 5)
    shopper = Shopper.of(products, products * 10, 1e6)
    assert shopper.products.tolist() == products[::-1][:MOST_PRODUCTS].tolist()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 39), st.booleans())
def test_similar_customers_are_those_of_scikit_learns_cosine(row, known):
    purchases, tables = a_shop()
    shopper = Shopper.among(purchases, row, LATER)
    evidence = Evidence(tables, shopper if known else replace(shopper, row=None))
    expected = cosine_similarity(purchases.bought[[row]], purchases.bought)[0]
    if known:
        expected[row] = 0
    rows, cosines = evidence.neighbours
    assert cosines == pytest.approx(expected[rows])
    assert len(rows) == min(NEIGHBOURS, (expected > 0).sum())
    assert cosines.tolist() == sorted(cosines, reverse=True)
    assert cosines.min() >= np.delete(expected, rows).max(initial=0) - 1e-6


def test_of_equally_similar_customers_the_first_are_taken():
    purchases = Purchases.of(np.arange(150), np.zeros(150, np.int64), np.zeros(150, np.int64))
    tables = tables_of(purchases, Catalogue.unknown(1), 5.0)
    rows, _ = Evidence(tables, Shopper.among(purchases, 0, DAY)).neighbours
    assert len(rows) == NEIGHBOURS
    assert rows.tolist() == sorted(rows)


@pytest.mark.parametrize("row", [0, 7])
def test_what_goes_with_the_purchases_by_a_loop(row):
    evidence = evidence_of(row)
    tables, shopper = evidence.tables, evidence.shopper
    expected = {name: np.zeros(30) for name in evidence.co_purchase}
    assert len(shopper.products) < 50  # else transitions are of the latest
    for product, ago, time in zip(shopper.products, shopper.ago, shopper.times, strict=True):
        ridge, bm25 = tables.ridge.toarray()[product], tables.bm25.toarray()[product]
        expected["ridge"] += ridge
        expected["ridge, lately"] += 0.8**ago * ridge
        expected["ridge, last moment"] += (ago == 0) * ridge
        expected["ridge, by days"] += 0.5 ** ((LATER - time) / DAY / 90) * ridge
        expected["bm25"] += bm25
        expected["bm25, lately"] += 0.8**ago * bm25
        expected["transitions"] += 0.8**ago * tables.transitions.toarray()[product]
    for name, values in evidence.co_purchase.items():
        assert values == pytest.approx(expected[name], abs=1e-6)


@pytest.mark.parametrize("at", [LATER, 30 * DAY])
def test_what_similar_customers_bought_by_a_loop(at):
    """What they bought from the moment of the request on is theirs, but not of late."""
    purchases, _ = a_shop()
    evidence = evidence_of(3, at)
    always, lately, who = np.zeros(30), np.zeros(30), np.zeros(30)
    first = purchases.only(purchases.first_ever)
    for row, cosine in zip(*evidence.neighbours, strict=True):
        for product, time in zip(first.product[first.customer == row], first.time[first.customer == row], strict=True):
            always[product] += cosine
            who[product] += 1
            if time < at:
                lately[product] += cosine * 0.5 ** ((at - time) / DAY / 60)
    assert evidence.similar["similar customers"] == pytest.approx(always)
    assert evidence.similar["similar customers, lately"] == pytest.approx(lately)
    assert evidence.neighbours_who_bought.tolist() == who.tolist()


def test_what_sells_by_hand():
    purchases = Purchases.of(np.array([1, 2]), np.array([0, 0]), np.array([0, 20]) * int(DAY), np.arange(2))
    evidence = Evidence(tables_of(purchases, Catalogue.unknown(2), 5.0), Shopper.of(NOTHING, NOTHING, LATER))
    signals = of_the_signals(evidence, np.arange(2))
    assert signals["sold in 30 days"] == pytest.approx(np.log([0.3 + 0.5 ** (70 / 30) + 0.5 ** (50 / 30), 0.3]))
    assert signals["sold ever"] == pytest.approx(np.log([2.3, 0.3]))
    assert signals["days on sale"] == pytest.approx([np.log(71), 0])
    assert signals["days unsold"] == pytest.approx([np.log(51), 0])
    assert signals["never sold"].tolist() == [0, 1]


def test_taste_by_hand():
    """Bought: a tool for 10. Offered: a tool for 10, a plant for 1000, and a thing without category or price."""
    catalogue = Catalogue.of(
        ["Red Hammer", "Red Saw", "Rose", "Thing"], ["Tools", "Tools", "Plants", ""], [10, 10, 1000, nan], [nan] * 4
    )
    tables = tables_of(Purchases.of(NOTHING, NOTHING, NOTHING, np.arange(4)), catalogue, 5.0)
    evidence = Evidence(tables, Shopper.of(np.array([0]), np.array([0]), DAY))
    signals = of_the_signals(evidence, np.array([1, 2, 3]))
    assert signals["category"] == pytest.approx([np.log((1 + 0.05 / 2) / (1.05 / 2)), np.log(0.05 / 1.05), 0])
    assert signals["price"] == pytest.approx([0, -np.log(100), -np.log(100) / 2])
    assert signals["name"][0] > 0 > signals["name"][1] == signals["name"][2]
    assert signals["reviews"].tolist() == [0, 0, 0]
    assert evidence.usual_price == pytest.approx(10)
    assert evidence.own_on_shelf(np.array([1, 2, 3])).tolist() == [1, 0, 0]


def test_what_is_unreviewed_is_reviewed_as_usual():
    _, tables = a_shop()
    reviews = of_the_signals(evidence_of(0), np.arange(30))["reviews"]
    sentiment = np.where(
        np.isnan(tables.catalogue.sentiment), tables.catalogue.usual_sentiment, tables.catalogue.sentiment
    )
    assert reviews == pytest.approx((sentiment - sentiment.mean()) / sentiment.std())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 39), st.integers(1, 30), st.integers(0, 1000))
def test_parts_are_above_the_mean_and_sum_to_the_score(row, n, seed):
    evidence, weights = evidence_of(row), np.random.default_rng(seed).normal(size=len(SIGNALS))
    products = np.arange(n)
    parts = evidence.parts(products, weights)
    assert parts.sum(axis=0) == pytest.approx(np.zeros(len(PARTS)), abs=1e-9)
    scores = evidence.signals(products) @ weights
    assert parts.sum(axis=1) == pytest.approx(scores - scores.mean())
    assert evidence.scored(products, weights) == pytest.approx(scores - scores.mean())


def test_every_signal_belongs_to_one_part():
    assert OF_PART.sum(axis=1).tolist() == [1] * len(SIGNALS)


@pytest.mark.parametrize("products", [[], [4]])
def test_of_none_or_one_candidate_nothing_stands_out(products):
    evidence, some = evidence_of(0), np.array(products, np.int64)
    assert evidence.signals(some).shape == (len(products), len(SIGNALS))
    assert (evidence.parts(some, np.ones(len(SIGNALS))) == 0).all()


def test_signals_are_numbers_for_whoever_asks_and_whenever():
    purchases, tables = a_shop()
    shoppers = [Shopper.of(NOTHING, NOTHING, LATER), Shopper.of(NOTHING, NOTHING, -1e10)]
    for shopper in [
        *shoppers,
        Shopper.among(purchases, 0, 0.0),
        Shopper.of(np.arange(30), np.full(30, -9_000_000_000), LATER),
    ]:
        assert np.isfinite(Evidence(tables, shopper).signals(np.arange(30))).all()


def test_where_products_are_few_all_are_candidates():
    evidence = evidence_of(0)
    allowed = np.zeros(30, bool)
    allowed[[3, 8]] = True
    assert evidence.candidates(evidence.unbought).tolist() == np.flatnonzero(evidence.unbought).tolist()
    assert evidence.candidates(allowed).tolist() == [3, 8]
    assert not set(evidence.shopper.products) & set(np.flatnonzero(evidence.unbought))


@pytest.mark.parametrize("kind", ["ridge", "ridge, lately", "bm25", "transitions", "similar customers", "popular"])
def test_where_products_are_many_the_best_of_each_kind_are_candidates(kind):
    purchases, tables = a_shop(3 * FEW)
    evidence = Evidence(tables, Shopper.among(purchases, 1, LATER))
    allowed = evidence.unbought
    scores = {**evidence.co_purchase, **evidence.similar, "popular": evidence.sales.recent[1]}[kind]
    found = evidence.candidates(allowed, 5)
    best = np.sort(scores[allowed])[::-1][:5]
    assert np.sort(scores[found])[::-1][:5] == pytest.approx(best)
    assert allowed[found].all()
    assert set(np.flatnonzero(allowed)[-NEWEST:]) <= set(found)
    assert len(found) <= 6 * 5 + NEWEST < len(evidence.candidates(allowed, BEST))
