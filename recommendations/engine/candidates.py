"""Which products may be proposed, each with what speaks for it.

Words and filters decide what may appear; purchases decide the order.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db import connection

from recommendations.engine.allowed import ALLOWED, allowed_values
from recommendations.engine.constraints import Constraints
from recommendations.engine.details import Details, details_of
from recommendations.engine.excluded import NEAR, Excluded, excluded, ruled_out
from recommendations.engine.proposals import Proposal, best_new, proposals
from recommendations.engine.search import Match, Wanted, find_matching
from recommendations.engine.serving import Visit
from recommendations.engine.signals import BEST
from recommendations.models import EngineFit

LIMIT = 80  # candidates
ALSO = 100  # of the products that match the words best, candidates whatever taste says
RELEVANCE = 6.0  # what the words count: to be the thing itself, half of the relevance, is worth 3, or odds of 20 to 1
MOST_ALLOWED = 100_000  # products that a filter may leave
FAVOURED = 300  # products of the customer's taste that a search looks at first

FILTERED = f"""
SELECT p.id FROM customers_product p LEFT JOIN customers_category c ON c.id = p.category_id
WHERE {ALLOWED} ORDER BY p.id DESC LIMIT %(most)s
"""  # noqa: S608 (made of constants)
NEWER = """
SELECT id FROM customers_product WHERE id > %(last)s AND id <> ALL (%(bought)s) ORDER BY id DESC LIMIT %(most)s
"""


@dataclass(frozen=True)
class Together:
    """The purchase of the customer that speaks most for a candidate."""

    product_id: str
    product: str
    customers: int  # who bought both, when the engine was fitted


@dataclass(frozen=True)
class Candidate:
    product_pk: int
    product_id: str
    name: str
    category: str
    price: Decimal | None
    sentiment: float | None  # 0..1; None without reviews
    review_count: int
    aspects: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # see customers.sentiment
    parts: Mapping[str, float] = field(default_factory=dict)  # of the score, by what speaks for or against
    proposal: Proposal = field(default_factory=lambda: Proposal(0))  # the evidence
    together: Together | None = None
    similar_customers: int = 0  # of the most similar customers, that were looked at
    own: int = 0  # distinct products that the customer bought
    matched: tuple[str, ...] = ()  # the words that it matches
    searched: bool = False  # whether words were looked for

    @property
    def source(self) -> str:
        """Where it came from: search | bought before | co-purchase | similar customers | popular | recent."""
        if self.searched:
            return "search"
        if self.proposal.times_bought:
            return "bought before"
        if self.together:
            return "co-purchase"
        if self.proposal.similar_customers:
            return "similar customers"
        return "popular" if self.proposal.buyers else "recent"


@dataclass(frozen=True)
class Found:
    candidates: list[Candidate]
    strategy: str  # search | personal | personal_search | popular
    considered: int
    notes: list[str]
    evidence: int = 0  # distinct products that the customer bought
    fit: EngineFit | None = None  # that the candidates are from
    excluded: list[Excluded] = field(default_factory=list)  # the best by taste, see excluded.py
    again: bool = False  # whether what was bought already could be proposed
    matched: int | None = None  # products that the words name; None where no words were looked for
    known: int = 0  # the newest product (key) that the fit knows
    newest: int = 0  # the shop's newest product (key), as far as any was described
    unfound: str = ""  # the words that were looked for, where the shop has nothing that is called so


def find_candidates(visit: Visit, constraints: Constraints) -> Found:
    """The best products that obey every constraint.

    At most two queries, and up to three more where words are: what these match, see `find_matching`. A product that
    the fit does not know yet has nothing that speaks for it but the words.
    """
    again = wants_again(visit, constraints)
    constraints = replace(constraints, exclude_bought=not again)
    liked = _liked(visit, constraints, again)
    wanted = (
        find_matching(constraints.words, constraints, visit.customer, favoured=liked) if constraints.words else None
    )
    named = {match.product_pk: match for match in wanted.products} if wanted else {}
    searched = wanted is not None and bool(wanted.wanted.words)
    notes = list(wanted.notes) if wanted else []
    rules = allowed_values(constraints, visit.customer)
    out: list[int] = []
    if searched:
        proposed = proposals(visit, list(named), again=again, also=list(named)[:ALSO])
        out = ruled_out(liked, named)
    elif constraints.limits():
        allowed = _keys(FILTERED, {**rules, "most": MOST_ALLOWED})
        proposed = proposals(visit, allowed, again=again, at_most=LIMIT)
        out = ruled_out(liked, set(allowed))
    else:
        proposed = proposals(visit, again=again, at_most=LIMIT)
        if len(proposed) < BEST:
            proposed += [Proposal(pk) for pk in _newer(visit)]
    proposed = sorted(proposed, key=lambda one: -one.score - _searching(named.get(one.product_pk)))[:LIMIT]
    details = details_of(proposed, out, rules)
    of = len(visit.evidence.neighbours[0])
    candidates = described(proposed, details, of, visit.distinct, named=named, searched=searched)
    if not candidates and (wanted is None or not searched or wanted.wanted.head_known):
        notes.append(_nothing(visit, constraints, wanted.wanted if wanted else None))
    return Found(
        candidates,
        _strategy(candidates, searched),
        len(candidates),
        notes,
        visit.distinct,
        visit.model.fit,
        excluded=excluded(liked, out, details, searched),
        again=again,
        matched=len(named) if searched else None,
        known=_last(visit),
        newest=max((told.newest for told in details.values()), default=0),
        unfound=constraints.words if wanted and searched and not wanted.wanted.head_known else "",
    )


def wants_again(visit: Visit, constraints: Constraints) -> bool:
    """Whether what was bought already may be proposed: as was demanded, else as the shop's customers buy."""
    if constraints.exclude_bought is not None:
        return not constraints.exclude_bought
    return visit.model.wants_repeats


def _liked(visit: Visit, constraints: Constraints, again: bool) -> list[int]:
    """The best by taste alone, the best first, where anything but taste decides what may appear."""
    if constraints.words:
        return [one.product_pk for one in proposals(visit, again=again, at_most=FAVOURED)][:FAVOURED]
    if constraints.limits():
        return best_new(visit, NEAR)
    return []


def _newer(visit: Visit) -> list[int]:
    """What the shop has sold since the fit, for lists that would be short."""
    return _keys(NEWER, {"last": _last(visit), "bought": visit.bought.tolist(), "most": BEST})


def _last(visit: Visit) -> int:
    return int(visit.model.product_pks[-1]) if len(visit.model.product_pks) else 0


def _keys(statement: str, values: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def described(
    proposed: Sequence[Proposal],
    details: Mapping[int, Details],
    similar_customers: int,
    own: int,
    *,
    named: Mapping[int, Match] = MappingProxyType({}),
    searched: bool = False,
) -> list[Candidate]:
    """In their order, with what the shop says of each today. What the shop has no more is left out.

    `similar_customers`: that were looked at; `own`: distinct products that the customer bought.
    """
    candidates = []
    for proposal in proposed:
        told = details.get(proposal.product_pk)
        if told is None:
            continue
        match, partner = named.get(proposal.product_pk), details.get(proposal.with_pk or 0)
        search = {"search": _searching(match)} if match else {}
        candidates.append(
            Candidate(
                told.pk,
                told.product_id,
                told.name,
                told.category,
                told.price,
                told.sentiment,
                told.reviews,
                _read(told.aspects),
                {**proposal.parts, **search},
                proposal,
                Together(partner.product_id, partner.name, proposal.with_customers) if partner else None,
                similar_customers,
                own,
                match.words if match else (),
                searched,
            )
        )
    return candidates


@lru_cache(maxsize=10_000)
def _read(aspects: str) -> Mapping[str, Mapping[str, int]]:
    """From JSON; most products' have been read for somebody before."""
    known: Mapping[str, Mapping[str, int]] = json.loads(aspects)
    return known


def _searching(match: Match | None) -> float:
    return RELEVANCE * match.relevance if match else 0.0


def _strategy(candidates: Sequence[Candidate], searched: bool) -> str:
    personal = any(candidate.together or candidate.proposal.similar_customers for candidate in candidates)
    if searched:
        return "personal_search" if personal else "search"
    return "personal" if personal else "popular"


def _nothing(visit: Visit, constraints: Constraints, wanted: Wanted | None) -> str:
    """Why nothing fits, in a sentence that is true whichever limit it was."""
    what = f"“{' '.join(wanted.words)}”" if wanted and wanted.words else "product"
    new = " that was not bought already" if visit.customer and constraints.exclude_bought else ""
    limits = constraints.limits()
    return f"The shop has no {what}{new}{' ' if limits else ''}{' and '.join(limits)}."
