"""An answer as its page shows it: each product beside the customer's rating of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from customers.models import Customer
from customers.money import format_money
from recommendations.models import EMBEDDED, Rating, Recommendation, RecommendedProduct
from recommendations.web.forms import RatingForm


@dataclass(frozen=True)
class RatingBox:
    """The place where one thing is rated: the answer, or one of its products."""

    subject: str
    product_id: str = ""
    rank: int | None = None
    current: Rating | None = None
    refused: RatingForm | None = None

    numbers = range(1, 6)

    @property
    def anchor(self) -> str:
        return f"rating-{self.rank or 'answer'}"

    @property
    def chosen(self) -> str:
        """The whole number of stars that is already checked, if any."""
        if self.refused:
            return str(self.refused["stars"].value() or "")
        return f"{self.current.stars:f}".removesuffix(".0") if self.current else ""

    @property
    def comment(self) -> str:
        if self.refused:
            return str(self.refused["comment"].value() or "")
        return self.current.comment if self.current else ""


@dataclass(frozen=True)
class AnswerPage:
    """What templates/web/answer.html shows: two queries, however many products there are."""

    answer: Recommendation
    whole: RatingBox
    products: list[tuple[RecommendedProduct, RatingBox]]

    @classmethod
    def of(cls, answer: Recommendation, customer: Customer, refused: RatingForm | None = None) -> "AnswerPage":
        ratings = {
            rating.product_id: rating
            for rating in answer.ratings.filter(rater=Rating.rater_of(customer), replaced_at=None)
        }
        refused_product = str(refused["product"].value() or "") if refused else None

        def box(subject: str, product: RecommendedProduct | None) -> RatingBox:
            product_id = product.external_id if product else ""
            return RatingBox(
                subject,
                product_id,
                product.rank if product else None,
                ratings.get(product.pk if product else None),
                refused if product_id == refused_product else None,
            )

        products = [(product, box(product.name, product)) for product in answer.products.all()]
        return cls(answer, box("this answer", None), products)

    @property
    def failed(self) -> bool:
        return self.answer.status == Recommendation.Status.FAILED

    @property
    def found_nothing(self) -> bool:
        return not self.failed and not self.products and self.answer.intent == "recommendation"

    @property
    def understood(self) -> list[str]:
        return list(understood(self.answer.constraints)) if self.answer.intent == "recommendation" else []

    @property
    def worded_by(self) -> str:
        if self.answer.model != EMBEDDED:
            return f"Worded by {self.answer.model}." if self.answer.model else ""
        if any(fallback.startswith("response_generation") for fallback in self.answer.fallbacks):
            return "Rules answered, because the language model gave no answer that could be used."
        return "Rules answered, no language model was used."


def understood(constraints: Mapping[str, Any]) -> Iterator[str]:
    """What was read from the question, in words; of Constraints.as_json."""
    if words := constraints.get("words"):
        yield f"“{words}”"
    for name, meaning in (
        ("categories", "in"),
        ("brands", "by"),
        ("excluded_words", "without"),
        ("excluded_categories", "not in"),
        ("excluded_brands", "not by"),
    ):
        if values := constraints.get(name):
            yield f"{meaning} {', '.join(values)}"
    if lowest := constraints.get("min_price"):
        yield f"from {format_money(lowest)}"
    if highest := constraints.get("max_price"):
        yield f"up to {format_money(highest)}"
    if constraints.get("exclude_bought") is False:
        yield "also what you bought before"
