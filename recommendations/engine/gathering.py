"""Rows of sparse tables, summed: what a few products say of all others."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
T = TypeVar("T")

CORES = 2
BLOCK = 256  # rows of a product of matrices that are held at once


def entries(table: csr_array, rows: Ints) -> tuple[Ints, Ints]:
    """Where the entries of these rows lie in `table.indices`, and which of `rows` each is from: (entries,) twice."""
    starts, ends = table.indptr[rows], table.indptr[rows + 1]
    lengths = ends - starts
    which = np.repeat(np.arange(len(rows)), lengths)
    within = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return starts[which] + within, which


def summed(table: csr_array, rows: Ints, profiles: Floats) -> Floats:
    """(profiles, rows) of weights -> (profiles, columns of the table): the weighted sums of those rows."""
    at, which = entries(table, rows)
    columns, values = table.indices[at], table.data[at]
    return np.stack([np.bincount(columns, values * profile[which], table.shape[1]) for profile in profiles])


def largest(scores: Floats, n: int) -> Ints:
    """Where the `n` largest positive scores are, in no order."""
    positive = np.flatnonzero(scores > 0)
    if len(positive) <= n:
        return positive
    return positive[np.argpartition(-scores[positive], n - 1)[:n]]


def multiplied(left: csr_array, right: csr_array) -> Iterator[tuple[slice, csr_array]]:
    """The product of two sparse matrices some rows at a time, so that a dense result never stands in memory whole."""
    yield from by_blocks(lambda _, rows: rows @ right, left)


def by_blocks(function: Callable[[int, csr_array], T], table: csr_array) -> Iterator[tuple[slice, T]]:
    """What the function gives for the number of a first row and some rows of the table, in order, by threads."""
    with ThreadPoolExecutor(CORES) as threads:
        waiting: deque[tuple[slice, Future[T]]] = deque()
        for block in blocks(table.shape[0]):
            waiting.append((block, threads.submit(function, block.start, table[block])))
            if len(waiting) > CORES:
                done, result = waiting.popleft()
                yield done, result.result()
        for done, result in waiting:
            yield done, result.result()


def blocks(rows: int) -> list[slice]:
    return [slice(start, min(start + BLOCK, rows)) for start in range(0, rows, BLOCK)]


def strongest(table: csr_array, n: int) -> csr_array:
    """The table with the `n` largest positive entries of each row alone; of equal ones the first columns."""
    kept = [_largest_of_row(table, row, n) for row in range(table.shape[0])]
    indptr = np.cumsum([0, *map(len, kept)])
    at = np.concatenate(kept) if kept else np.zeros(0, np.int64)
    return csr_array((table.data[at], table.indices[at], indptr), shape=table.shape)


def _largest_of_row(table: csr_array, row: int, n: int) -> Ints:
    start, end = table.indptr[row], table.indptr[row + 1]
    values = table.data[start:end]
    # Values are partitioned, not their positions: that is several times as fast where many are equal.
    enough = np.partition(values, -n)[-n] if len(values) > n else 0
    at = np.flatnonzero((values >= enough) & (values > 0))
    if len(at) > n:
        at = np.sort(at[np.lexsort((at, -values[at]))[:n]])
    return np.asarray(at + start)
