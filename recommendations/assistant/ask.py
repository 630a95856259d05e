"""The one way in: a question becomes a stored Recommendation with its trace."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from customers.models import Customer, StorefrontKey
from recommendations.models import Conversation, Recommendation


class QuestionFailed(Exception):
    """No answer could be made. The recommendation that says so, and its trace, are stored."""

    def __init__(self, recommendation: Recommendation) -> None:
        super().__init__(recommendation.error)
        self.recommendation = recommendation


def ask(
    query: str,
    *,
    channel: str,
    customer: Customer | None = None,
    top_n: int = 5,
    filters: Mapping[str, Any] | None = None,
    user: AbstractBaseUser | None = None,
    key: StorefrontKey | None = None,
    conversation: Conversation | None = None,
) -> Recommendation:
    """Answer a question in the shopper's own words.

    `top_n` products at most (1..20), fewer where the shopper names a number or fewer fit; `filters` as
    Constraints.from_filters takes them. Raises ValueError for a bad filter, before anything is stored, and
    QuestionFailed where an agent failed.
    """
    raise NotImplementedError
