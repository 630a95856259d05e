"""What a product is called in a question: the shop's categories and brands, what is excluded, and the words left."""

import re
from dataclasses import dataclass, field
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

# Brands that are everyday words as well: written small beside other words they may mean the thing ("apple juice").
_EVERYDAY = word_set(
    """apple orange shell gap guess target dove tide puma jaguar diesel polo coach mango next boss camel
    caterpillar crest dial gain joy bounce cheer sprite monster always comfort simple method vans converse
    champion subway diamond bamboo classic nature essential basic green black white red blue gold silver ace
    star sun pilot sharp brother"""
)  # fmt: skip

_NOT_A_THING = (
    "thanks|thank|idea|matter|problem|preference|preferences|rush|budget|limit|one|longer"
    "|more|less|worries|clue|doubt|way|need|pressure|hurry"
    "|sure|too|so|very|only|just|really|yet|have|know|want|like|think|working|bought|buy|already"
    "|mind|enough|much|many|that|sell|find"
    "|care|expensive|cheap|pricey|overpriced|it|this|be|been|seem|a lot|the same|anything"
    "|something|everything|exceeding|going|spending"
)
_EXCLUDES = (
    r"(?:(?:any|some|every)(?:thing)? (?:but|except|besides|other than)(?: for)?|everything"
    r" (?:but|except)|but (?:not|no)"
    r"|and (?:not|no)|except(?:ing)?(?: for)?|excluding|exclude|other than|apart from|aside"
    r" from|besides|instead of|rather than"
    r"|avoid(?:ing)?|skip(?:ping)?|leave out|leaving out|minus"
    r"|(?:do not|don't|dont|doesn't|does not|didn't|never|not|no longer) (?:want|like|need"
    r"|include|show(?: me)?|recommend|suggest|give me|into|interested in|a fan of|fond of|looking"
    r" for|use|drink|eat|wear|show)(?: to (?:see|buy|get))?"
    r"|(?:hates?|dislikes?|can't stand|is allergic to|allergic to)|nothing (?:from|by|with"
    r"|in|like|made of)|no more|none of|free of|free from"
    r"|not (?:from|by|in|with)|without|not|no)"
)
_EXCLUSION = re.compile(
    rf"(?<![\w'-])(?<!why )(?<!or )(?<!if ){_EXCLUDES}(?: (?:any|a|an|the|my|another|more|other"
    rf"|yet another|made of|made with|made by|from|by|with|about|products?|kind of|type of|sort"
    rf" of))*"
    rf" (?!(?:{_NOT_A_THING})\b)(?P<things>[^.;:!?{re.escape(STRUCK)}()]{{1,80}})"
)
_THING_ENDS = re.compile(
    r"\b(?:but|please|plz|pls|that|which|who|for|under|over|below|above|with|because|since"
    r"|as|if|when|i|we|he|she|they|it|is|are"
    r"|was|in|on|at|to|from|did|do|does|have|has|can|could|would|will|my|me|thanks|thank|just"
    r"|only|anymore|again|though|too|either"
    r"|this|last|so|what|how|show|give|recommend|suggest|find)\b"
)
_BETWEEN_THINGS = re.compile(r" *(?:,|/|\b(?:or|and|nor|&|no|not)\b)+ *")
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


@dataclass
class Named:
    """What a question names, in the shop's writing where the shop has a name for it."""

    words: str = ""
    categories: list[str] = field(default_factory=list)
    brands: list[str] = field(default_factory=list)
    excluded_words: list[str] = field(default_factory=list)
    excluded_categories: list[str] = field(default_factory=list)
    excluded_brands: list[str] = field(default_factory=list)
    goes_with: str = ""


def take_products(scratch: Scratch, index: Index) -> Named:
    """Reads what is left of a question once prices, counts, periods and names are struck out."""
    named = Named()
    _take_exclusions(scratch, index, named)
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


def _take_exclusions(scratch: Scratch, index: Index, named: Named) -> None:
    place = 0
    while match := _EXCLUSION.search(scratch.low, place):
        things = match["things"]
        if ends := _THING_ENDS.search(things):
            things = things[: ends.start()]
        start = match.start("things")
        named_any = False
        for thing in _split(things):
            named_any |= _exclude(scratch.text[start + thing.start() : start + thing.end()], index, named)
        end = start + len(things) if named_any else match.start("things")
        if named_any:
            scratch.strike(match.start(), end)
        place = max(end, match.start() + 1)


def _split(things: str) -> list[re.Match[str]]:
    """The single things of "nuts, soy or milk", each with its place."""
    parts, place = [], 0
    for joint in [*_BETWEEN_THINGS.finditer(things), None]:
        end = joint.start() if joint else len(things)
        if part := re.compile(r"\S.*\S|\S").search(things, place, end):
            parts.append(part)
        place = joint.end() if joint else end
    return parts


def _exclude(thing: str, index: Index, named: Named) -> bool:
    words = list(WORD.findall(thing))[:4]
    mentions = list(index.find(words))
    for mention in mentions:
        wanted = named.excluded_brands if mention.is_brand else named.excluded_categories
        _add(wanted, mention.name)
    if not mentions and (rest := [word for word in words if word.lower() not in STOP]):
        _add(named.excluded_words, " ".join(rest))
        return True
    return bool(mentions)


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
            _add(named.brands if mention.is_brand else named.categories, mention.name)
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
                _add(named.brands, mention.name)
                kept[mention.first : mention.last] = [False] * (mention.last - mention.first)
        elif mention.first <= head < mention.last:
            _add(named.categories, mention.name)
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
    if alone or said.lower() not in _EVERYDAY or said != said.lower():
        return True
    return bool(_BRAND_CUE.search(scratch.low[: run[mention.first].start()]))


def _is_loose_number(word: str) -> bool:
    return word.isdigit() and len(word) < 3


def _bare(word: str) -> str:
    return word.removesuffix("'s") if word.lower().endswith("'s") and len(word) > 4 else word


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
