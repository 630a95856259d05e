"""Which of the shop's categories an informational question is about: "what did I spend on electronics?"."""

import re

from recommendations.assistant.filler import CONTEXT, STOP
from recommendations.assistant.text import STRUCK, Scratch, fold, word_set

from .catalogue import WORD, Index

_ABOUT = re.compile(
    rf"\b(?:on|in|for|from|of)(?: (?:the|all|my|any))? (?P<things>[^.;:!?{re.escape(STRUCK)}()]{{1,80}})"
    rf"|\bhow (?:many|much)(?: of)?(?: different)? (?P<counted>[^.;:!?{re.escape(STRUCK)}()]{{1,60}}?)"
    r" (?:did|do|have|has|does|were|was|are|is|had|i|we|she|he)\b"
)
_ENDS = re.compile(
    r"\b(?:did|do|does|have|has|had|i|we|he|she|they|you|is|are|was|were|that|which|so far"
    r"|in|on|at|to|from|this|last|please|since|by|with"
    r"|during|over|when|what|how|because|as|of|than|category|department|section|purchases?"
    r"|orders?|altogether|overall|ever|and how|and what)\b"
)
# After "on" and "in" these name no category of a shop.
_NO_CATEGORY = frozenset(
    fold(word)
    for word in word_set(
        """average everything total stuff thing things something sale discount account order orders purchase
    purchases product products item items money time transaction transactions visit visits name record records
    file files receipt receipts monday tuesday wednesday thursday friday saturday sunday weekend weekends
    history detail details summary full general fact short particular single one day days week weeks month
    months year years hand top shop store here data profile category categories department spending euro euros
    dollar dollars pound pounds bucks eur usd gbp line all basket cart kind far row each customer them it life
    lifetime amount number sum figure currency cash card cents unit units piece pieces delivery whole brand
    brands goods date dates ever anything nothing myself me quantity different earth world database"""
    )
)


def about_categories(scratch: Scratch, index: Index) -> tuple[tuple[str, ...], str]:
    """The shop's categories named, and the first thing named in such a place that is none of them ("" if all are)."""
    known: list[str] = []
    unknown = ""
    for match in _ABOUT.finditer(scratch.low):
        group = "things" if match["things"] else "counted"
        start = match.start(group)
        things = match[group]
        sure = group == "counted" or match[0].startswith(("on ", "in "))
        if ends := _ENDS.search(things):
            things = things[: ends.start()]
        words = WORD.findall(scratch.text[start : start + len(things)])[:8]
        mentions = [mention for mention in index.find(words) if not mention.is_brand]
        known += [mention.name for mention in mentions if mention.name not in known]
        if not mentions and sure and not unknown:
            unknown = _unknown(words)
    for mention in index.find(WORD.findall(_unstruck(scratch))):
        if not mention.is_brand and mention.name not in known:
            known.append(mention.name)
    return tuple(known), "" if known else unknown


def _unknown(words: list[str]) -> str:
    left = [word for word in words if word.lower() not in STOP and fold(word) not in CONTEXT]
    if not left or any(fold(word) in _NO_CATEGORY for word in left) or all(word.isdigit() for word in left):
        return ""
    return " ".join(left[:3])


def _unstruck(scratch: Scratch) -> str:
    return "".join(c if low != STRUCK else " . " for c, low in zip(scratch.text, scratch.low, strict=True))
