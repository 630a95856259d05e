"""The options of a method, chosen on customers held out of train by the rule that made the test."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from recommendations.engine.comparison.recommender import Recommender
from recommendations.engine.heldout import HeldOut
from recommendations.engine.purchases import Ints

LENGTH = 10


def tuned(choices: Sequence[Recommender], held_out: HeldOut) -> tuple[Recommender, list[float]]:
    """The choice with the best NDCG@10, and what each reached; the first where nobody could be held out."""
    if len(choices) == 1 or not len(held_out.customers):
        return choices[0], []
    reached = []
    for choice in choices:
        choice.fit(held_out.known)
        lists = choice.rank(held_out.customers, held_out.times, LENGTH)
        reached.append(expected_ndcg(lists, held_out.targets))
    return choices[int(np.argmax(reached))], reached


def expected_ndcg(lists: Ints, targets: csr_array) -> float:
    """NDCG of one random target each; `targets`: (customers, products) rows that sum to 1."""
    gains = 1 / np.log2(np.arange(2, 2 + lists.shape[1]))
    return float((weights_of(lists, targets) * gains).sum(axis=1).mean())


def weights_of(lists: Ints, targets: csr_array) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(customers, n) what `targets` holds for each listed product; 0 for padding."""
    rows = np.broadcast_to(np.arange(len(lists))[:, None], lists.shape)
    found = targets[rows.ravel(), np.maximum(lists, 0).ravel()]
    return np.where(lists >= 0, np.asarray(found).reshape(lists.shape), 0.0)
