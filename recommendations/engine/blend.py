"""How much each signal counts: a softmax over each customer's candidates, fitted to what was really bought next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from recommendations.engine.gathering import Floats, Ints
from recommendations.engine.signals import SIGNALS

NAMES = list(SIGNALS)


@dataclass(frozen=True)
class Choices:
    """Customers with their candidates and which of these they bought next."""

    products: Ints  # (candidates of all,) rows
    features: Floats  # (candidates of all, signals)
    targets: Floats  # (candidates of all,) the share of the customer's targets; sums to at most 1 a customer
    starts: Ints  # (customers + 1,) where each customer's candidates begin
    wanted: Ints  # (customers,) targets, among the candidates or not

    def of(self, customers: Ints) -> "Choices":
        """Of those customers alone."""
        spans = [np.arange(self.starts[row], self.starts[row + 1]) for row in customers]
        at = np.concatenate([np.zeros(0, np.int64), *spans])
        starts = np.cumsum([0, *map(len, spans)])
        return Choices(self.products[at], self.features[at], self.targets[at], starts, self.wanted[customers])

    @classmethod
    def joined(cls, parts: Sequence["Choices"]) -> "Choices":
        ends = np.cumsum([0, *(len(part.products) for part in parts)])
        starts = [part.starts[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        return cls(
            np.concatenate([part.products for part in parts]),
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.targets for part in parts]),
            np.concatenate([*starts, ends[-1:]]),
            np.concatenate([part.wanted for part in parts]),
        )

    @property
    def customers(self) -> int:
        return len(self.wanted)

    @property
    def customer(self) -> Ints:
        """(candidates of all,) whose candidate each is."""
        return np.repeat(np.arange(self.customers), np.diff(self.starts))

    def ranks(self, scores: Floats) -> Ints:
        """(candidates of all,) 0 for the best of each customer's."""
        order = np.lexsort((self.products, -scores, self.customer))
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order)) - self.starts[:-1][self.customer]
        return ranks

    def ndcg(self, scores: Floats, n: int = 10) -> Floats:
        """(customers,) Järvelin & Kekäläinen 2002, for a target that is one random product of those bought next."""
        ranks = self.ranks(scores)
        gain = np.where(ranks < n, self.targets / np.log2(ranks + 2), 0)
        return np.bincount(self.customer, gain, self.customers).astype(float)


def fitted(
    choices: Choices,
    columns: Sequence[int],
    shrink: float,
    towards: Floats,
    *,
    known: Floats | float = 0.0,
    never_against: Collection[int] = (),
) -> Floats:
    """(signals,) the weights that make the purchases most likely; 0 outside `columns`. `known` is what each candidate
    scores anyway; the columns `never_against` count nothing rather than less.

    The loss is −Σ n^½ Σ share · log softmax(b·f + known) + shrink/2 · |b − towards|²: a customer with n targets
    counts √n.
    """
    columns = list(columns)
    features, prior = choices.features[:, columns], towards[columns]
    lengths = np.diff(choices.starts)
    starts, counted = choices.starts[:-1][lengths > 0], lengths[lengths > 0]
    mass = choices.targets * np.repeat(np.sqrt(choices.wanted)[lengths > 0], counted)
    total = np.add.reduceat(mass, starts) if len(starts) else np.zeros(0)

    def loss(b: Floats) -> tuple[float, Floats]:
        scores = features @ b + known
        scores -= np.repeat(np.maximum.reduceat(scores, starts), counted)
        likely = np.exp(scores)
        sums = np.add.reduceat(likely, starts)
        value = -(mass @ scores) + total @ np.log(sums) + shrink / 2 * ((b - prior) ** 2).sum()
        slope = features.T @ (likely * np.repeat(total / sums, counted) - mass) + shrink * (b - prior)
        return float(value), slope

    weights = np.zeros(len(towards))
    if len(starts):
        bounds = [(0, None) if column in never_against else (None, None) for column in columns]
        found = minimize(
            loss, prior, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200, "ftol": 1e-6}
        )
        weights[columns] = found.x
    else:
        weights[columns] = prior
    return weights
