"""What is said of a proposal is so, and what may not be proposed is not."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.engine.catalogue import Catalogue
from recommendations.engine.model import Model, tables_of
from recommendations.engine.proposals import proposals
from recommendations.engine.purchases import Purchases
from recommendations.engine.serving import Visit
from recommendations.engine.signals import MOST_PRODUCTS, PARTS, SIGNALS, Evidence, Shopper
from tests.engine.shop import DAY, random_purchases, visit_among

LATER = 70.0 * DAY
FIRST = 1000  # key of the first product


@cache
def a_model(products: int = 30, customers: int = 40, lines: int = 400) -> tuple[Purchases, Model]:
    """With weights of chance, so that all kinds of evidence count, for and against."""
    purchases = random_purchases(0, customers, products, lines)
    names = [f"Thing {number % 7}" for number in range(products)]
    categories = [("", "A", "B")[number % 3] for number in range(products)]
    prices = [float("nan") if number % 5 == 0 else number + 1 for number in range(products)]
    catalogue = Catalogue.of(names, categories, prices, [float("nan")] * products)
    chance = np.random.default_rng(0)
    return purchases, Model(
        tables_of(purchases, catalogue, 5.0),
        purchases.customer_pks,
        purchases.product_pks + FIRST,
        chance.normal(size=len(SIGNALS)),
        chance.normal(size=len(SIGNALS)),
        np.array([0.1, 0.5, 0.2, 0.3]),
        False,
    )


def visit(row: int, at: float = LATER) -> Visit:
    return visit_among(*a_model(), row, at)


def nobody(model: Model) -> Visit:
    nothing = np.zeros(0, np.int64)
    return Visit(None, nothing, model, Evidence(model.tables, Shopper.of(nothing, nothing, LATER)))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 39), st.booleans())
def test_the_score_is_the_sum_of_the_parts_and_falls(row, again):
    found = proposals(visit(row), again=again)
    scores = [proposal.score for proposal in found]
    assert scores == sorted(scores, reverse=True)
    for proposal in found:
        assert proposal.score == pytest.approx(sum(proposal.parts.values()))
        assert set(proposal.parts) <= {*PARTS, "bought before"}
    new = [proposal for proposal in found if not proposal.times_bought]
    for part in PARTS:
        assert sum(proposal.parts.get(part, 0) for proposal in new) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("row", [0, 5, 9])
def test_what_is_said_of_a_product_by_plain_loops(row):
    purchases, model = a_model()
    mine = visit(row)
    bought = purchases.bought.toarray().astype(bool)
    shopper, ridge = mine.evidence.shopper, model.tables.ridge.toarray()
    alike = bought[mine.evidence.neighbours[0]]
    own = shopper.products
    for proposal in proposals(mine):
        product = proposal.product_pk - FIRST
        assert not bought[row, product]
        weights = ridge[own, product] * 0.8**shopper.ago
        if proposal.with_pk is None:
            assert weights.max() <= 0
        else:
            partner = proposal.with_pk - FIRST
            assert weights[own.tolist().index(partner)] == pytest.approx(weights.max())
            assert proposal.with_customers == (bought[:, partner] & bought[:, product]).sum()
        assert proposal.similar_customers == alike[:, product].sum()
        assert proposal.buyers == bought[:, product].sum()
        assert proposal.shelf == (0 if product % 3 == 0 else (own % 3 == product % 3).sum())
        prices = [np.log(other + 1) for other in own if other % 5]
        assert proposal.usual_price == pytest.approx(np.exp(np.mean(prices)))
        times = purchases.time[purchases.first_ever & (purchases.product == product)]
        assert proposal.days_unsold == (LATER - times.max()) // DAY
        assert proposal.times_bought == 0


def test_a_name_is_alike_that_shares_a_word():
    catalogue = Catalogue.of(["Red Mug", "Blue MUG", "Spade"], [""] * 3, [1.0] * 3, [1.0] * 3)
    purchases = Purchases.of(np.array([7]), np.array([0]), np.array([0]), np.arange(3))
    weights = np.ones(len(SIGNALS))
    model = Model(
        tables_of(purchases, catalogue, 5.0), purchases.customer_pks, np.arange(3), weights, weights, weights, False
    )
    found = {one.product_pk: one for one in proposals(visit_among(purchases, model, 0, LATER))}
    assert (found[1].alike, found[2].alike) == (True, False)
    assert (found[1].buyers, found[1].days_unsold) == (0, None)


def test_what_others_bought_after_the_moment_is_not_counted():
    purchases, _ = a_model()
    early = 20.0 * DAY
    for proposal in proposals(visit(2, early)):
        sold = purchases.first_ever & (purchases.product == proposal.product_pk - FIRST) & (purchases.time < early)
        assert proposal.buyers == sold.sum()


@pytest.mark.parametrize("row", [0, 5])
def test_bought_again_with_how_often(row):
    purchases, _ = a_model()
    mine = purchases.product[purchases.customer == row]
    again = {one.product_pk: one for one in proposals(visit(row), again=True) if one.times_bought}
    assert {pk: one.times_bought for pk, one in again.items()} == {
        product + FIRST: (mine == product).sum() for product in mine
    }
    assert all(set(one.parts) == {"bought before"} for one in again.values())


def test_only_what_is_allowed_and_the_unknown_last():
    mine = visit(0)
    own, new = mine.bought.tolist(), [pk for pk in range(FIRST, FIRST + 30) if pk not in mine.bought]
    found = proposals(mine, [new[3], new[1], own[0], 5, 99_999])
    assert {one.product_pk for one in found[:-2]} == {new[1], new[3]}
    assert [one.product_pk for one in found[-2:]] == [5, 99_999]
    assert found[-1].parts == {}
    assert own[0] in [one.product_pk for one in proposals(mine, [new[3], own[0]], again=True)]
    assert {one.product_pk for one in proposals(mine, [new[3]], again=True)} == {new[3]}
    assert proposals(mine, []) == proposals(mine, [], again=True) == []


def test_what_is_named_is_a_candidate_whatever_taste_says():
    purchases, model = a_model(300, lines=900)
    mine = visit_among(purchases, model, 0, LATER)
    few = {one.product_pk for one in proposals(mine)}
    left = [pk for pk in model.product_pks.tolist() if pk not in few and pk not in mine.bought]
    own = mine.bought.tolist()[0]
    found = {one.product_pk for one in proposals(mine, also=[left[0], own, 5])}
    assert found == few | {left[0]}
    assert left[0] not in {one.product_pk for one in proposals(mine, left[1:], also=left[:1])}


def test_a_list_is_as_long_as_is_asked_where_there_is_enough():
    _, model = a_model(300, lines=900)
    sold = int((model.tables.popularity.before(LATER).buyers > 0).sum())
    assert len(proposals(nobody(model))) < 100
    assert len(proposals(nobody(model), at_least=150)) >= 150
    assert 150 < sold < 300


def test_who_has_very_many_products_is_not_offered_one_of_them():
    products = MOST_PRODUCTS + 150
    mine = np.arange(MOST_PRODUCTS + 120)
    customers = np.concatenate([np.zeros(len(mine), np.int64), np.full(products, 1)])
    purchases = Purchases.of(customers, np.concatenate([mine, np.arange(products)]), np.arange(len(customers)) * 60)
    weights = np.ones(len(SIGNALS))
    model = Model(
        tables_of(purchases, Catalogue.unknown(products), 5.0),
        purchases.customer_pks,
        purchases.product_pks,
        weights,
        weights,
        np.ones(4),
        False,
    )
    shopper = Shopper.among(purchases, 0, LATER)
    found = proposals(Visit(None, mine, model, Evidence(model.tables, shopper)), at_least=100)
    assert {one.product_pk for one in found} == set(range(len(mine), products))


def test_a_visit_to_nobody_in_particular_is_weighed_by_what_sells():
    _, model = a_model()
    found = proposals(nobody(model))
    assert len(found) == 30
    assert all(one.with_pk is None and not one.similar_customers and one.usual_price is None for one in found)
    signals = nobody(model).evidence.signals(np.arange(30)) @ model.impersonal
    assert [one.product_pk - FIRST for one in found] == np.argsort(-signals, kind="stable").tolist()
