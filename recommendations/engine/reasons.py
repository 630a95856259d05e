"""Why a product is in the list: facts with their numbers, each of which can be looked up."""

from collections.abc import Mapping
from typing import Any

from recommendations.engine.candidates import Candidate
from recommendations.engine.constraints import Constraints

Reason = dict[str, Any]  # kind, text and the numbers in the text


def reasons_for(candidate: Candidate, parts: Mapping[str, float], constraints: Constraints) -> list[Reason]:
    """The facts behind the parts of a score, the one behind the largest part first."""
    facts = [
        (parts.get("co-purchase", 0.0), _bought_together(candidate)),
        (parts.get("similar customers", 0.0), _similar_customers(candidate)),
        (parts.get("search", 0.0), _search(candidate)),
        (parts.get("popular", 0.0), _popular(candidate)),
        (parts.get("reviews", 0.0), _reviews(candidate)),
    ]
    telling = sorted((fact for fact in facts if fact[1] and fact[0] > 0), key=lambda fact: -fact[0])
    return [reason for _, reason in telling if reason] or [_plain(candidate, constraints)]


def _bought_together(candidate: Candidate) -> Reason | None:
    together = candidate.together
    if together is None:
        return None
    return {
        "kind": "bought_together",
        "text": f"Bought by {_customers(together.customers)} who also bought your {together.product or 'product'}",
        "customers": together.customers,
        "product_id": together.product_id,
        "product": together.product,
    }


def _similar_customers(candidate: Candidate) -> Reason | None:
    count, of = candidate.similar_customer_count, candidate.similar_customers
    if not count:
        return None
    most_like = f"{count} of the {of} customers most like you" if of > 1 else "the customer most like you"
    return {"kind": "similar_customers", "text": f"Bought by {most_like}", "customers": count, "of": of}


def _search(candidate: Candidate) -> Reason | None:
    if not candidate.matched:
        return None
    words = " ".join(candidate.matched)
    return {"kind": "search", "text": f"Matches “{words}”", "words": words}


def _popular(candidate: Candidate) -> Reason | None:
    if not candidate.buyers:
        return None
    return {
        "kind": "popular",
        "text": f"Bought by {_customers(candidate.buyers)}",
        "customers": candidate.buyers,
    }


def _reviews(candidate: Candidate) -> Reason | None:
    if candidate.sentiment is None or not candidate.review_count:
        return None
    count = "1 review" if candidate.review_count == 1 else f"{candidate.review_count} reviews"
    return {
        "kind": "reviews",
        "text": f"Rated {candidate.sentiment:.2f} in {count}",
        "sentiment": round(candidate.sentiment, 2),
        "reviews": candidate.review_count,
    }


def _plain(candidate: Candidate, constraints: Constraints) -> Reason:
    """What can be said of a product that nothing else speaks for."""
    if candidate.price is not None and constraints.max_price is not None:
        return {"kind": "price", "text": f"Costs {candidate.price:.2f}", "price": str(candidate.price)}
    if candidate.category:
        return {"kind": "category", "text": f"In {candidate.category}", "category": candidate.category}
    return {"kind": "catalogue", "text": "In the shop's range"}


def _customers(count: int) -> str:
    return "1 customer" if count == 1 else f"{count} customers"
