from math import expm1, log, log1p

import numpy as np
import pytest

from recommendations.engine.repeats import LONGEST, SIGNALS, SURE_OF, Rhythm, share_of_repeats
from tests.engine.shop import DAY, some

COFFEE, SOAP, LAMP = 10, 11, 12


@pytest.fixture
def rhythm():
    """Coffee is bought again after 10 days, and after 40; soap by one of two after 90; the lamp never."""
    lines = [(1, COFFEE, 0), (1, COFFEE, 10), (1, COFFEE, 50), (2, COFFEE, 3), (3, LAMP, 9)]
    return Rhythm.of(some(*((who, what, day * DAY) for who, what, day in [*lines, (1, SOAP, 0), (1, SOAP, 90)])))


def test_the_usual_gap_by_hand(rhythm):
    gaps = [log1p(10), log1p(40), log1p(90)]
    usual = sum(gaps) / 3
    assert rhythm.usual_gap == pytest.approx(
        [expm1((gaps[0] + gaps[1] + usual) / 3), expm1((gaps[2] + usual) / 2), expm1(usual)]
    )


def test_who_bought_it_again_by_hand(rhythm):
    share = 2 / 4  # of the pairs of customer and product
    assert rhythm.bought_again == pytest.approx(
        [(1 + SURE_OF * share) / (2 + SURE_OF), (1 + SURE_OF * share) / (1 + SURE_OF), SURE_OF * share / (1 + SURE_OF)]
    )


def test_the_signals_by_hand(rhythm):
    signals = rhythm.signals(np.array([0, 2]), np.array([3, 1]), np.array([50.0, 9.0]) * DAY, 60.0 * DAY)
    assert signals.shape == (2, len(SIGNALS))
    assert signals[0] == pytest.approx(
        [1, log(3), log(rhythm.bought_again[0] + 0.01), -abs(log1p(10) - log1p(rhythm.usual_gap[0]))]
    )
    assert signals[1, :2].tolist() == [1, 0]


def test_a_thing_is_most_due_when_it_is_usually_bought_again(rhythm):
    days = np.arange(1, 200)
    due = [rhythm.signals(np.array([0]), np.array([1]), np.zeros(1), day * DAY)[0, -1] for day in days]
    assert days[int(np.argmax(due))] == round(rhythm.usual_gap[0])


def test_where_nobody_came_back():
    rhythm = Rhythm.of(some((1, COFFEE, 0), (2, LAMP, 5)))
    assert rhythm.usual_gap == pytest.approx([LONGEST, LONGEST])
    assert rhythm.bought_again.tolist() == [0, 0]


def test_without_purchases():
    assert Rhythm.of(some()).usual_gap.tolist() == []
    assert share_of_repeats(some()) == 0


@pytest.mark.parametrize(
    ("lines", "share"),
    [
        ([(1, COFFEE, 0), (1, COFFEE, 5)], 1),
        ([(1, COFFEE, 0), (1, COFFEE, 5), (1, SOAP, 5)], 1 / 2),
        ([(1, COFFEE, 0), (1, COFFEE, 5), (1, SOAP, 9)], 0),  # the last moment alone counts
        ([(1, COFFEE, 0), (2, COFFEE, 5)], 0),  # nobody came twice
        ([(1, COFFEE, 0), (1, COFFEE, 5), (2, SOAP, 0), (2, LAMP, 3), (3, LAMP, 1)], 1 / 2),
    ],
)
def test_the_share_of_repeats_by_hand(lines, share):
    assert share_of_repeats(some(*lines)) == pytest.approx(share)
