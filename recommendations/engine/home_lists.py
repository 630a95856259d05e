"""The list of a home page: read where it was made ahead and still holds, else made on the spot."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from customers.models import Customer
from recommendations.engine.candidates import Candidate, described, find_candidates
from recommendations.engine.constraints import Constraints
from recommendations.engine.details import details_of
from recommendations.engine.proposals import Proposal
from recommendations.engine.ranking import Ranked, rank
from recommendations.engine.reviews import filter_by_sentiment
from recommendations.engine.serving import Visit, visit_of
from recommendations.models import MAX_PRODUCTS, HomeList

KEPT = 30  # products a list: what is bought or found bad later leaves enough to fill one
FRESH = timedelta(hours=36)  # a night's lists hold until the next night's are made
DIGITS = 5  # of a score, behind the point
COLUMNS = Proposal._fields


def home_list(customer: Customer | None, n: int = MAX_PRODUCTS) -> list[Ranked]:
    """The best `n` products for a customer, or for nobody in particular; at most five queries.

    Read from the list made ahead where that is of the active fit and fresh, less what was bought since; else made on
    the spot. Both ways it is the assistant's list for a question without words.
    """
    visit = visit_of(customer)
    made = _made_ahead(visit)
    if made:
        columns = made.evidence["proposals"]
        whole = [Proposal(*values) for values in zip(*(columns[name] for name in COLUMNS), strict=True)]
        left = _not_bought_since(whole, visit, int(made.computed_at.timestamp()))  # purchases are known by the second
        told = described(left, details_of(left), made.evidence["similar_customers"], made.evidence["own"])
        listed = _listed(told, n)
        if len(listed) == n or len(whole) < KEPT:
            return listed
    return _listed(find_candidates(visit, Constraints()).candidates, n)


def as_row(proposed: Sequence[Proposal], visit: Visit, customer: int | None) -> HomeList:
    """The list as it is kept, with the evidence of that moment."""
    columns = {name: [getattr(one, name) for one in proposed] for name in COLUMNS}
    columns["parts"] = [{part: round(value, DIGITS) for part, value in one.parts.items()} for one in proposed]
    return HomeList(
        customer_id=customer,
        fit=visit.model.fit,
        computed_at=datetime.fromtimestamp(visit.evidence.shopper.at, UTC),
        evidence={
            "own": visit.distinct,
            "similar_customers": len(visit.evidence.neighbours[0]),
            "proposals": columns,
        },
    )


def _made_ahead(visit: Visit) -> HomeList | None:
    """Whoever bought nothing is served the list of everybody."""
    if visit.model.fit is None:
        return None
    customer = visit.customer if visit.distinct else None
    fresh = timezone.now() - FRESH
    return HomeList.objects.filter(customer=customer, fit=visit.model.fit, computed_at__gt=fresh).first()


def _not_bought_since(listed: Sequence[Proposal], visit: Visit, made_at: int) -> list[Proposal]:
    shopper, bought = visit.evidence.shopper, set(visit.bought.tolist())
    since = set(visit.model.product_pks[shopper.products[shopper.times >= made_at]].tolist())
    return [one for one in listed if one.product_pk not in (since if one.times_bought else bought)]


def _listed(candidates: Sequence[Candidate], n: int) -> list[Ranked]:
    kept, _ = filter_by_sentiment(candidates, settings.SENTIMENT_THRESHOLD)
    return rank(kept, Constraints(), n, settings.MAX_PER_CATEGORY)
