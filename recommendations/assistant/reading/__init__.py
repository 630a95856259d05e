"""A question understood without any language model: intent, constraints, period."""

from .catalogue import Catalogue
from .points import Period
from .question import Reading, read_question

__all__ = ["Catalogue", "Period", "Reading", "read_question"]
