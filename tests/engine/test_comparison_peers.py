import sys

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import cosine_similarity

from recommendations.engine.comparison.ease import EASE
from recommendations.engine.comparison.extra import ExtraMissing
from recommendations.engine.comparison.factors import ALS
from recommendations.engine.comparison.neighbours import Bm25Knn, ItemKnn, RP3beta, UserKnn
from recommendations.engine.comparison.peers import PEERS
from recommendations.engine.comparison.popularity import DAY, Popularity, RecentPopularity
from recommendations.engine.comparison.recommender import best
from recommendations.engine.comparison.tuning import expected_ndcg, tuned
from recommendations.engine.heldout import last_moment
from recommendations.engine.purchases import Purchases


def some(*lines: tuple[int, int, int]) -> Purchases:
    """(customer, product, time) each."""
    return Purchases.of(*(np.array([line[field] for line in lines], np.int64) for field in range(3)))


def at_random(customers: int = 40, products: int = 12, lines: int = 200) -> Purchases:
    chance = np.random.default_rng(4)
    return Purchases.of(
        chance.integers(0, customers, lines), chance.integers(0, products, lines), chance.integers(0, 50 * DAY, lines)
    )


def two_tastes() -> Purchases:
    """Even customers know the even products but one each, odd ones the odd."""
    return some(
        *(
            (customer, product, product * DAY)
            for customer in range(60)
            for product in range(20)
            if (product - customer) % 2 == 0 and (customer // 2) % 10 != product // 2
        )
    )


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_finds_what_is_missing_in_a_taste(name):
    """Popularity alone cannot."""
    purchases, everybody = two_tastes(), np.arange(60)
    peer = PEERS[name](0)[0]
    peer.fit(purchases)
    found = peer.rank(everybody, np.full(60, 20 * DAY), 1)[:, 0]
    right = (found - everybody) % 2 == 0
    assert right.all() == ("popularity" not in name)


@pytest.mark.parametrize("name", PEERS)
def test_every_list_holds_all_that_is_open_once(name):
    purchases = at_random()
    customers = np.arange(purchases.shape[0])
    times = np.full(len(customers), 40 * DAY)
    peer = PEERS[name](0)[-1]
    peer.fit(purchases)
    lists = peer.rank(customers, times, 20)
    assert lists.shape == (len(customers), 20)
    for row, known in zip(lists, purchases.bought.toarray() > 0, strict=True):
        listed = row[row >= 0]
        assert sorted(listed) == np.flatnonzero(~known).tolist()
        assert (row[len(listed) :] == -1).all()
    alone = np.concatenate([peer.rank(customers[[at]], times[[at]], 20) for at in range(len(customers))])
    assert np.array_equal(alone, lists)
    again = PEERS[name](0)[-1]
    again.fit(purchases)
    assert np.array_equal(again.rank(customers, times, 20), lists)


def test_a_customer_of_whom_nothing_is_known_gets_what_is_popular():
    known = some((1, 2, 0), (2, 2, 0), (2, 0, 0), (3, 2, 0), (3, 0, 0), (3, 1, 0))
    purchases = Purchases(known.customer, known.product, known.time, np.arange(4), known.product_pks)
    for peer in (ItemKnn("Cosine", 5), Bm25Knn(5, 1.2, 0.5), RP3beta(5, 1, 0.5), UserKnn(5)):
        peer.fit(purchases)
        assert peer.rank(np.array([3]), np.array([1]), 3).tolist() == [[2, 0, 1]]


def test_popularity_counts_buyers_and_recent_popularity_purchases_before_the_request():
    purchases = some(
        (1, 0, 0), (2, 0, 1), (3, 1, 5 * DAY), (3, 1, 6 * DAY), (4, 2, 6 * DAY), (5, 2, 7 * DAY), (9, 3, 0)
    )
    someone = np.array([purchases.shape[0] - 1])

    def ranked(peer, time):
        peer.fit(purchases)
        return peer.scores(someone, np.array([time]))[0].tolist()

    assert ranked(Popularity(), 0) == [2, 1, 2, 1]
    assert ranked(RecentPopularity(7, first_only=False), 7 * DAY) == [2, 2, 1, 1]
    assert ranked(RecentPopularity(7, first_only=True), 7 * DAY) == [2, 1, 1, 1]
    assert ranked(RecentPopularity(2, first_only=False), 7 * DAY + 1) == [0, 1, 2, 0]
    assert ranked(RecentPopularity(2, first_only=False), 0) == [0, 0, 0, 0]


def test_ease_is_a_ridge_regression_of_each_product_on_the_others():
    purchases = at_random()
    peer = EASE(ridge=3.0)
    peer.fit(purchases)
    bought = purchases.bought.toarray()
    for product in range(bought.shape[1]):
        others = np.delete(np.arange(bought.shape[1]), product)
        expected = Ridge(alpha=3.0, fit_intercept=False).fit(bought[:, others], bought[:, product])
        assert peer.weights[others, product] == pytest.approx(expected.coef_, abs=1e-4)
        assert peer.weights[product, product] == 0


def test_cosine_neighbours_are_scikit_learns():
    purchases = at_random()
    bought = purchases.bought.toarray()
    everybody = np.arange(len(bought))
    item = ItemKnn("Cosine", nearest=bought.shape[1])
    item.fit(purchases)
    assert item.likeness(everybody).toarray() == pytest.approx(bought @ cosine_similarity(bought.T))
    user = UserKnn(nearest=len(bought))
    user.fit(purchases)
    alike = cosine_similarity(bought)
    np.fill_diagonal(alike, 0)
    assert user.likeness(everybody).toarray() == pytest.approx(alike @ bought, rel=1e-5)


def test_only_the_nearest_customers_count():
    purchases = some((1, 0, 0), (1, 1, 0), (2, 0, 0), (2, 1, 0), (2, 2, 0), (3, 0, 0), (3, 3, 0), (3, 4, 0), (3, 5, 0))
    peer = UserKnn(nearest=1)
    peer.fit(purchases)
    assert peer.likeness(np.array([0])).toarray()[0] == pytest.approx([2 / 6**0.5] * 3 + [0] * 3)


def test_rp3beta_is_a_walk_by_a_plain_loop():
    purchases = at_random()
    bought = purchases.bought.toarray()
    peer = RP3beta(nearest=4, alpha=0.8, beta=0.3)
    peer.fit(purchases)
    products = bought.shape[1]
    walk = np.zeros((products, products))
    for start in range(products):
        for customer in np.flatnonzero(bought[:, start]):
            for end in np.flatnonzero(bought[customer]):
                step = (1 / bought[:, start].sum()) ** 0.8 * (1 / bought[customer].sum()) ** 0.8
                walk[start, end] += step / bought[:, end].sum() ** 0.3
    np.fill_diagonal(walk, 0)
    for row in walk:
        row[row < np.sort(row)[-4]] = 0
    assert peer.similarity.toarray() == pytest.approx(walk, rel=1e-5)


def test_equal_scores_are_in_the_order_of_rows_however_many_are_asked_for():
    scores = np.array([[1.0, 5.0, 1.0, 5.0, 1.0]])
    bought = csr_array(np.array([[0, 0, 1, 0, 0]]))
    for n in range(1, 8):
        assert best(scores.copy(), bought, n).tolist() == [([1, 3, 0, 4] + [-1] * 4)[:n]]


class Listing:
    """Ranks as it is told, and remembers what it was fitted on."""

    def __init__(self, *products: int) -> None:
        self.products = products

    def fit(self, train: Purchases) -> None:
        self.seen = train

    def rank(self, customers, times, n):
        return np.tile(np.array(self.products), (len(customers), 1))


def test_the_options_that_foretell_hidden_purchases_best_are_chosen():
    purchases = some(*((customer, product, product) for customer in range(5) for product in range(3)))
    held_out = last_moment(purchases, np.random.default_rng(0))
    choices = [Listing(0, 1, 2), Listing(2, 1, 0), Listing(1, 2, 0)]
    chosen, reached = tuned(choices, held_out)
    assert chosen is choices[1]
    assert reached == pytest.approx([1 / np.log2(4), 1, 1 / np.log2(3)])
    assert chosen.seen is held_out.known


def test_nobody_held_out_leaves_the_first_choice():
    held_out = last_moment(some((1, 10, 0)), np.random.default_rng(0))
    choices = [Listing(0), Listing(1)]
    assert tuned(choices, held_out) == (choices[0], [])


def test_ndcg_of_one_random_target_by_hand():
    targets = csr_array(np.array([[0.5, 0.5, 0, 0], [0, 0, 0, 1]]))
    assert expected_ndcg(np.array([[1, 2, 0], [0, 1, -1]]), targets) == pytest.approx((0.5 + 0.5 / 2) / 2)


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "implicit.cpu.als", None)
    peer = ALS(8, 1.0, 1.0, iterations=1, seed=0)
    with pytest.raises(ExtraMissing, match=r"implicit.*\[bench\]"):
        peer.fit(at_random())
