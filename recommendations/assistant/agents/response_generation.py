from typing import Any

from recommendations.assistant.agent import agent
from recommendations.assistant.composer import EmbeddedComposer
from recommendations.assistant.facts import facts_of
from recommendations.assistant.generation import ModelFailed, generate
from recommendations.assistant.grounding import unfounded
from recommendations.assistant.models import chat_model
from recommendations.assistant.state import Answer, State
from recommendations.models import EMBEDDED
from tracing.spans import Observing, observe

PROMPT = "response_generation"


@agent()
def response_generation(state: State, seen: Observing) -> State:
    """Words for what was found. Where the model fails, or says what the facts do not, the composer answers."""
    facts = facts_of(state)
    seen.input = facts
    payload = {"question": state["question"].query, "facts": facts}
    grounded: bool | None = None
    complaint = ""
    try:
        generated = generate(chat_model("response"), PROMPT, payload)
        if generated.model != EMBEDDED:
            complaint = check_grounding(generated.words, payload)
            grounded = not complaint
    except ModelFailed as failure:
        complaint = str(failure)
    fallbacks = state.get("fallbacks", [])
    if complaint:
        seen.warn(f"The embedded composer answered instead: {complaint}.")
        fallbacks = [*fallbacks, f"response_generation: {EMBEDDED}, {complaint}"]
        generated = generate(EmbeddedComposer(), PROMPT, payload)
    seen.output = generated.words
    return {
        "answer": Answer(generated.words, generated.model, grounded),
        "fallbacks": fallbacks,
    }


def check_grounding(words: str, payload: dict[str, Any]) -> str:
    """The first thing that speaks against the words, or nothing."""
    with observe("grounding_check", "evaluator", input=words) as seen:
        complaints = unfounded(words, payload)
        seen.output = {"grounded": not complaints, "complaints": complaints}
        if complaints:
            seen.warn(f"Not grounded: {complaints[0]}.")
    return complaints[0] if complaints else ""
