import numpy as np
import pytest
from sklearn.metrics import f1_score, recall_score, roc_auc_score

from customers.sentiment.measures import calibration_error, measure


def some_reviews(reviews=400):
    dice = np.random.default_rng(3)
    positive = dice.random(reviews) < 0.7
    chances = np.clip(np.round(0.3 * positive + dice.random(reviews) * 0.7, 1), 0, 1)  # rounded: many ties
    return chances, chances > 0.5, positive


def test_figures_are_those_of_scikit_learn():
    chances, verdicts, positive = some_reviews()
    found = measure(chances, verdicts, positive)
    assert found.macro_f1.value == pytest.approx(f1_score(positive, verdicts, average="macro"))
    assert found.negative_recall.value == pytest.approx(recall_score(positive, verdicts, pos_label=False))
    assert found.auc.value == pytest.approx(roc_auc_score(positive, chances))


def test_intervals_hold_the_value_and_narrow_with_more_reviews():
    few, many = measure(*some_reviews(100)), measure(*some_reviews(3000))
    for figures in (few, many):
        assert figures.auc.low < figures.auc.value < figures.auc.high
    assert many.auc.high - many.auc.low < (few.auc.high - few.auc.low) / 2
    assert measure(*some_reviews(100)) == few  # the same dice each time


def test_calibration_by_hand():
    chances, positive = np.array([0.95, 0.95, 0.15, 1.0]), np.array([True, False, False, True])
    assert calibration_error(chances, positive) == pytest.approx((abs(0.95 + 0.95 + 1 - 2) + 0.15) / 4)
    assert calibration_error(np.full(10, 0.7), np.arange(10) < 7) == pytest.approx(0)


@pytest.mark.parametrize("positive", [[True, True], [False, False]])
def test_one_kind_alone_cannot_be_measured(positive):
    with pytest.raises(ValueError, match="needed"):
        measure(np.array([0.1, 0.2]), np.array([True, False]), np.array(positive))
