"""What executors do: functions of arrays alone, which travel there whole."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from recommendations.engine.gathering import Ints, blocks
from recommendations.engine.together import Factors, counted
from recommendations.engine.weights import Floats, solved

Counts = NDArray[np.float32]
Piece = tuple[Ints, Ints, Counts]  # columns, which neighbours of theirs, and the counts of these with all neighbours


def count(
    start: int, rows: csr_array, weighed: csr_array, scale: Factors, rarity: Factors, width: int
) -> tuple[csr_array, Ints, Counts, csr_array]:
    """Of the products from `start` on, which the customers of `rows` bought: counts, neighbours, counts with these,
    and BM25."""
    counts, neighbours, bm25 = counted(rows @ weighed, start, scale, rarity, width)
    return counts, neighbours, np.take_along_axis(_with_padding(counts), neighbours, axis=1), bm25


def asked(start: int, counts: csr_array, neighbours: Ints) -> Iterator[tuple[int, Piece]]:
    """What these rows of the counts say to the systems of all columns, by the block of columns."""
    table = _with_padding(counts)
    columns, place = np.nonzero((neighbours >= start) & (neighbours < start + len(table)))
    for target, block in enumerate(blocks(len(neighbours))):
        these = slice(*np.searchsorted(columns, [block.start, block.stop]))
        if these.start < these.stop:
            of, which = columns[these], place[these]
            rows = neighbours[of, which] - start
            yield target, (of - block.start, which, table[rows[:, None], neighbours[of]])


def solve(
    target: int, pieces: Iterable[tuple[int, Piece]], neighbours: Ints, near: Counts, ridges: Sequence[float]
) -> list[Floats]:
    """For each ridge (columns, nearest): the weights of the columns of one block."""
    block = blocks(len(neighbours))[target]
    nearest = neighbours.shape[1]
    systems = np.zeros((block.stop - block.start, nearest, nearest))
    for _, (of, which, counts) in pieces:
        systems[of, which] = counts
    with threadpool_limits(1):  # one thread a task, as Spark counts them
        return solved(systems, near[block].astype(float), ridges)


def _with_padding(counts: csr_array) -> Counts:
    """As a full table, with a column of zeros for the product that there is not."""
    rows, products = counts.shape
    table = np.zeros((rows, products + 1), np.float32)
    table[:, :products] = counts.toarray()
    return table
