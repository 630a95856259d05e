"""Percentiles of bins, against numpy's of the durations themselves."""

import math

import numpy as np
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tracing.rollups.histogram import BIN, ERROR, percentile

durations = st.lists(st.floats(min_value=0.001, max_value=1e7), min_size=1, max_size=60)
QS = (0.0, 0.5, 0.95, 0.99, 1.0)


def bins_of(milliseconds: list[float]) -> dict[int, int]:
    """By PostgreSQL, as the roll-up counts them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {BIN}, count(*) FROM unnest(%s::float8[]) durations (milliseconds) GROUP BY 1", [milliseconds]
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db
@given(durations)
def test_a_percentile_is_within_the_bound_of_numpys(seen):
    sizes = bins_of(seen)
    for q in QS:
        exact = np.percentile(seen, q * 100, method="lower")
        assert percentile(sizes, q) == pytest.approx(exact, rel=ERROR * 1.000001)


@pytest.mark.django_db
@given(durations, durations)
def test_days_add_up(one, other):
    sizes = bins_of(one)
    for number, size in bins_of(other).items():
        sizes[number] = sizes.get(number, 0) + size
    assert sizes == bins_of(one + other)


@pytest.mark.django_db
def test_what_took_no_time_counts_as_a_microsecond():
    assert percentile(bins_of([0.0, -1.0, 0.0]), 0.5) == pytest.approx(0.001, rel=ERROR * 1.000001)


def test_nothing_has_no_percentile():
    assert percentile({}, 0.5) is None


def test_the_bound_is_what_the_paper_says():
    gamma = (1 + ERROR) / (1 - ERROR)
    assert math.isclose((gamma - 1) / (gamma + 1), ERROR)
