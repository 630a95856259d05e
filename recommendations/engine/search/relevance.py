"""How well a product's words answer what was said."""

import re
from collections.abc import Sequence

from recommendations.engine.heads import LINKS

# Of the whole 1. What is called so has at least .5 where all words match, what only has the words at most that.
THING, FIELDS, BREVITY = 0.5, 0.3, 0.2
CALLED = (0.0, 0.8, 0.8, 1.0)  # not; by its category; by its brand; by its name
STANDS = (0.0, 0.6, 0.8, 1.0)  # nowhere; in the category; in the brand; in the name
SMALL = LINKS | {"a", "an", "the", "and"}  # words of a name that say nothing more of the thing
WORD = re.compile(r"[^\W_]+")


def relevance(called: int, fields: Sequence[int], terms: int, name: str) -> float:
    """0..1 of a product that is `called` so and has each term in one of its `fields` (indices into the above).

    The share of the terms that it has, times a blend of: is it the thing, where do the words stand, how much else is
    in its name.
    """
    matched = [field for field in fields if field]
    if not matched:
        return 0.0
    where = sum(STANDS[field] for field in matched) / len(matched)
    length = sum(word not in SMALL for word in WORD.findall(name.lower())) or 1
    brevity = min(1.0, sum(field == len(STANDS) - 1 for field in matched) / length)
    return len(matched) / terms * (THING * CALLED[called] + FIELDS * where + BREVITY * brevity)
