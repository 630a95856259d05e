"""What was meant by a word that the catalogue does not have."""

from collections.abc import Sequence

from recommendations.engine.heads import LINKS
from recommendations.engine.search.vocabulary import FILLERS

SHORTEST_CORRECTED = 4  # letters
TWO_SLIPS = 8  # letters, without the plural: in so long a word two slips can be mended


def closest(word: str, near: Sequence[tuple[str, int]]) -> str:
    """Of words and how many products have them the one that was meant, the most used of equally close ones.

    Empty if none is close enough.
    """
    if word in LINKS or word in FILLERS or not word.isalpha() or len(word) < SHORTEST_CORRECTED:
        return ""
    meant = []
    for other, products in [*near, *((filler, 0) for filler in FILLERS)]:
        apart = _slips(_singular(word), _singular(other.replace("-", "")))  # "wifi" is wi-fi
        if apart is not None and (other[0] == word[0] or other[:2] == word[1::-1]):
            meant.append((apart, -products, other))
    return min(meant)[2] if meant else ""


def _slips(word: str, other: str) -> int | None:
    """How far they are apart; None if that is too far to be meant.

    Of four letters one may be left out or two swapped, as most other slips make another word of them ("card", "cart").
    """
    apart = distance(word, other)
    if len(word) <= SHORTEST_CORRECTED and apart:
        return apart if apart == 1 and (len(other) > len(word) or sorted(other) == sorted(word)) else None
    return apart if apart <= (1 if len(word) < TWO_SLIPS else 2) else None


def distance(one: str, other: str) -> int:
    """Edits that turn one into the other, two swapped neighbours counting once (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, target in enumerate(other, start=1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                edits = min(edits, earlier[j - 2] + 1)
            row.append(edits)
    return row[-1]


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > SHORTEST_CORRECTED else word
