"""Who and what is personal in a question."""

import re
import unicodedata
from collections.abc import Iterable

from customers.models import Customer
from tracing.masking import personal_in


def people_in(query: str, own_name: str = "") -> list[str]:
    """What a trace or a count of the question shall not tell: the asker's name, those of other customers that the
    words hold, and all else in them that is personal, for it may come back in what is read from them.
    """
    own = [own_name] if own_name else []
    return [*own, *Customer.objects.names_in(query, known=own), *personal_in(query)]


def those_in(text: str, people: Iterable[str]) -> list[str]:
    """Those of whom a word stands in the text. Most texts have none, and masking a new name takes longer than this."""
    there = _folded(text)
    return [one for one in people if any(word in there for word in re.findall(r"\w+", _folded(one)))]


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
