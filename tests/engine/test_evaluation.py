import numpy as np
import pytest

from customers.models import Customer
from recommendations.engine.blend import Choices
from recommendations.engine.catalogue import Catalogue
from recommendations.engine.evaluation import FEWEST, LONGEST, Shelf, bands, confidence, measured
from recommendations.engine.fitting import fit_engine
from recommendations.engine.learning import Learnt, Trial
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


def test_lists_are_measured_as_they_are_served(settings):
    """Six products in order of their score: the second badly reviewed, the third named as the first, the first five
    in one category, of which a list holds two while others fit. All want the last and the second last."""
    settings.MAX_PER_CATEGORY, settings.SENTIMENT_THRESHOLD = 2, 0.6
    names = ["mug", "jug", "mug", "pan", "pot", "spade"]
    sentiment = [0.9, 0.59, float("nan"), 0.6, float("nan"), float("nan")]
    catalogue = Catalogue.of(names, ["Kitchen"] * 5 + ["Garden"], [1.0] * 6, sentiment)
    choices = Choices(
        np.tile(np.arange(6), FEWEST),
        np.zeros((6 * FEWEST, 1)),
        np.tile([0, 0, 0, 0, 0.5, 0.5], FEWEST),
        np.arange(FEWEST + 1) * 6,
        np.full(FEWEST, 2),
    )
    trial = Trial(choices, np.tile(np.arange(6, 0, -1.0), FEWEST), np.full(FEWEST, 4))
    [band] = measured(Learnt(personal=trial), Shelf(names, catalogue))["personal"]
    # mug, pan, spade, then pot, the second mug at last; the jug never.
    assert band["hit_rates"] == [0, 0, 0.5, 1] + [1] * 16


@pytest.mark.django_db
def test_a_fit_measures_both_strategies_and_personal_wins():
    a_shop_with_two_tastes(160)
    fit = fit_engine()
    for strategy in ("personal", "popular"):
        rates = fit.quality[strategy][0]["hit_rates"]
        assert len(rates) == LONGEST
        assert rates == sorted(rates)
        assert 0 < rates[4] < 1
    assert fit.quality["popular"][0]["customers"] == Customer.objects.count() // 5
    assert confidence(fit, 0, 5, "popular") == fit.quality["popular"][0]["hit_rates"][4]
    customers = [band["customers"] for band in fit.quality["personal"]]
    personal = np.average([band["hit_rates"][2] for band in fit.quality["personal"]], weights=customers)
    assert personal > fit.quality["popular"][0]["hit_rates"][2] + 0.03
