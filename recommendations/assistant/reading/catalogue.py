"""Finding the shop's own categories and brands in a question, in any case, singular or plural."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from recommendations.assistant.text import fold

WORD = re.compile(r"\d+/\d+(?![^\W_])|[^\W_]+(?:['.&+-][^\W_]+)*")
_JOINTS = {"and", "the", "of", "for"}
# Parts of a name like "Home & Garden" that say too little to stand for the whole.
_VAGUE_PARTS = {
    "home",
    "other",
    "more",
    "accessori",
    "suppli",
    "car",
    "general",
    "misc",
    "men",
    "women",
    "kid",
    "equipment",
}
_SAME_THING = (
    {"clothing", "cloth", "apparel"},
    {"jewelleri", "jewelri"},
    {"groceri", "grocery"},
    {"cosmetic", "makeup", "make-up"},
    {"movi", "film"},
    {"footwear", "sho"},
)


@dataclass(frozen=True)
class Catalogue:
    """What a shop has, in the shop's own writing."""

    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mention:
    """A name of the catalogue at tokens first..last (without last) of a text."""

    name: str
    is_brand: bool
    first: int
    last: int


class Index:
    """Names by their folded words; the longest name wins, a category before a brand."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._names: dict[tuple[str, ...], tuple[str, bool]] = {}
        for brand in catalogue.brands:
            self._add(_key(brand), brand, is_brand=True)
        for category in catalogue.categories:
            self._names[_key(category)] = (category, False)
        for category in catalogue.categories:
            for part in _parts(category):
                self._add(part, category, is_brand=False)
        self._names.pop((), None)
        self._longest = max(map(len, self._names), default=0)

    def _add(self, key: tuple[str, ...], name: str, *, is_brand: bool) -> None:
        self._names.setdefault(key, (name, is_brand))

    def find(self, words: list[str]) -> Iterator[Mention]:
        """Mentions in a list of words (unfolded), left to right, not overlapping."""
        folded = [fold(word) for word in words]
        place = 0
        while place < len(folded):
            mention = self._at(folded, place)
            if mention is None:
                place += 1
            else:
                yield mention
                place = mention.last

    def _at(self, folded: list[str], first: int) -> Mention | None:
        key: tuple[str, ...] = ()
        best: Mention | None = None
        for last in range(first, len(folded)):
            if folded[last] in _JOINTS:
                if not key:
                    return None
                continue
            key += (folded[last],)
            if len(key) > self._longest:
                break
            if (named := self._names.get(key)) is not None:
                best = Mention(*named, first, last + 1)
        return best


@lru_cache(maxsize=16)
def index_of(catalogue: Catalogue) -> Index:
    return Index(catalogue)


def _key(name: str) -> tuple[str, ...]:
    return tuple(folded for word in WORD.findall(name) if (folded := fold(word)) not in _JOINTS)


def _parts(category: str) -> Iterator[tuple[str, ...]]:
    """Other ways to name a category: each part of "Books, Music & Film", and another word for the same thing."""
    parts = re.split(r"\s*(?:[&,/>+|]|\band\b)\s*", category, flags=re.IGNORECASE)
    for part in parts:
        key = _key(part)
        if len(parts) > 1 and key and not (len(key) == 1 and key[0] in _VAGUE_PARTS):
            yield key
        for same in _SAME_THING:
            if len(key) == 1 and key[0] in same:
                yield from ((other,) for other in sorted(same))
