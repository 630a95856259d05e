"""What travels through the graph. Each agent adds its part and changes nobody else's."""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from customers.models import Customer
from customers.profile import CustomerProfile
from recommendations.assistant.reading import Reading
from recommendations.engine.candidates import Candidate, Found
from recommendations.engine.constraints import Constraints
from recommendations.engine.ranking import Ranked
from recommendations.engine.serving import Visit
from recommendations.engine.similar import SimilarCustomer


@dataclass(frozen=True)
class Question:
    """What was asked, by whom, and what the caller demands beside the words."""

    query: str
    customer: Customer | None
    top_n: int
    filters: Constraints
    today: date


@dataclass(frozen=True)
class Answer:
    words: str
    model: str
    grounded: bool | None  # None: nothing had to be checked


class State(TypedDict, total=False):
    question: Question
    reading: Reading
    constraints: Constraints
    profile: CustomerProfile | None
    visit: Visit
    similar: list[SimilarCustomer]
    found: Found
    candidates: list[Candidate]
    removed_by_reviews: int
    ranked: list[Ranked]
    confidence: float | None
    evidence: dict[str, Any]  # see engine/evidence.py
    answer: Answer
    fallbacks: list[str]
