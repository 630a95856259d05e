"""What a product is called in a question: the shop's categories and brands, what is excluded, and the words left."""

import re
from itertools import zip_longest

from recommendations.assistant.filler import (
    ADMIRERS,
    BEFORE_A_NOUN,
    CONTEXT,
    IN_A_NAME,
    IN_A_SENTENCE,
    MADE_FOR,
    NOUN_AT_END,
    OBJECTS,
    STOP,
    TRAILING,
)
from recommendations.assistant.text import STRUCK, Scratch, fold, word_set
from recommendations.engine.heads import head_of

from .catalogue import WORD, Index, Mention
from .exclusions import take_exclusions
from .named import Named, add

# Brands that are everyday words as well: written small beside other words they may mean the thing ("apple juice").
_EVERYDAY = word_set(
    """apple orange shell gap guess target dove tide puma jaguar diesel polo coach mango next boss camel
    caterpillar crest dial gain joy bounce cheer sprite monster always comfort simple method vans converse
    champion subway diamond bamboo classic nature essential basic green black white red blue gold silver ace
    star sun pilot sharp brother"""
)  # fmt: skip

_GOES_WITH = re.compile(
    r"\b(?:go(?:es)?(?: (?:well|nicely|good|great|best|perfectly|together))?(?: together)?"
    r" with|(?:pairs?|match(?:es)?|fits?|works?)(?: (?:well|nicely|best|great))? with"
    r"|complements?|accompan(?:y|ies)|to go with|goes along with|bought (?:together )?with"
    r"|buy (?:together )?with|alongside|together with|to (?:pair|match|combine) with)"
    r" (?:(?:my|the|a|an|our|his|her|their|this|that|new|old|some) )*(?P<thing>[^.;:!?,|]{1,60})"
)
# "I bought a tent, what else do I need?": they have the tent.
_OWNS = re.compile(
    r"\b(?:i|we|he|she)(?:'ve| have)?(?: (?:just|already|recently|also|only|finally))?"
    r" (?:bought|purchased|ordered|own|got)"
    r" (?:(?:a|an|the|some|this|my|our|new|nice|pair of|set of) )+(?P<thing>[^.;:!?,|]{1,60}?)"
    r"(?: (?:here|from you|last \w+|yesterday|today|ago|recently|already))*"
    r"(?: ?[.;,!|]+ ?|(?= (?:and|so|but|what|which|now)\b))(?=.*\w)"
)
# Kept between words: in "a laptop for studying" the laptop is wanted.
_LINK = re.compile(r"\b(?:for|with|in|on|to|from|of)\b")
_OF_A_PERSON = re.compile(
    r"(?:(?<!looking )(?<!search )(?<!searching )\bfor"
    r"|\b(?:is|are|am|i'm|he's|she's|they're|who's|our|my) (?:a|an|big|huge|such|real|really|great))\b[^.;!?]*$"
)
_BRAND_CUE = re.compile(r"\b(?:from|by|brand|brands|made by)(?: the)?(?: brand)? $")


def take_products(scratch: Scratch, index: Index) -> Named:
    """Reads what is left of a question once prices, counts, periods and names are struck out."""
    named = Named()
    take_exclusions(scratch, index, named)
    _take_companion(scratch, named)
    _take_names_with_filler(scratch, index, named)
    kept: list[str] = _quoted(scratch)
    end = 0
    for run in _runs(scratch):
        links = _LINK.findall(scratch.low, end, run[0].start())
        words = _read_run(scratch, run, index, named)
        if not words and kept and links[-1:] == ["for"] and all(fold(match[0]) in MADE_FOR for match in run):
            words = [scratch.text[match.start() : match.end()] for match in run]
        if words:
            kept += [links[-1], *words] if kept and links else words
            end = run[-1].end()
    named.words = " ".join(kept)
    return named


def _take_companion(scratch: Scratch, named: Named) -> None:
    """What shall go well with something is not that thing: it is no word to search for."""
    for pattern in (_GOES_WITH, _OWNS):
        if match := pattern.search(scratch.low):
            start, end = match.span("thing")
            words = [word for word in WORD.findall(scratch.text[start:end]) if word.lower() not in STOP]
            named.goes_with = named.goes_with or " ".join(words)
            scratch.strike(*match.span())


def _take_names_with_filler(scratch: Scratch, index: Index, named: Named) -> None:
    """Names like "New Balance", of which a word would be lost as filler."""
    words = list(WORD.finditer(scratch.low))
    for mention in index.find([word[0] for word in words]):
        start, end = words[mention.first].start(), words[mention.last - 1].end()
        several = mention.last - mention.first > 1 and STRUCK not in scratch.low[start:end]
        if several and any(word[0] in STOP for word in words[mention.first : mention.last]):
            add(named.brands if mention.is_brand else named.categories, mention.name)
            scratch.strike(start, end)


def _quoted(scratch: Scratch) -> list[str]:
    """A title in quotes stays as it is."""
    kept = []
    for match in list(re.finditer(r'"([^"]{2,80})"', scratch.low)):
        title = scratch.text[match.start(1) : match.end(1)].strip()
        if STRUCK not in match[0] and WORD.search(title):
            kept.append(title)
            scratch.strike(*match.span())
    return kept


def _runs(scratch: Scratch) -> list[list[re.Match[str]]]:
    """Words that stand side by side, without the filler between them."""
    words = list(WORD.finditer(scratch.low))
    may_lead = BEFORE_A_NOUN if any(match[0] in IN_A_SENTENCE for match in words) else IN_A_NAME
    may_end = NOUN_AT_END | (may_lead - BEFORE_A_NOUN)
    runs: list[list[re.Match[str]]] = [[]]
    last = 0
    for match, following in zip_longest(words, words[1:]):
        joins = _joins(scratch.low[last : match.start()])
        if not joins:
            runs.append([])
        if (
            match[0] not in STOP
            or (match[0] in may_end and runs[-1] and not (following and following[0] in OBJECTS))
            or (match[0] in may_lead and following and _leads(scratch, match, following))
        ):
            runs[-1].append(match)
        else:
            runs.append([])
        last = match.end()
    return [run for run in runs if run]


def _leads(scratch: Scratch, filler: re.Match[str], noun: re.Match[str]) -> bool:
    """Whether a word of filler belongs to the noun behind it."""
    joined = _joins(scratch.low[filler.end() : noun.start()])
    return joined and noun[0] not in STOP and fold(noun[0]) not in CONTEXT


def _joins(gap: str) -> bool:
    return not set(gap) - {" ", "-", "'", "#", "&", "/", "+", "(", ")"} or not gap


def _read_run(scratch: Scratch, run: list[re.Match[str]], index: Index, named: Named) -> list[str]:
    """The words of one run that the search shall use; categories and brands go where they belong.

    The head says what a thing is: "leather shoes" and "shoes size 42" are Shoes, a "shoe rack" is none. A category that
    is the head therefore holds, one beside it is only a word.
    """
    while len(run) > 1 and fold(run[-1][0]) in TRAILING:
        run = run[:-1]
    if fold(run[-1][0]) in ADMIRERS and _OF_A_PERSON.search(scratch.low[: run[0].start()]):
        run = run[:-1]
    written = [scratch.text[match.start() : match.end()] for match in run]
    kept = [True] * len(run)
    head = head_of([word.lower() for word in written])
    for mention in index.find(written):
        alone = mention.last - mention.first == len(run)
        if mention.is_brand:
            if _is_meant(scratch, run, written, mention, alone=alone):
                add(named.brands, mention.name)
                kept[mention.first : mention.last] = [False] * (mention.last - mention.first)
        elif mention.first <= head < mention.last:
            add(named.categories, mention.name)
            if alone or not any(kept[: mention.first]):
                kept[mention.first : mention.last] = [False] * (mention.last - mention.first)
    words = [word for word, keep in zip(written, kept, strict=True) if keep]
    return (
        []
        if all(fold(word) in CONTEXT or word.lower() in STOP or _is_loose_number(word) for word in words)
        else [_bare(word) for word in words]
    )


def _is_meant(scratch: Scratch, run: list[re.Match[str]], written: list[str], mention: Mention, *, alone: bool) -> bool:
    said = " ".join(written[mention.first : mention.last])
    if alone or not (mention.is_everyday or said.lower() in _EVERYDAY) or _stands_out(said, written):
        return True
    return bool(_BRAND_CUE.search(scratch.low[: run[mention.first].start()]))


def _stands_out(said: str, written: list[str]) -> bool:
    """Whether capitals tell a name: "Ring" in "a Ring doorbell", not in "Phone Case"."""
    return said != said.lower() and (said.isupper() or any(word == word.lower() for word in written))


def _is_loose_number(word: str) -> bool:
    return word.isdigit() and len(word) < 3


def _bare(word: str) -> str:
    return word.removesuffix("'s") if word.lower().endswith("'s") and len(word) > 4 else word
