from django.conf import settings

from recommendations.assistant.agent import agent
from recommendations.assistant.state import State
from recommendations.engine.reviews import filter_by_sentiment
from tracing.spans import Observing


@agent("evaluator")
def review_filtering(state: State, seen: Observing) -> State:
    """Leaves out what reviewers found bad; what nobody reviewed passes."""
    asked = state["constraints"].min_sentiment
    threshold = settings.SENTIMENT_THRESHOLD if asked is None else asked
    kept, removed = filter_by_sentiment(state["found"].candidates, threshold)
    seen.input = {"threshold": threshold, "candidates": len(kept) + len(removed)}
    seen.output = {"kept": len(kept), "removed": [candidate.product_id for candidate in removed]}
    seen.event("product_filter_applied", {"threshold": threshold, "filtered": len(removed), "remaining": len(kept)})
    return {"candidates": kept, "removed_by_reviews": len(removed)}
