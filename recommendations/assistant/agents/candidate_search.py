from collections import Counter

from recommendations.assistant.agent import agent
from recommendations.assistant.state import State
from recommendations.engine.candidates import find_candidates
from tracing.spans import Observing


@agent("retriever")
def candidate_search(state: State, seen: Observing) -> State:
    """Which products may appear at all: those that the words and the filters allow."""
    constraints = state["constraints"]
    seen.input = constraints.as_json()
    found = find_candidates(state["visit"], constraints)
    seen.output = {
        "strategy": found.strategy,
        "considered": found.considered,
        "candidates": len(found.candidates),
        "sources": dict(Counter(candidate.source for candidate in found.candidates)),
        "notes": list(found.notes),
    }
    if not found.candidates:
        seen.warn("No product of the shop fits.")
    return {"found": found}
