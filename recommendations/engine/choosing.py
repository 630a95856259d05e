"""What is chosen by customers held out: how strong the ridge, how free the blend, how wide the lists."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from recommendations.engine.blend import NAMES, Choices, fitted
from recommendations.engine.counting import Counting
from recommendations.engine.gathering import Floats, Ints, largest, summed
from recommendations.engine.heldout import Split
from recommendations.engine.signals import Shopper

RIDGES = (50.0, 200.0, 500.0, 1500.0)  # in customers
FOLDS = 5
# How strongly the blend is held to the ridge alone: infinitely, or less. In units of the loss a squared weight.
SHRINKS = (np.inf, 1000.0, 250.0, 50.0, 10.0)
DEFAULT_SHRINK = 50.0
NOVELTIES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)  # what the logarithm of all-time buyers may count against a product
NOVELTY_COST = 0.03  # of the NDCG that may be given for a wider range
WIDE, WIDER = 0.4, 2.2  # wide enough: of the products in some list of ten; times what the ridge alone reaches
ALONE = [NAMES.index("ridge"), NAMES.index("ridge, log")]
# To be liked better, or more like what was bought, may count nothing, but never against: a reason could not say so.
NEVER_AGAINST = [NAMES.index(name) for name in ("category", "name", "price", "reviews")]
EVER = NAMES.index("sold ever")


def best_ridge(splits: Sequence[Split], counting: Counting) -> tuple[float, float]:
    """By the NDCG@10 of the ridge alone."""
    gains: list[list[float]] = [[] for _ in RIDGES]
    for split in splits:
        known = split.held_out.known
        histories = [Shopper.among(known, int(row), 0).products for row in split.held_out.customers]
        for of_ridge, weights in zip(gains, counting.item_weights(split.together, RIDGES), strict=True):
            pairs = zip(histories, split.wanted(), strict=True)
            of_ridge += [_gain(weights, history, wanted) for history, wanted in pairs]
    means = [float(np.mean(of_ridge)) for of_ridge in gains]
    best = int(np.argmax(means))
    return RIDGES[best], round(means[best], 4)


def _gain(weights: csr_array, history: Ints, wanted: Ints, n: int = 10) -> float:
    [scores] = summed(weights, history, np.ones((1, len(history))))
    scores[history] = 0
    best = largest(scores, n)
    best = best[np.lexsort((best, -scores[best]))]
    return float((np.isin(best, wanted) / np.log2(np.arange(len(best)) + 2)).sum() / len(wanted))


def blend(choices: Choices, shrink: float) -> Floats:
    alone = fitted(choices, ALONE, 1.0, np.zeros(len(NAMES)))
    return alone if np.isinf(shrink) else fitted(choices, range(len(NAMES)), shrink, alone, never_against=NEVER_AGAINST)


def best_shrink(choices: Choices, folds: Ints) -> tuple[float, Floats, dict[str, float]]:
    """The default, unless another is better by more than two standard errors of the paired difference on customers
    that the blend was not fitted to; with the scores of those."""
    scores = {shrink: np.zeros(len(choices.products)) for shrink in SHRINKS}
    for fold in range(FOLDS):
        others, these = choices.of(np.flatnonzero(folds != fold)), np.flatnonzero(folds == fold)
        inside = np.isin(choices.customer, these)
        for shrink in SHRINKS:
            scores[shrink][inside] = choices.features[inside] @ blend(others, shrink)
    ndcg = {shrink: choices.ndcg(of_shrink) for shrink, of_shrink in scores.items()}
    best = max(SHRINKS, key=lambda shrink: ndcg[shrink].mean())
    gain = ndcg[best] - ndcg[DEFAULT_SHRINK]
    chosen = best if gain.mean() > 2 * gain.std() / np.sqrt(len(gain)) else DEFAULT_SHRINK
    figures = {f"ndcg_10 at shrink {shrink:g}": round(float(each.mean()), 4) for shrink, each in ndcg.items()}
    return chosen, scores[chosen], figures


def best_novelty(choices: Choices, scores: Floats, alone: Floats, products: int) -> float:
    """The least that makes the lists wide enough, or the most that costs no more of the NDCG than is allowed."""
    wide = min(WIDE * products, WIDER * _width(choices, alone))
    enough = (1 - NOVELTY_COST) * choices.ndcg(scores).mean()
    chosen = 0.0
    for novelty in NOVELTIES:
        against = scores - novelty * choices.features[:, EVER]
        if choices.ndcg(against).mean() < enough:
            break
        chosen = novelty
        if _width(choices, against) >= wide:
            break
    return chosen


def _width(choices: Choices, scores: Floats) -> int:
    """Distinct products in the lists of ten."""
    return len(np.unique(choices.products[choices.ranks(scores) < 10]))
