import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.metrics import ndcg_score

from customers.models import Customer
from recommendations.engine.candidates import find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.evaluation import FEWEST, LONGEST, bands, confidence, ndcg
from recommendations.engine.fitting import KEPT, fit_engine, strongest
from recommendations.engine.heldout import popularity_before
from recommendations.engine.purchases import Purchases
from recommendations.engine.ranking import rank
from recommendations.engine.scoring import blended, profiles, similar_scores
from recommendations.engine.similar import similar_customers
from recommendations.engine.weights import gram_of, item_weights
from recommendations.models import EngineFit
from tests.engine.shop import a_shop_with_two_tastes


def some_hits(customers: int, at: int) -> np.ndarray:
    """Every list holds the target from length `at` on."""
    return np.tile(np.arange(1, LONGEST + 1) >= at, (customers, 1)).astype(float)


def test_bands_by_hand():
    evidence = np.array([1] * FEWEST + [4] * FEWEST)
    [low, high] = bands(evidence, np.concatenate([some_hits(FEWEST, 3), some_hits(FEWEST, 20)]))
    assert (low["at_least"], low["at_most"], low["customers"]) == (1, 2, FEWEST)
    assert (high["at_least"], high["at_most"]) == (3, None)
    assert low["hit_rates"][:4] == [0, 0, 1, 1]
    assert high["hit_rates"][-2:] == [0, 1]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([1] * 5, []),
        ([1] * 5 + [200] * 25, [(1, None)]),
        ([1] * 40 + [4] * 5, [(1, None)]),
        ([1] * 40 + [4] * 5 + [30] * 30, [(1, 20), (21, None)]),
        ([4] * 5 + [30] * 30, [(3, None)]),
        ([], []),
    ],
)
def test_bands_of_too_few_customers_are_joined(evidence, expected):
    found = bands(np.array(evidence, np.int64), some_hits(len(evidence), 1))
    assert [(band["at_least"], band["at_most"]) for band in found] == expected
    assert sum(band["customers"] for band in found) == (len(evidence) if expected else 0)


def test_ndcg_is_scikit_learns():
    rng = np.random.default_rng(0)
    scores, wanted = rng.random((20, 30)), rng.integers(0, 30, 20)
    targets = csr_array((np.ones(20), (np.arange(20), wanted)), shape=scores.shape)
    assert ndcg(scores, targets) == pytest.approx(ndcg_score(targets.toarray(), scores, k=10))


def test_confidence_is_what_was_measured():
    band = {"at_least": 3, "at_most": 10, "customers": 50, "hit_rates": [number / 100 for number in range(1, 21)]}
    last = band | {"at_least": 11, "at_most": None, "hit_rates": [0.5] * 20}
    fit = EngineFit(quality={"personal": [band, last]})
    assert confidence(fit, 3, 5, "personal") == confidence(fit, 10, 5, "personal") == 0.05
    assert confidence(fit, 5, 99, "personal") == 0.20
    assert confidence(fit, 5000, 5, "personal") == 0.5
    assert confidence(fit, 2, 5, "personal") is None
    assert confidence(fit, 5, 0, "personal") is None
    assert confidence(fit, 5, 5, "popular") is None
    assert confidence(fit, 5, 5, "personal_search") is None


def test_without_a_fit_there_is_no_confidence():
    assert confidence(None, 5, 5, "personal") is None


@pytest.mark.django_db
def test_a_fit_measures_both_strategies_and_personal_wins():
    a_shop_with_two_tastes(120)
    fit = fit_engine()
    for strategy in ("personal", "popular"):
        rates = fit.quality[strategy][0]["hit_rates"]
        assert len(rates) == LONGEST
        assert rates == sorted(rates)
        assert 0 < rates[4] < 1
    assert confidence(fit, 0, 5, "popular") == fit.quality["popular"][0]["hit_rates"][4]

    def hits_of_three(strategy: str) -> float:
        known = [band for band in fit.quality[strategy] if band["at_least"]]
        return float(
            np.average([band["hit_rates"][2] for band in known], weights=[band["customers"] for band in known])
        )

    assert hits_of_three("personal") > hits_of_three("popular") + 0.03


@pytest.mark.django_db
def test_what_is_measured_is_what_is_served():
    """The arrays and the SQL rank alike."""
    a_shop_with_two_tastes()
    fit = fit_engine()
    purchases = Purchases.of_the_shop()
    gram = gram_of(purchases.bought)
    [weights] = item_weights(gram, [fit.parameters["ridge"]])
    rows, columns, kept, _ = strongest(weights, gram, KEPT)
    weights = csr_array((kept, (rows, columns)), shape=weights.shape)
    everybody = np.arange(purchases.shape[0])
    now = np.full(len(everybody), purchases.time.max() + 1)
    scores = blended(
        (profiles(purchases, everybody) @ weights).toarray(),
        similar_scores(purchases.bought, everybody),
        popularity_before(purchases, now, 30 * 86_400)[1],
        purchases.bought,
    )
    for row, pk in enumerate(purchases.customer_pks.tolist()):
        me = Customer.objects.get(pk=pk)
        served = rank(find_candidates(me, Constraints(), similar_customers(me)).candidates, Constraints(), 20, 20)
        expected = [scores[row, np.searchsorted(purchases.product_pks, item.product_pk)] for item in served]
        assert [item.score for item in served] == pytest.approx(expected, rel=1e-4)
        assert len(served) == np.isfinite(scores[row]).sum()
