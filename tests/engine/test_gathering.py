import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from recommendations.engine.gathering import entries, largest, multiplied, strongest, summed

seeds, sizes = st.integers(0, 10_000), st.integers(0, 9)


def a_table(seed: int, rows: int, columns: int) -> csr_array:
    """With negative values, ties, stored zeros and empty rows."""
    chance = np.random.default_rng(seed)
    table = csr_array((chance.random((rows, columns)) < 0.6).astype(float))
    table.data = chance.integers(-2, 4, table.nnz).astype(float)
    return table


@given(seeds, st.integers(1, 9), sizes, sizes)
def test_entries_are_those_of_the_rows(seed, rows, columns, n):
    table, wanted = a_table(seed, rows, columns), np.random.default_rng(seed).integers(0, rows, n)
    at, which = entries(table, wanted)
    found = list(zip(which, table.indices[at], table.data[at], strict=True))
    expected = []
    for place, row in enumerate(wanted):
        for entry in range(table.indptr[row], table.indptr[row + 1]):
            expected.append((place, table.indices[entry], table.data[entry]))
    assert found == expected


@given(seeds, st.integers(1, 9), sizes, sizes)
def test_sums_are_those_of_a_plain_loop(seed, rows, columns, n):
    chance = np.random.default_rng(seed)
    table, wanted, profiles = a_table(seed, rows, columns), chance.integers(0, rows, n), chance.random((3, n))
    expected = np.zeros((3, columns))
    for profile in range(3):
        for place, row in enumerate(wanted):
            expected[profile] += profiles[profile, place] * table.toarray()[row]
    assert summed(table, wanted, profiles) == pytest.approx(expected)


@given(seeds, sizes, sizes, sizes)
def test_the_strongest_of_each_row_are_those_of_a_sort(seed, rows, columns, n):
    table = a_table(seed, rows, columns)
    expected = np.zeros((rows, columns))
    for row, values in enumerate(table.toarray()):
        best_first = sorted((column for column in range(columns) if values[column] > 0), key=lambda at: -values[at])
        expected[row, best_first[:n]] = values[best_first[:n]]
    found = strongest(table, n)
    assert found.toarray().tolist() == expected.tolist()
    assert (found.data > 0).all()


@given(st.lists(st.integers(-3, 9), max_size=20), sizes)
def test_the_largest_leave_nothing_larger_behind(scores, n):
    found = largest(np.array(scores, float), n) if n else np.zeros(0, int)
    left = [score for at, score in enumerate(scores) if at not in found and score > 0]
    assert len(set(found)) == len(found) == min(n, sum(score > 0 for score in scores))
    assert all(scores[at] > 0 and scores[at] >= max(left, default=0) for at in found)


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 10])
def test_a_product_in_blocks_is_the_product(monkeypatch, rows):
    monkeypatch.setattr("recommendations.engine.gathering.BLOCK", 3)
    left, right = a_table(1, rows, 5), a_table(2, 5, 7)
    found = np.zeros((rows, 7))
    for block, product in multiplied(left, right):
        found[block] += product.toarray()
    assert found.tolist() == (left @ right).toarray().tolist()
