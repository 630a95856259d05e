"""What the engine proposes to a visit, in the order of the score, with what makes up the score. No query."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from recommendations.engine.gathering import Floats, Ints, entries
from recommendations.engine.popularity import DAY
from recommendations.engine.purchases import UNDATED
from recommendations.engine.serving import Visit
from recommendations.engine.signals import BEST, PARTS, Bools, Evidence
from recommendations.engine.together import FADE


class Proposal(NamedTuple):  # of which a request makes a hundred: a dataclass takes three times as long
    """One product. The score is the sum of the parts."""

    product_pk: int
    parts: Mapping[str, float] = MappingProxyType({})
    with_pk: int | None = None  # the purchase that speaks most for it
    with_customers: int = 0  # who bought both
    similar_customers: int = 0  # of the most similar customers, who bought it
    buyers: int = 0  # customers who ever bought it, before the visit
    times_bought: int = 0  # by this customer
    shelf: int = 0  # products of its category among those that the customer bought
    alike: bool = False  # whether its name shares a word with one of these
    usual_price: float | None = None  # what the customer pays: the geometric mean of the prices known
    days_unsold: int | None = None  # since a customer bought it for the first time; None if none did at a known time

    @property
    def score(self) -> float:
        return sum(self.parts.values(), 0.0)


def proposals(
    visit: Visit,
    allowed: Sequence[int] | None = None,
    *,
    again: bool = False,
    at_least: int = BEST,
    at_most: int | None = None,
    also: Sequence[int] = (),
) -> list[Proposal]:
    """The best of those products (keys; None: of all), the best first; `again` adds what was bought before.

    `at_least` so many, where there are, and what is in `also`; of what is new `at_most` so many. What the fit does not
    know comes last, with nothing that speaks for or against it: a score of 0, that of the average candidate.
    """
    model, evidence = visit.model, visit.evidence
    unbought = _unbought(visit)
    open_to = np.ones(len(model.product_pks), bool)
    unknown: list[int] = []
    if allowed is not None:
        pks = np.array(allowed, np.int64)
        rows, known = model.rows_of(pks)
        open_to[:] = False
        open_to[rows[known]] = True
        unknown = pks[~known].tolist()
    new = evidence.candidates(open_to & unbought)
    if len(new) < at_least:
        new = evidence.candidates(open_to & unbought, at_least)
    if also:
        rows, known = model.rows_of(np.array(also, np.int64))
        forced = rows[known]
        new = np.union1d(new, forced[(open_to & unbought)[forced]])
    found = _new(visit, new, at_most)
    if again:
        found += _again(visit, open_to)
    return sorted(found, key=lambda proposal: -proposal.score) + [Proposal(pk) for pk in unknown]


def best_new(visit: Visit, n: int) -> list[int]:
    """The keys of the best `n` products that the customer has not bought, as `proposals` would order them."""
    products = visit.evidence.candidates(_unbought(visit))
    scores = visit.evidence.scored(products, visit.weights)
    best = products[np.argsort(-scores, kind="stable")[:n]]
    return [int(pk) for pk in visit.model.product_pks[best]]


def _unbought(visit: Visit) -> Bools:
    unbought = visit.evidence.unbought
    bought, known = visit.model.rows_of(visit.bought)
    unbought[bought[known]] = False  # of those who bought very much the evidence looks at the latest alone
    return unbought


def _new(visit: Visit, products: Ints, at_most: int | None) -> list[Proposal]:
    evidence, pks = visit.evidence, visit.model.product_pks
    parts = evidence.parts(products, visit.weights)
    if at_most is not None and len(products) > at_most:  # a proposal costs more than its score
        best = np.sort(np.argsort(-parts.sum(axis=1), kind="stable")[:at_most])
        products, parts = products[best], parts[best]
    last = evidence.sales.last[products]
    strongest, customers = _strongest(evidence, products)
    columns = [
        pks[products],
        pks[strongest],
        strongest >= 0,
        customers.astype(int),
        evidence.neighbours_who_bought[products],
        evidence.sales.buyers[products].astype(int),
        evidence.own_on_shelf(products),
        evidence.names_alike(products) > 0,
        np.where(last > UNDATED, evidence.shopper.at - last, np.inf) / DAY,
        parts,
    ]
    usual_price = evidence.usual_price
    return [
        Proposal(
            pk,
            {part: value for part, value in zip(PARTS, parts, strict=True) if value},
            own if has_own else None,
            customers,
            similar,
            buyers,
            shelf=shelf,
            alike=alike,
            usual_price=usual_price,
            days_unsold=int(days) if days < np.inf else None,
        )
        for pk, own, has_own, customers, similar, buyers, shelf, alike, days, parts in zip(
            *(column.tolist() for column in columns), strict=True
        )
    ]


def _again(visit: Visit, open_to: Bools) -> list[Proposal]:
    shopper = visit.evidence.shopper
    scores = visit.evidence.repeat_signals() @ visit.model.repeats
    return [
        Proposal(int(visit.model.product_pks[row]), {"bought before": float(score)}, times_bought=int(count))
        for row, score, count in zip(shopper.products, scores, shopper.counts, strict=True)
        if open_to[row]
    ]


def _strongest(evidence: Evidence, products: Ints) -> tuple[Ints, Floats]:
    """(products,) the row of the purchase that speaks most for each, -1 for none, and who bought both."""
    ridge, own = evidence.tables.ridge, evidence.shopper.products
    at, which = entries(ridge, own)
    place = np.full(ridge.shape[1], -1)
    place[products] = np.arange(len(products))
    of = place[ridge.indices[at]]
    weight = ridge.data[at] * FADE ** evidence.shopper.ago[which].astype(float)
    telling = np.flatnonzero((of >= 0) & (weight > 0))
    telling = telling[np.argsort(weight[telling], kind="stable")]
    strongest = np.full(len(products), -1)
    strongest[of[telling]] = telling  # the heaviest stays
    found = strongest >= 0
    rows, customers = np.full(len(products), -1), np.zeros(len(products))
    rows[found] = own[which[strongest[found]]]
    customers[found] = evidence.tables.both[at[strongest[found]]]
    return rows, customers
