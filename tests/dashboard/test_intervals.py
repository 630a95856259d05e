"""Intervals against scipy's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from recommendations.dashboard.intervals import student, wilson


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilsons_interval(successes, trials):
    successes = min(successes, trials)
    expected = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-6)


@given(
    st.lists(st.integers(2, 10).map(lambda half: half / 2), min_size=3, max_size=60).filter(lambda s: len(set(s)) > 1)
)
def test_students_interval(stars):
    low, high = stats.t.interval(0.95, len(stars) - 1, sum(stars) / len(stars), stats.sem(stars))
    found = student(len(stars), sum(stars), sum(star * star for star in stars))
    assert found == pytest.approx((max(1, low), min(5, high)), abs=1e-6)


def test_of_too_few_nothing_is_said():
    assert wilson(0, 0) is None
    assert student(1, 4, 16) is None
