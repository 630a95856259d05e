"""Which of the two intents a question has, and which category an informational one."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Guess:
    """`confidence` is the probability that `intent` is right, 0.5..1; `category` is "" for a recommendation."""

    intent: str
    category: str
    confidence: float


def classify(text: str) -> Guess:
    if re.search(r"\b(?:spent|spend)\b", text, re.IGNORECASE):
        return Guess("informational", "spending", 0.9)
    if re.search(r"\bhow many|did i|have i\b", text, re.IGNORECASE):
        return Guess("informational", "total_purchases", 0.9)
    return Guess("recommendation", "", 0.8)
