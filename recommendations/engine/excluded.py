"""What the words or filters ruled out of a customer's taste, kept so that "why not this one?" can be answered."""

from collections.abc import Container, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from recommendations.engine.details import Details

NEAR = 40  # products
UNMATCHED = "words"  # what rules out a product that the words do not name


class Excluded(NamedTuple):
    product_id: str
    place: int  # by taste alone, among all products
    ruled_out_by: str  # a name of allowed.CONDITIONS, or UNMATCHED
    price: Decimal | None


def ruled_out(liked: Sequence[int], allowed: Container[int]) -> list[int]:
    """The NEAR best of those liked (keys, the best first) that are not allowed."""
    return [pk for pk in liked if pk not in allowed][:NEAR]


def excluded(
    liked: Sequence[int], out: Sequence[int], details: Mapping[int, Details], searched: bool
) -> list[Excluded]:
    """What ruled each out; of what meets every condition the words, where words were looked for."""
    places = {pk: place for place, pk in enumerate(liked, start=1)}
    otherwise = UNMATCHED if searched else None
    return [
        Excluded(told.product_id, places[pk], rule, told.price)
        for pk in out
        if (told := details.get(pk)) and (rule := told.ruled_out_by or otherwise)
    ]
