"""Who does the heavy part of a fit: this process, unless another way is given that comes to the same tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.sparse import csr_array

from recommendations.engine.purchases import Purchases
from recommendations.engine.together import Together, count_together, transition_table
from recommendations.engine.weights import item_weights


@dataclass(frozen=True)
class Counting:
    """What of a fit grows with the pairs of products. The rest of it grows with the purchases alone."""

    count_together: Callable[[csr_array], Together] = count_together
    item_weights: Callable[[Together, Sequence[float]], list[csr_array]] = item_weights
    transition_table: Callable[[Purchases], csr_array] = transition_table


HERE = Counting()
