"""What hurried thumbs meant: the abbreviations of chats, and slips in words that the training questions have."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Self

from recommendations.assistant.text import word_set

_ABBREVIATIONS = dict(
    pair.split("=")
    for pair in word_set(
        """2day=today 2moro=tomorrow abt=about adn=and adress=address agn=again b4=before bday=birthday bf=boyfriend
        cuz=because gf=girlfriend hav=have hv=have hve=have hw=how idk=know im=i'm ive=i've iv=i've lookin=looking
        luv=love luvs=loves mth=month nr=number plz=please pls=please ppl=people r=are rly=really rlly=really
        smth=something sth=something smthng=something sumthing=something teh=the thx=thanks tmrw=tomorrow tmr=tomorrow
        tnx=thanks ty=thanks u=you ur=your w/=with wat=what watcha=what wen=when whats=what's wht=what wich=which
        wk=week wut=what yr=year yrs=years"""
    )
)
_WORD = re.compile(r"(?<![\w'])[a-z0-9]+(?:'[a-z]+|/)?(?![\w'])")
_VOWELS = re.compile("[aeiouy]")
SEEN = 3  # training questions that have a word
SHORTEST_DROPPED, SHORTEST_SLIP = 4, 6  # letters: a shorter word is a slip away from too many things that are sold


@dataclass(frozen=True)
class Slips:
    """The words of the training questions, and which of them others may be a slip away from."""

    known: frozenset[str]  # what two have is no slip
    mendable: Mapping[str, int]  # and how many questions have it
    by_consonants: Mapping[str, list[str]]

    @classmethod
    def fit(cls, texts: Iterable[str], words: frozenset[str]) -> Self:
        """`words`: those of questions, as opposed to what is asked for; only slips in them are mended."""
        counts = Counter(word for text in texts for word in set(_WORD.findall(text)))
        mendable = {word: n for word, n in counts.items() if word in words and n >= SEEN}
        by_consonants = defaultdict(list)
        for word in mendable:
            by_consonants[_consonants(word)].append(word)
        known = frozenset(word for word, n in counts.items() if n > 1)
        return cls(known, mendable, dict(by_consonants))

    def mended(self, text: str) -> str:
        """Lower-case text with abbreviations written out and slips mended; words that are known stay as they are."""
        return _WORD.sub(lambda match: self._meant(_ABBREVIATIONS.get(match[0], match[0])), text)

    def _meant(self, word: str) -> str:
        if word in self.known or not word.isalpha():
            return word
        near = [long for long in self.by_consonants.get(_consonants(word), ()) if _is_shortened(word, long)]
        near += [swapped for swapped in _swapped(word) if swapped in self.mendable]
        near += [other for other in _one_slip_away(word) if len(other) >= SHORTEST_SLIP and other in self.mendable]
        return max(near, key=lambda other: (self.mendable[other], other), default=word)


def _consonants(word: str) -> str:
    return word[0] + _VOWELS.sub("", word[1:])


def _is_shortened(word: str, long: str) -> bool:
    """Whether only letters were left out: "ordrs" for "orders", but not "purse" for "pairs"."""
    rest = iter(long)
    return len(word) >= SHORTEST_DROPPED and all(letter in rest for letter in word)


def _swapped(word: str) -> set[str]:
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}


def _one_slip_away(word: str) -> set[str]:
    """With a letter more, fewer or another; the first one is right."""
    parts = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]
    fewer = {start + rest[1:] for start, rest in parts if rest}
    other = {start + letter + rest[1:] for start, rest in parts if rest for letter in ascii_lowercase}
    return fewer | other | {start + letter + rest for start, rest in parts for letter in ascii_lowercase}
