"""Which products may be proposed, each with the signals that speak for it. Reads rows only.

Words and filters decide what may appear; purchases decide the order in which it is cut to `limit`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import connection

from customers.models import Customer
from recommendations.engine import statements
from recommendations.engine.allowed import allowed_values, storable
from recommendations.engine.constraints import Constraints
from recommendations.engine.similar import SimilarCustomer
from recommendations.engine.spelling import Wanted, understand
from recommendations.models import EngineFit

HISTORY = 200  # the customer's latest distinct products that count
FADE = 0.8  # what a moment counts of the one after it; a moment is one purchase time
FLOOR = 0.2  # what the oldest purchase still counts
POOL = 300  # popular and newest products that are added where taste alone decides


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
    co_purchase: float = 0.0  # sum of the neighbours' weights
    together: Together | None = None
    similar: float = 0.0  # sum of the similarities of those who bought it
    similar_customer_count: int = 0
    similar_customers: int = 0  # of how many
    buyers: int = 0  # customers who ever bought it, at the fit
    recent: float = 0.0  # first purchases, halved every 30 days, at the fit
    text: float = 0.0  # ts_rank of the words
    matched: tuple[str, ...] = ()  # the words that it matches

    @property
    def source(self) -> str:
        """Where it came from: search | co-purchase | similar customers | popular | recent."""
        if self.matched:
            return "search"
        if self.co_purchase > 0:
            return "co-purchase"
        if self.similar_customer_count:
            return "similar customers"
        return "popular" if self.buyers else "recent"


@dataclass(frozen=True)
class Found:
    candidates: list[Candidate]
    strategy: str  # search | personal | personal_search | popular
    considered: int
    notes: list[str]
    evidence: int = 0  # distinct products that the customer bought
    fit: EngineFit | None = None  # that the candidates are from


@dataclass(frozen=True)
class History:
    """The customer's latest distinct products and what each counts: 1 the latest, FLOOR the oldest."""

    products: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()
    distinct: int = 0


def find_candidates(
    customer: Customer | None, constraints: Constraints, similar: Sequence[SimilarCustomer], limit: int = POOL
) -> Found:
    """The best `limit` products that obey every constraint, in at most five queries.

    Without words: neighbours of the customer's purchases, what similar customers bought, popular and new
    products. With words: what matches all of them; else what the thing itself is called; else nothing, and a
    note that says so.
    """
    fit = EngineFit.objects.active()
    history = _history(customer) if customer else History()
    wanted = understand(storable(constraints.words))
    notes = [f"“{wrote}” was read as “{meant}”." for wrote, meant in wanted.corrections if wanted.head_known]
    values = {
        **allowed_values(constraints, customer),
        "fit": fit.pk if fit else None,
        "history": list(history.products),
        "weights": list(history.weights),
        "similar": [other.pk for other in similar],
        "similarities": [other.similarity for other in similar],
        "limit": limit,
    }
    candidates = _searched(values, wanted, notes) if wanted.words else _rows(statements.BY_TASTE, values)
    if not candidates and (wanted.head_known or not wanted.words):
        notes.append(_nothing(wanted, customer, constraints))
    candidates = _with_together(candidates, values)
    strategy = _strategy(candidates, bool(wanted.words))
    return Found(candidates, strategy, len(candidates), notes, history.distinct, fit)


def _history(customer: Customer) -> History:
    with connection.cursor() as cursor:
        cursor.execute(statements.HISTORY, {"customer": customer.pk, "limit": HISTORY})
        rows = cursor.fetchall()
    return History(
        products=tuple(product for product, _, _ in rows),
        weights=tuple(moment_weight(ago) for _, ago, _ in rows),
        distinct=rows[0][2] if rows else 0,
    )


def moment_weight(moments_ago: int) -> float:
    """What a purchase counts, 0 moments ago being the latest: 1, fading to FLOOR."""
    return float(FLOOR + (1 - FLOOR) * FADE**moments_ago)


def _searched(values: dict[str, Any], wanted: Wanted, notes: list[str]) -> list[Candidate]:
    if not wanted.head_known:
        notes.append(f"The shop has nothing called “{wanted.head}”.")
        return []
    candidates = _rows(
        statements.BY_WORDS, {**values, "words": list(wanted.words), "all": " ".join(wanted.words), "head": wanted.head}
    )
    if candidates and (matched := candidates[0].matched) != wanted.words:
        notes.append(f"Nothing matches all of “{' '.join(wanted.words)}”; these match “{' '.join(matched)}”.")
    return candidates


def _rows(statement: str, values: dict[str, Any]) -> list[Candidate]:
    """The columns of a statement are the fields of a candidate, by name."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        Candidate(**{**row, "matched": tuple(row["matched"]), "similar_customers": len(values["similar"])})
        for row in rows
    ]


def _with_together(candidates: list[Candidate], values: dict[str, Any]) -> list[Candidate]:
    """Each candidate with the purchase that speaks most for it; one query."""
    ids = [candidate.product_pk for candidate in candidates if candidate.co_purchase > 0]
    if not ids:
        return candidates
    with connection.cursor() as cursor:
        cursor.execute(statements.TOGETHER, {**values, "candidates": ids})
        strongest = {pk: Together(*row) for pk, *row in cursor.fetchall()}
    return [replace(candidate, together=strongest.get(candidate.product_pk)) for candidate in candidates]


def _strategy(candidates: list[Candidate], searched: bool) -> str:
    personal = any(candidate.co_purchase > 0 or candidate.similar_customer_count for candidate in candidates)
    if searched:
        return "personal_search" if personal else "search"
    return "personal" if personal else "popular"


def _nothing(wanted: Wanted, customer: Customer | None, constraints: Constraints) -> str:
    """Why nothing fits, in a sentence that is true whichever limit it was."""
    what = f"“{' '.join(wanted.words)}”" if wanted.words else "product"
    new = " that was not bought already" if customer and constraints.exclude_bought else ""
    limits = constraints.limits()
    return f"The shop has no {what}{new}{' ' if limits else ''}{' and '.join(limits)}."
