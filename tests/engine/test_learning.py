"""On shops with a planted habit, what is learnt is the habit."""

from functools import cache

import numpy as np
import pytest

from recommendations.engine.blend import NAMES, Choices
from recommendations.engine.catalogue import Catalogue
from recommendations.engine.choosing import EVER, NEVER_AGAINST, RIDGES, best_novelty
from recommendations.engine.learning import DEFAULT_RIDGE, FEWEST, Learnt, fit_model, learn, wants_repeats
from recommendations.engine.proposals import proposals
from recommendations.engine.purchases import Purchases
from recommendations.engine.signals import SCALES, SIGNALS
from tests.engine.shop import DAY, random_purchases, visit_among

PRODUCTS = 40
RIDGE = NAMES.index("ridge")
OF_LATE = [NAMES.index("sold in 7 days"), NAMES.index("sold in 30 days")]


def of_lines(lines: list[tuple[int, int, int]]) -> Purchases:
    """(customer, product, time) each."""
    customers, products, times = np.array(lines, np.int64).T
    return Purchases.of(customers, products, times, np.arange(PRODUCTS))


def learnt_from(purchases: Purchases) -> Learnt:
    return learn(purchases, Catalogue.unknown(purchases.shape[1]))


@cache
def a_shop_of_fashion() -> Purchases:
    """Everybody buys, at four moments, what is in fashion: of 40 products five, and other five every ten days."""
    chance = np.random.default_rng(0)
    lines = []
    for customer in range(160):
        for day in sorted(chance.choice(80, 4, replace=False)):
            lines.append((customer, 5 * (int(day) // 10) + int(chance.integers(5)), int(day) * DAY + customer))
    return of_lines(lines)


@cache
def a_shop_of_sequels() -> Purchases:
    """Everybody reads some trilogies, each in its order."""
    chance = np.random.default_rng(0)
    lines = []
    for customer in range(120):
        volumes = [3 * int(series) + volume for series in chance.choice(13, 2, replace=False) for volume in range(3)]
        for moment, volume in enumerate(volumes[: chance.integers(2, 7)]):
            lines.append((customer, volume, (int(chance.integers(1000)) + 1000 * moment) * DAY))
    return of_lines(lines)


@cache
def a_shop_of_habits() -> Purchases:
    """Everybody buys the same two of 40 products again every ten days, and now and then something else."""
    chance = np.random.default_rng(0)
    lines = []
    for customer in range(60):
        usual = chance.choice(PRODUCTS, 2, replace=False).tolist()
        for moment in range(6):
            lines += [(customer, product, moment * 10 * DAY + customer) for product in usual]
            if chance.random() < 0.4:
                lines.append((customer, int(chance.integers(PRODUCTS)), moment * 10 * DAY + customer))
    return of_lines(lines)


def test_where_fashion_rules_what_sells_of_late_counts():
    purchases = a_shop_of_fashion()
    model, learnt = fit_model(purchases, Catalogue.unknown(PRODUCTS))
    assert learnt.weights[OF_LATE].sum() > 0.5
    assert learnt.shrink not in (None, np.inf)
    assert learnt.figures["ndcg_10"] > 2 * learnt.figures["ndcg_10 at shrink inf"]
    found = proposals(visit_among(purchases, model, 0, 80.0 * DAY))
    assert {one.product_pk for one in found[:4]} <= set(range(35, 40)), "the fashion of the last days"


def test_who_bought_nothing_is_offered_the_fashion_too():
    learnt = learnt_from(a_shop_of_fashion())
    assert learnt.popular is not None
    choices = learnt.popular.choices
    assert choices.ndcg(learnt.popular.scores).mean() > choices.ndcg(choices.features[:, EVER]).mean() + 0.05
    others = [column for column, name in enumerate(NAMES) if SIGNALS[name][0] not in ("popular", "season", "reviews")]
    assert not learnt.impersonal[others].any()


def test_where_one_thing_follows_another_the_sequel_comes_first():
    purchases = a_shop_of_sequels()
    learnt = learnt_from(purchases)
    assert learnt.figures["ndcg_10"] > learnt.figures["ndcg_10 at shrink inf"] + 0.1
    model, _ = fit_model(purchases, Catalogue.unknown(PRODUCTS))
    hits = of = 0
    for row in range(purchases.shape[0]):
        mine = purchases.product[purchases.customer == row]
        if mine[-1] % 3 != 2:
            of += 1
            hits += proposals(visit_among(purchases, model, row, 9000.0 * DAY))[0].product_pk == mine[-1] + 1
    assert of > 30
    assert hits / of > 0.9


def test_where_people_buy_the_same_again_that_comes_first(settings):
    settings.REPEAT_PURCHASES = "auto"
    purchases = a_shop_of_habits()
    model, learnt = fit_model(purchases, Catalogue.unknown(PRODUCTS))
    assert learnt.share_of_repeats > 0.8
    assert model.wants_repeats
    for row in range(purchases.shape[0]):
        found = proposals(visit_among(purchases, model, row, 60.0 * DAY), again=True)
        mine, counts = np.unique(purchases.product[purchases.customer == row], return_counts=True)
        assert {one.product_pk for one in found[:2]} == set(mine[counts == 6])


def test_what_is_liked_never_counts_against():
    for shop in (a_shop_of_fashion(), a_shop_of_sequels()):
        catalogue = Catalogue.of(
            [f"Thing {n % 7}" for n in range(PRODUCTS)],
            ["AB"[n % 2] for n in range(PRODUCTS)],
            [1.0 + n % 9 for n in range(PRODUCTS)],
            [n / PRODUCTS for n in range(PRODUCTS)],
        )
        learnt = learn(shop, catalogue)
        assert (learnt.weights[NEVER_AGAINST] >= 0).all()
        assert (learnt.impersonal[NEVER_AGAINST] >= 0).all()


@pytest.mark.parametrize("customers", [0, 1, FEWEST - 1])
def test_of_too_few_customers_the_defaults_stand(customers):
    learnt = learnt_from(random_purchases(0, customers=max(customers, 1), lines=6 * customers))
    assert learnt.shrink is None
    assert learnt.ridge == DEFAULT_RIDGE
    assert learnt.weights.tolist() == [SCALES[RIDGE] if name == "ridge" else 0 for name in NAMES]
    assert np.flatnonzero(learnt.impersonal).tolist() == [NAMES.index("sold in 30 days")]
    assert learnt.personal is learnt.popular is None
    assert learnt.figures == {}


def test_where_chance_rules_little_is_learnt():
    learnt = learnt_from(random_purchases(1, customers=80, products=PRODUCTS, lines=400))
    assert learnt.ridge in RIDGES
    for name, figure in learnt.figures.items():
        assert 0 < figure < 0.35, name  # a random order of 35 products reaches about .13


def test_the_ridge_that_foretells_most_is_taken(monkeypatch):
    reached = {}
    for ridges in [(50.0,), (1e6,), (50.0, 1e6), (1e6, 50.0)]:
        monkeypatch.setattr("recommendations.engine.choosing.RIDGES", ridges)
        learnt = learnt_from(a_shop_of_sequels())
        reached[ridges] = learnt.ridge, learnt.figures["ndcg_10 of the ridge"]
    one, other = reached[50.0,], reached[1e6,]
    assert one[1] != other[1]
    assert reached[50.0, 1e6] == reached[1e6, 50.0] == max(one, other, key=lambda each: each[1])


def test_what_novelty_costs_is_in_the_weights_and_in_what_is_measured(monkeypatch):
    learnt = []
    for novelty in (0.0, 0.3):
        monkeypatch.setattr("recommendations.engine.learning.best_novelty", lambda *_, novelty=novelty: novelty)
        learnt.append(learnt_from(a_shop_of_sequels()))
    without, with_it = learnt
    assert without.weights - with_it.weights == pytest.approx(0.3 * np.eye(len(NAMES))[EVER])
    assert without.personal is not None
    assert with_it.personal is not None
    ever = without.personal.choices.features[:, EVER]
    assert without.personal.scores - with_it.personal.scores == pytest.approx(0.3 * ever)


def twenty_who_want(popular: bool) -> tuple[Choices, np.ndarray]:
    """Ten best sellers stand above 90 others of any order. Each of the twenty wants one thing: a best seller, which
    stands a little above the other best sellers, or one of the others, that stands above all."""
    chance = np.random.default_rng(0)
    scores = np.concatenate([np.full((20, 10), 1.0), 0.9 * chance.random((20, 90))], axis=1)
    wanted = np.arange(20) % 10 if popular else 10 + np.arange(20)
    scores[np.arange(20), wanted] = 1.01 if popular else 2
    features = np.zeros((2000, len(NAMES)))
    features[np.arange(2000) % 100 < 10, EVER] = 5
    targets, starts = np.eye(100)[wanted].ravel(), np.arange(21) * 100
    return Choices(np.arange(2000) % 100, features, targets, starts, np.ones(20, np.int64)), scores.ravel()


def of_chance(choices: Choices) -> np.ndarray:
    """Scores whose lists hold nearly everything."""
    return np.random.default_rng(1).random(len(choices.products))


@pytest.mark.parametrize(("popular", "novelty"), [(False, 0.1), (True, 0)])
def test_a_wider_range_may_cost_little(popular, novelty):
    choices, scores = twenty_who_want(popular)
    assert best_novelty(choices, scores, alone=of_chance(choices), products=100) == novelty


def test_a_range_that_is_wide_already_is_left_alone():
    choices, scores = twenty_who_want(popular=False)
    assert best_novelty(choices, scores, alone=of_chance(choices), products=60) == 0
    assert best_novelty(choices, scores, alone=-choices.products.astype(float), products=100) == 0


def test_the_same_purchases_teach_the_same():
    one, other = learnt_from(a_shop_of_fashion()), learnt_from(a_shop_of_fashion())
    assert one.figures == other.figures
    assert one.weights.tolist() == other.weights.tolist()


@pytest.mark.parametrize(
    ("setting", "share", "wanted"),
    [("auto", 0.34, True), ("auto", 0.33, False), ("yes", 0, True), ("no", 1, False)],
)
def test_whether_lists_hold_what_was_bought_before(settings, setting, share, wanted):
    settings.REPEAT_PURCHASES = setting
    assert wants_repeats(share) is wanted
