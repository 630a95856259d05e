"""Finding the shop's own categories and brands in a question, in any case, singular or plural."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from recommendations.assistant.filler import STOP
from recommendations.assistant.text import fold, one_slip_apart, unaccented

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


# Letters of a name that is recognised with one slip; a brand may be one letter from another word, a category less so.
SHORTEST_CATEGORY, SHORTEST_BRAND = 6, 7
SHORTEST_JOINED = 3  # letters up to which the signs in a brand count


@dataclass(frozen=True)
class Catalogue:
    """What a shop has, in the shop's own writing."""

    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    everyday_brands: tuple[str, ...] = ()  # whose names are words for other brands' products as well, like "Ring"


@dataclass(frozen=True)
class Mention:
    """A name of the catalogue at tokens first..last (without last) of a text."""

    name: str
    is_brand: bool
    first: int
    last: int
    is_everyday: bool = False


class Index:
    """Names by their words; the longest name wins, a category before a brand.

    Categories are found in singular and plural. Brands are proper names: "Marines" is not "marine", though "Nikes" are
    by Nike; how they are joined is all the same: "coca cola" is Coca-Cola. Long names of one word may have one slip.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._categories: dict[tuple[str, ...], str] = {}
        for category in catalogue.categories:
            self._categories[_key(category)] = category
        for category in catalogue.categories:
            for part in _parts(category):
                self._categories.setdefault(part, category)
        self._categories.pop((), None)
        self._brands = {_joined(WORD.findall(brand)): brand for brand in reversed(catalogue.brands)}
        self._brands.pop("", None)
        self._everyday = frozenset(catalogue.everyday_brands)
        names = [*self._categories, *(WORD.findall(brand) for brand in catalogue.brands)]
        self._longest = max(map(len, names), default=0)
        self._slips = _slips(catalogue)
        self._longest_slip = max(map(len, self._slips), default=0) + 1

    def find(self, words: list[str]) -> Iterator[Mention]:
        """Mentions in a list of words (as written), left to right, not overlapping."""
        folded = [fold(word) for word in words]
        place = 0
        while place < len(words):
            mention = self._at(words, folded, place)
            if mention is None:
                place += 1
            else:
                yield mention
                place = mention.last

    def _at(self, words: list[str], folded: list[str], first: int) -> Mention | None:
        if folded[first] in _JOINTS:
            return None
        best = self._with_a_slip(words[first], first)
        key: tuple[str, ...] = ()
        for last in range(first, len(words)):
            if folded[last] in _JOINTS:
                continue
            key += (folded[last],)
            if len(key) > self._longest:
                break
            if (name := self._categories.get(key)) is not None:
                best = Mention(name, False, first, last + 1)
            elif (name := self._brand(words[first : last + 1])) is not None:
                best = Mention(name, True, first, last + 1, name in self._everyday)
        return best

    def _brand(self, words: list[str]) -> str | None:
        said = _joined(words)
        name = self._brands.get(said) or (self._brands.get(said[:-1]) if said.endswith("s") else None)
        in_pieces = name is not None and len(words) > 1 and name.isalnum() and len(name) < SHORTEST_BRAND
        return None if in_pieces else name

    def _with_a_slip(self, written: str, first: int) -> Mention | None:
        word = _joined([written])
        if not SHORTEST_CATEGORY - 1 <= len(word) <= self._longest_slip or word in STOP:
            return None
        near = {known for less in _shortened(word) for known in self._slips.get(less, ()) if known.is_meant_by(word)}
        if len(near) != 1:
            return None
        known = near.pop()
        return Mention(known.name, known.is_brand, first, first + 1)


@dataclass(frozen=True)
class _Known:
    word: str  # as it is typed
    name: str
    is_brand: bool

    def is_meant_by(self, word: str) -> bool:
        """ "samsng" is Samsung; what is only shorter or longer at its end may be another word ("marine", Marines)."""
        return one_slip_apart(word, self.word) and not (word.startswith(self.word) or self.word.startswith(word))


def _slips(catalogue: Catalogue) -> dict[str, set[_Known]]:
    """Long names of one word by themselves and all that a letter less makes of them."""
    found: dict[str, set[_Known]] = {}
    for names, is_brand, shortest in (
        (catalogue.categories, False, SHORTEST_CATEGORY),
        (catalogue.brands, True, SHORTEST_BRAND),
    ):
        for name in names:
            word = _joined(WORD.findall(name))
            if len(word) >= shortest and word.isalpha() and len(WORD.findall(name)) == 1:
                for less in _shortened(word):
                    found.setdefault(less, set()).add(_Known(word, name, is_brand))
    return found


def _shortened(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _joined(words: list[str]) -> str:
    """Words as one, in lower case, without accents, possessive, joints and signs: "Black & Decker's" is blackdecker."""
    said = "".join(plain for word in words if (plain := unaccented(word).removesuffix("'s")) not in _JOINTS)
    plain = "".join(c for c in said if c.isalnum())
    return plain if len(plain) > SHORTEST_JOINED else said  # M&M is not "mm"


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
