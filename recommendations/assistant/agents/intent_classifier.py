from dataclasses import replace
from typing import Literal

from django.conf import settings
from pydantic import BaseModel

from recommendations.assistant.agent import agent
from recommendations.assistant.catalogue import catalogue
from recommendations.assistant.generation import ModelFailed, generate_structured
from recommendations.assistant.models import chat_model, has_language_model
from recommendations.assistant.reading import Reading, read_question
from recommendations.assistant.state import State
from tracing.spans import Observing


class IntentVerdict(BaseModel):
    """What an intent model has to answer with."""

    intent: Literal["informational", "recommendation"]
    category: Literal[
        "total_purchases", "spending", "favorite_categories", "recent_purchases", "customer_profile", "general", "none"
    ]


@agent()
def intent_classifier(state: State, seen: Observing) -> State:
    """What is wanted: facts or products, and within which limits. A language model is asked only in doubt."""
    question = state["question"]
    seen.input = {"query": question.query, "filters": question.filters.as_json()}
    reading = read_question(
        question.query,
        catalogue=catalogue(),
        today=question.today,
        customer_name=question.customer.name if question.customer else "",
    )
    update: State = {}
    if reading.confidence < settings.INTENT_CONFIDENCE and has_language_model("intent"):
        reading, update = ask_the_model(reading, question.query)
    seen.output = {
        "intent": reading.intent,
        "category": reading.category,
        "confidence": round(reading.confidence, 4),
        "constraints": reading.constraints.as_json(),
        "period": reading.period.label if reading.period else None,
    }
    return {**update, "reading": reading, "constraints": reading.constraints.and_also(question.filters)}


def ask_the_model(reading: Reading, query: str) -> tuple[Reading, State]:
    """The model's verdict; the local classifier's stands where the model has none."""
    try:
        verdict = generate_structured(chat_model("intent"), "intent_classification", {"question": query}, IntentVerdict)
    except ModelFailed as failure:
        return reading, {"fallbacks": [f"intent_classifier: local classifier, {failure}"]}
    informational = verdict.intent == "informational"
    category = verdict.category if informational and verdict.category != "none" else "general" if informational else ""
    return replace(reading, intent=verdict.intent, category=category), {}
