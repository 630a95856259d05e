"""The tables of a fit, some products at a time, wherever Spark runs them.

What all share is broadcast: the purchases, of 12 to 24 bytes each, a part of what every process that serves holds
anyway. What grows with the pairs of products is divided by products and stays where it was counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark import StorageLevel
from scipy.sparse import csr_array

from recommendations.engine.gathering import blocks
from recommendations.engine.purchases import Purchases
from recommendations.engine.spark.work import Counts, asked, count, solve
from recommendations.engine.together import (
    Together,
    followed,
    memories,
    nearest_of,
    stacked,
    weighed_for_counting,
)
from recommendations.engine.weights import item_weights, weights_table

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

TASKS_A_CORE = 4  # each costs some 50 ms, fewer leave cores idle at the end


@dataclass(frozen=True)
class SpreadTogether(Together):
    """Here are the counts of each product with its neighbours; those of all pairs lie with the executors."""

    near: Counts  # (products, nearest) in the order of the neighbours
    rows: "RDD[Any]"  # (first product, csr rows of counts)


@dataclass(frozen=True)
class Spread:
    context: "SparkContext"
    nearest: int
    all_below: int

    def count_together(self, bought: csr_array) -> Together:
        products = bought.shape[1]
        width = nearest_of(products, self.nearest, self.all_below)
        counted = self._by_blocks(count, csr_array(bought.T), *weighed_for_counting(bought), width)
        counted = counted.persist(StorageLevel.DISK_ONLY)
        found = counted.map(lambda block: block[1][1:]).collect()
        neighbours, near = (
            np.concatenate([np.zeros((0, width), dtype), *(of_block[part] for of_block in found)])
            for part, dtype in enumerate((np.int64, np.float32))
        )
        bm25 = stacked([table for *_, table in found], products)
        rows = counted.mapValues(lambda block: block[0])
        if width == max(products - 1, 0):  # so few products that their pairs fit anywhere
            return Together(stacked(rows.values().collect(), products).toarray(), neighbours, bm25)
        return SpreadTogether(weights_table(neighbours, near), neighbours, bm25, near, rows)

    def item_weights(self, together: Together, ridges: Sequence[float]) -> list[csr_array]:
        if not isinstance(together, SpreadTogether):
            return item_weights(together, ridges)
        known = self.context.broadcast((together.neighbours, together.near))
        pieces = together.rows.flatMap(lambda block: asked(block[0], block[1], known.value[0]))
        solved = (
            pieces.partitionBy(len(blocks(len(together.neighbours))), lambda target: target)
            .mapPartitionsWithIndex(
                lambda target, of_block: [solve(target, of_block, known.value[0], known.value[1], ridges)]
            )
            .collect()
        )
        each = (np.concatenate(of_ridge) for of_ridge in zip(*solved, strict=True))
        return [weights_table(together.neighbours, weights) for weights in each]

    def transition_table(self, purchases: Purchases) -> csr_array:
        bought, memory = memories(purchases)
        rows = self._by_blocks(lambda _, block, *known: followed(block, *known), bought, *memory)
        return stacked(rows.values().collect(), purchases.shape[1])

    def _by_blocks(self, function: Callable[..., Any], table: csr_array, *shared: Any) -> "RDD[Any]":
        """(first row, what the function gives for the number of that row, some rows of the table and what is shared)"""
        known = self.context.broadcast(shared)
        parts = [(block.start, table[block]) for block in blocks(table.shape[0])]
        tasks = min(TASKS_A_CORE * self.context.defaultParallelism, max(len(parts), 1))
        return self.context.parallelize(parts, tasks).map(lambda part: (part[0], function(*part, *known.value)))
