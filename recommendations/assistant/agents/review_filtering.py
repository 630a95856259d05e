from django.conf import settings

from recommendations.assistant.agent import agent
from recommendations.assistant.state import State
from recommendations.engine.constraints import Constraints
from recommendations.engine.reviews import filter_by_sentiment
from tracing.spans import Observing


@agent("evaluator")
def review_filtering(state: State, seen: Observing) -> State:
    """Leaves out what reviewers found bad; what nobody reviewed passes."""
    threshold = least_sentiment(state["constraints"])
    kept, removed = filter_by_sentiment(state["found"].candidates, threshold)
    seen.input = {"threshold": threshold, "candidates": len(kept) + len(removed)}
    seen.output = {"kept": len(kept), "removed": [candidate.product_id for candidate in removed]}
    seen.event("product_filter_applied", {"threshold": threshold, "filtered": len(removed), "remaining": len(kept)})
    return {"candidates": kept, "removed_by_reviews": len(removed)}


def least_sentiment(constraints: Constraints) -> float:
    """0..1: what was demanded, else the shop's own."""
    asked = constraints.min_sentiment
    return settings.SENTIMENT_THRESHOLD if asked is None else asked
