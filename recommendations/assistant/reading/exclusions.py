"""What a shopper does not want: "not Apple", "without nuts or soy", "anything but books", "neither leather nor suede".

Not everything that says no excludes: a "non-stick pan", "sugar free gum" and "no show socks" are called so, and "no
idea" names nothing.
"""

import re

from recommendations.assistant.filler import STOP
from recommendations.assistant.text import STRUCK, Scratch

from .catalogue import WORD, Index
from .named import Named, add

MOST_WORDS = 4  # of one thing

_NOT_A_THING = (
    "thanks|thank|idea|matter|problem|preference|preferences|rush|budget|limit|one|longer"
    "|more|less|worries|clue|doubt|way|need|pressure|hurry"
    "|sure|too|so|very|only|just|really|yet|have|know|want|like|think|working|bought|buy|already"
    "|mind|enough|much|many|that|sell|find"
    "|care|expensive|cheap|pricey|overpriced|it|this|be|been|seem|a lot|the same|anything"
    "|something|everything|exceeding|going|spending"
)
# "no show socks", "no added sugar": names of things.
_CALLED_SO = (
    "show|added|sugar added|iron|slip|stick|tie|drill|pull|bake|bark|rinse|spill|tears?|chew|mess|sew|smell|touch"
    "|contact|kill|cook|parking|smoking|entry|soliciting|trespassing|tangle|bend|bleed"
)
_OF_ALL = (
    r"(?:(?:(?:in|of) )?(?:any|every|all) (?:colou?rs?|brands?|kinds?|types?|sizes?|materials?|flavou?rs?) "
    r"|(?:any|every|some)(?:thing|one)? )"
)
_EXCLUDES = (
    rf"(?:{_OF_ALL}but(?: for)?|{_OF_ALL}?(?:except(?:ing)?|besides|other than|apart from)(?: for)?|but (?:not|no)"
    r"|and (?:not|no)|excluding|exclude|aside from|instead of|rather than"
    r"|(?:another|other|different)(?: [a-z]+)? (?:than|from)|neither"
    r"|avoid(?:ing)?|skip(?:ping)?|leave out|leaving out|minus|stop (?:showing|recommending|suggesting)(?: me)?"
    r"|(?:do not|don't|dont|doesn't|does not|didn't|never|not|no longer|can't|cannot|can not|won't|rather not"
    r"|shouldn't|should not|isn't|aren't) (?:want|like|need|include|contain|have|show(?: me)?|recommend|suggest|give me"
    r"|into|interested in|a fan of|fond of|looking for|use|drink|eat|wear|stand|be)(?: to (?:see|buy|get))?"
    r"|(?:hates?|dislikes?|is allergic to|allergic to)|nothing (?:from|by|with"
    r"|in|like|made of)|no more|none of|free of|free from"
    rf"|not (?:from|by|in|with)|without|isn't|isnt|aren't|not|no(?! (?:{_CALLED_SO})\b))"
)
_EXCLUSION = re.compile(
    rf"(?<![\w'-])(?<!why )(?<!\bor )(?<!\bif )(?:{_EXCLUDES}(?: (?:the colou?r|any|a|an|the|my|another|more|other"
    r"|yet another|for|made of|made with|made by|from|by|with|about|products?|kind of|type of|sort of))* (?!(?:"
    rf"{_NOT_A_THING})\b)|(?<= )-(?=[a-z]))(?P<things>[^.;:!?{re.escape(STRUCK)}()]{{1,80}})"
)
_THING_ENDS = re.compile(
    r"\b(?:but|please|plz|pls|that|which|who|for|under|over|below|above|with|because|since"
    r"|as|if|when|i|we|he|she|they|it|is|are"
    r"|was|in|on|at|to|from|did|do|does|have|has|can|could|would|will|my|me|thanks|thank|just"
    r"|only|anymore|again|though|too|either"
    r"|this|last|so|what|how|show|give|recommend|suggest|find)\b|, (?=(?:an?|the|some|any|maybe)\b)"
)
_BETWEEN_THINGS = re.compile(r" *(?:,|/|\b(?:or|and|nor|&|no|not)\b)+ *")
_AND_MORE = re.compile(r"/|&|\b(?:or|and|nor|no|not)\b")
# "not too sweet" wants it less so; there is no word for that to search by.
_NOT_TOO = re.compile(r"\b(?:not|isn't|nothing) (?:too|very|so|overly|that) [a-z]+\b(?! (?:many|much))")


def take_exclusions(scratch: Scratch, index: Index, named: Named) -> None:
    """Adds what is excluded to `named`, struck out."""
    list(scratch.take(_NOT_TOO))
    place = 0
    while match := _EXCLUSION.search(scratch.low, place):
        things = _things(scratch, match)
        start = match.start("things")
        named_any = False
        for thing in _split(things):
            named_any |= _exclude(scratch.text[start + thing.start() : start + thing.end()], index, named)
        end = start + len(things) if named_any else start
        if named_any:
            scratch.strike(match.start(), end)
        place = max(end, match.start() + 1)


def _things(scratch: Scratch, match: re.Match[str]) -> str:
    things = match["things"]
    if ends := _THING_ENDS.search(things):
        things = things[: ends.start()]
    set_apart = scratch.low[: match.start()].endswith(", ")
    if set_apart and "," in things and not _AND_MORE.search(things):  # "wireless, not wired, headphones"
        things = things[: things.index(",")]
    return things


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
    """A category counts where nothing stands before it: who wants no leather shoes may want others."""
    words = list(WORD.findall(thing))[:MOST_WORDS]
    mentions = list(index.find(words))
    brands = [mention.name for mention in mentions if mention.is_brand]
    for brand in brands:
        add(named.excluded_brands, brand)
    rest = [word for word in words if word.lower() not in STOP]
    categories = [mention for mention in mentions if not mention.is_brand]
    if categories and (brands or not rest or categories[0].first <= words.index(rest[0])):
        for mention in categories if not brands else ():
            add(named.excluded_categories, mention.name)
    elif rest and not brands:
        add(named.excluded_words, " ".join(rest))
    return bool(mentions or rest)
