"""Why a product is in the list: facts with their numbers, each of which can be looked up."""

from typing import Any

from recommendations.engine.candidates import Candidate
from recommendations.engine.constraints import Constraints
from recommendations.engine.reviews import aspect_fact

TELLING = 0.1  # of the largest part beside the words: what moved the product by less is no reason
MOST = 4  # facts

Reason = dict[str, Any]  # kind, text and the numbers in the text


def reasons_for(candidate: Candidate, constraints: Constraints) -> list[Reason]:
    """The facts behind the parts of the score, the one behind the largest part first."""
    facts = {
        "bought before": _bought_before(candidate),
        "co-purchase": _bought_together(candidate),
        "similar customers": _similar_customers(candidate),
        "search": _search(candidate),
        "popular": _popular(candidate),
        "season": _season(candidate),
        "category": _category(candidate),
        "name": _name(candidate),
        "price": _price(candidate),
        "reviews": _reviews(candidate),
    }
    parts = sorted(candidate.parts.items(), key=lambda part: -part[1])
    least = TELLING * max((value for part, value in parts if part != "search"), default=0.0)
    telling = [fact for part, value in parts if value > 0 and value >= least and (fact := facts.get(part))][:MOST]
    aspect = aspect_fact(candidate.aspects)
    return [*telling, *([aspect] if aspect else [])] or [_plain(candidate, constraints)]


def _bought_before(candidate: Candidate) -> Reason | None:
    times = candidate.proposal.times_bought
    if not times:
        return None
    text = "You bought it before" if times == 1 else f"You bought it {times} times"
    return {"kind": "bought_before", "text": text, "times": times}


def _bought_together(candidate: Candidate) -> Reason | None:
    together = candidate.together
    if together is None or not together.customers:
        return None
    return {
        "kind": "bought_together",
        "text": f"Bought by {_customers(together.customers)} who also bought your {together.product or 'product'}",
        "customers": together.customers,
        "product_id": together.product_id,
        "product": together.product,
    }


def _similar_customers(candidate: Candidate) -> Reason | None:
    count, of = candidate.proposal.similar_customers, candidate.similar_customers
    if not count:
        return None
    most_like = f"{count} of the {of} customers most like you" if of > 1 else "the customer most like you"
    return {"kind": "similar_customers", "text": f"Bought by {most_like}", "customers": count, "of": of}


def _search(candidate: Candidate) -> Reason | None:
    if not candidate.searched:
        return None
    words = " ".join(candidate.matched)
    if not words:
        return {"kind": "search", "text": "Near in meaning to what you asked for", "words": ""}
    return {"kind": "search", "text": f"Matches “{words}”", "words": words}


def _popular(candidate: Candidate) -> Reason | None:
    buyers = candidate.proposal.buyers
    return {"kind": "popular", "text": f"Bought by {_customers(buyers)}", "customers": buyers} if buyers else None


def _season(candidate: Candidate) -> Reason | None:
    days = candidate.proposal.days_unsold
    if days is None and candidate.proposal.buyers:
        return None
    if days is None:
        return {"kind": "season", "text": "No customer has bought it yet"}
    when = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    return {"kind": "season", "text": f"A customer discovered it {when}", "days": days}


def _category(candidate: Candidate) -> Reason | None:
    count, of = candidate.proposal.shelf, candidate.own
    if not count:
        return None
    text = f"In {candidate.category}, like {count} of the {of} products that you bought"
    return {"kind": "category", "text": text, "category": candidate.category, "products": count, "of": of}


def _name(candidate: Candidate) -> Reason | None:
    return (
        {"kind": "name", "text": "Its name is like those of products that you bought"}
        if candidate.proposal.alike
        else None
    )


def _price(candidate: Candidate) -> Reason | None:
    usual = candidate.proposal.usual_price
    if candidate.price is None or usual is None:
        return None
    text = f"Costs {candidate.price:.2f}; what you buy costs {usual:.2f} on average"
    return {"kind": "price", "text": text, "price": str(candidate.price), "usual": f"{usual:.2f}"}


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
