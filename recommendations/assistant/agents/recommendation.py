from django.conf import settings

from recommendations.assistant.agent import agent
from recommendations.assistant.agents.review_filtering import least_sentiment
from recommendations.assistant.state import State
from recommendations.engine.evaluation import confidence
from recommendations.engine.evidence import evidence_of
from recommendations.engine.ranking import rank
from tracing.spans import Observing


@agent()
def recommendation(state: State, seen: Observing) -> State:
    """The list: the best candidates in order, each with the parts of its score and its reasons."""
    constraints = state["constraints"]
    wanted = min(constraints.count or state["question"].top_n, state["question"].top_n)
    ranked = rank(state["candidates"], constraints, wanted, settings.MAX_PER_CATEGORY)
    found = state["found"]
    measured = confidence(found.fit, found.evidence, len(ranked), found.strategy)
    seen.input = {"candidates": len(state["candidates"]), "wanted": wanted}
    seen.output = {
        "products": [
            {"id": item.product_id, "name": item.name, "score": round(item.score, 4), "parts": item.parts}
            for item in ranked
        ],
        "confidence": measured,
    }
    evidence = evidence_of(
        found,
        state["candidates"],
        ranked,
        wanted=wanted,
        sentiment=least_sentiment(constraints),
        cap=settings.MAX_PER_CATEGORY,
    )
    return {"ranked": ranked, "confidence": measured, "evidence": evidence}
