"""What a shopper's words mean in this catalogue: slips mended, the thing asked for told from its colour or use."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from recommendations.engine.heads import LINKS, head_of
from recommendations.engine.search.catalogue import Known, Way, look_up
from recommendations.engine.search.spelling import closest
from recommendations.engine.search.text import pairs, tokens
from recommendations.engine.search.vocabulary import FILLERS


@dataclass(frozen=True)
class Term:
    """One thing that the shopper said, and the ways in which the catalogue says it."""

    wrote: str
    ways: tuple[Way, ...]  # any of which will do
    known: bool = False  # to the catalogue
    begins: bool = False  # no more than the beginning of what it is read as

    @property
    def word(self) -> str:
        return self.ways[0].word

    @property
    def counts(self) -> bool:
        return self.known or not (self.word in LINKS or self.word in FILLERS)


@dataclass(frozen=True)
class Wanted:
    """The words as the catalogue knows them. `head` is the thing itself, as opposed to its colour or use."""

    words: tuple[str, ...] = ()
    head: str = ""
    head_known: bool = False  # whether any product is called so
    corrections: tuple[tuple[str, str], ...] = ()
    terms: tuple[Term, ...] = field(default=(), repr=False)  # in the order of `words`
    thing: Term | None = field(default=None, repr=False)  # the term of the head


def understand(text: str) -> Wanted:
    """One query. Words that mean nothing to a search (stop words, links, fillers) are left out."""
    said = tokens(text)
    known = look_up([*said, *pairs(said)])
    meant = _meant(known[: len(said)], known[len(said) :])
    thing = _thing(meant)
    terms = tuple(_as_written(term) if term.begins and term is not thing else term for term in meant if term.counts)
    return Wanted(
        words=tuple(term.word for term in terms),
        head=thing.word if thing else "",
        head_known=thing is not None and thing.known,
        corrections=tuple(
            (term.wrote, " or ".join(way.word for way in term.ways)) for term in terms if term.wrote != term.word
        ),
        terms=terms,
        thing=thing,
    )


def _thing(meant: Sequence[Term]) -> Term | None:
    said = [term for term in meant if term.counts or term.word in LINKS]
    named = said[head_of([term.word.split()[-1] for term in said])] if said else None
    if named and named.counts:
        return named
    return next((term for term in reversed(said) if term.counts), None)


def _as_written(term: Term) -> Term:
    """A word beside the thing is no beginning of another: a "glass door" is no door of glassware."""
    return Term(term.wrote, (Way(term.wrote, ""),))


def _meant(read: Sequence[Known], two: Sequence[Known]) -> list[Term]:
    """Word for word, but two that the catalogue writes as one: "smart watch" is a smartwatch."""
    meant: list[Term] = []
    at = 0
    while at < len(read):
        pair = two[at] if at + 1 < len(read) else None
        joined = _joined(read[at], read[at + 1], pair) if pair else None
        term = joined or _term(read[at])
        if term:
            meant.append(term)
        at += 2 if joined else 1
    return meant


def _joined(one: Known, other: Known, pair: Known) -> Term | None:
    """Both words as one, where the catalogue or the synonyms do so; as well as both apart where it has both."""
    both = [half for half in (one, other) if not half.says_nothing]
    if pair.token.hyphened and pair.known:
        return Term(
            pair.token.text.replace(" ", "-"), (Way(pair.token.text.replace(" ", "-"), pair.query),), known=True
        )
    as_one = pair.known and len(both) == 2 and not (one.token.is_measure or other.token.is_measure)
    if not (as_one or pair.synonyms):
        return None
    ways = [Way(pair.token.forms[0], pair.query)] if as_one else []
    if all(half.known for half in both):
        link = " & " if as_one else " <-> "
        ways.append(Way(pair.token.text, link.join(half.query for half in both)))
        ways[0] = Way(pair.token.text, ways[0].query)  # as the shopper wrote it is a way of the catalogue, too
    return Term(pair.token.text, (*ways, *pair.synonyms), known=True)


def _term(read: Known) -> Term | None:
    """None for a word that says nothing."""
    word = read.token.text
    written = (Way(word, read.query), *read.halves) if read.known else ()
    if ways := (*written, *read.synonyms):
        return Term(word, ways, known=True)
    if word in LINKS:
        return Term(word, (Way(word, ""),))
    if read.says_nothing or word in FILLERS:
        return None
    ways = _mended(read)
    if ways and ways[0].word in FILLERS:
        return None
    return Term(word, ways or (Way(word, ""),), known=bool(ways), begins=bool(ways) and ways == read.longer)


def _mended(read: Known) -> tuple[Way, ...]:
    """Another word for one that the catalogue does not have: a slip, a beginning, two written as one."""
    word = read.token.text
    near = {way.word: way for way in (*read.longer, *read.near)}
    best = closest(word, [(way.word, way.products) for way in near.values()])
    if read.longer and not best.startswith(word):
        return read.longer
    if best:
        return (near.get(best) or Way(best, ""),)
    return read.halves
