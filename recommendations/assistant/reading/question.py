"""The reading of a whole question. The order matters: what one reader takes, the next never sees."""

import re
from dataclasses import dataclass, field
from datetime import date

from recommendations.assistant.intent.classifier import INFORMATIONAL, classify
from recommendations.assistant.text import Scratch, tidy
from recommendations.engine.constraints import Constraints

from .catalogue import WORD, Catalogue, Index, index_of
from .counts import take_count
from .facts import about_categories
from .periods import take_period, unread_period
from .points import Period
from .prices import PriceRange, take_prices
from .products import take_products
from .typos import mended

_AGAIN = re.compile(
    r"\b(?:again|re-?order(?:ing)?|re-?buy(?:ing)?|re-?purchas(?:e|ing)|re-?stock(?:ing)?|once"
    r" more|(?:already|previously) (?:bought|have|own|got|purchased)"
    r"|(?:bought|purchased|ordered|own|have) (?:already|before)|same (?:as|again|one as) (?:last"
    r"|before|always|usual)|(?:my|the) usuals?|running (?:low|out)|run out"
    r"|ran out|refills?|replenish(?:ing)?)\b"
)
_NEVER_BOUGHT = re.compile(
    r"\b(?:haven't|have not|hasn't|has not|havent|hasnt|not|never|don't|do not|didn't|without)\b"
    r"(?! (?:recommend|suggest|show|give|want|need)\b)[^.,;!?]{0,25}\b"
    r"(?:already|before|yet|bought|own|again)\b"
)
_PHRASES = re.compile(
    r"\b(?:(?:back )?in stock|on sale|on hand|(?:to|in) my (?:basket|cart)|treat (?:my|your|him|her)(?:self)?"
    r"|hook (?:me|us|him|her) up|what(?:'s| is) hot|hot right now|bored af|never ?mind|no worries"
    r"|(?:this|next) time|at the moment|by any chance|my age(?: group)?"
    r"|(?:my|our|his|her|the) last(?= (?:orders?|purchases?|buys?|items?|things?|one|\w+ (?:i|we|from|was))\b))\b"
    r"|\b(?:mother|father|sister|brother|daughter|son)s?[ -]in[ -]laws?\b|^(?:yo|bruh|dude)\b(?!.yo)"
    r"|^(?:hey|hi|hello|ok|okay) (?:alexa|siri|google|cortana)\b|^(?:alexa|siri|google)(?=,)"
    r"|^(?:hello,? |hi,? )?good (?:morning|afternoon|evening|day)\b"
)
_INCHES = re.compile(r'(?P<title>"[^"]*")|(?P<inches>\d) ?(?:"|\'\')')
_CUSTOMER = re.compile(r"\b(?:customer|cust|client|user|account)(?: (?:number|no\.?|id))? ?#?\d+(?:'s)?(?!\w) ?")
_NAME = r"[A-Z][\w'-]+(?: [A-Z][\w.'-]*){0,2}"
_SOMEBODY = re.compile(
    rf"(?:(?<=ould )|(?<=ight ))(?:our customer )?{_NAME}"
    r"(?= (?:like|enjoy|want|need|love|be|buy|appreciate|prefer|get|try|consider|purchase|order|read|use|wear)\b)"
    rf"|(?<=\bfor ){_NAME}(?= (?:based on|given|according|who)\b)"
    rf"|(?<=\bsimilar to ){_NAME}(?= (?:bought|purchased|ordered|likes?)\b)"
    rf"|(?<=\bthink ){_NAME}(?= (?:would|might|will|likes?|needs?|wants?)\b)"
    rf"|(?:(?<=ions for )|(?<=deas for )|(?<=ucts for )|(?<=tems for )|(?<=ties for )|(?<=ions to )|(?<=ucts to )"
    rf"|(?<=tems to )){_NAME}(?=[?.!]*$)"
    rf"|{_NAME}'s(?= (?:tastes?|profile|history|orders|purchases|basket|style|preferences)\b)"
    rf"|^{_NAME}(?=: | (?:might|would|could|may|will) (?:like|love|want|need|enjoy|use)\b)"
    r"|\b(?:(?:pitch|sell|offer|push|send|give|upsell|recommend|suggest) to"
    r"|(?:among )?(?:people|customers|shoppers|buyers) like) [A-Z][a-z'-]+ [A-Z][a-z'-]+(?![\w-])"
    r"|\b(?:Mr|Mrs|Ms|Miss)\b\.? [A-Z]\w+"
    r"|(?<=customer )[A-Z]\w+ [A-Z]\w+"
)
_BEFORE_A_NAME = "|".join(
    f"(?<={word} )"
    for word in (
        *("would", "does", "did", "has", "is", "for", "should", "might", "will", "could"),
        *("offer", "pitch", "give", "to", "mr", "ms", "mrs"),
    )
)
_AFTER_A_NAME = "would|likes?|might|will|bought|has|needs?|wants?"
_DELIVERY = re.compile(r"\b(?:with)?in \d{1,3} (?:business |working )?(?:minutes?|hours?|days?|weeks?)\b")
_AGE = re.compile(
    r"\b[a-z]+-year-olds?\b|\b(?:has|have|of) \d{1,2} years?\b"
    r"|\bfor (?:(?:a|an|my|our|his|her|their|the) )?\d{1,2}(?:[ -]?(?:-|to) ?\d{1,2})?[ -]?(?:years?"
    r"|yrs?|yo|y/o|months?|mo)(?:[ -]?olds?)?\b"
    r"|\b\d{1,2}[ -]?(?:years?|yrs?|yo|months?)[ -]?(?:olds?)?(?= (?:boy|girl|kid|child|son"
    r"|daughter|niece|nephew|grandson|granddaughter|brother|sister|teen|man|woman|baby|toddler)s?\b)"
    r"|\b(?:who (?:is|turns|'s)|turning|aged?|ages|(?:under|over|above|below|is|turns)(?= \d{1,2}"
    r" years?)) \d{1,2}(?:[ -]?(?:-|to) ?\d{1,2})?(?: years?(?: olds?)?)?\b"
    r"|\b(?:kids?|child(?:ren)?|boys?|girls?|toddlers?|people|adults?|teens?) (?:under|over"
    r"|above|below|from|up to) \d{1,2}\b"
)


@dataclass(frozen=True)
class Reading:
    """What a question says.

    `category` is the kind of an informational question ("" for a recommendation); `confidence` the probability, 0..1,
    that `intent` is right. All the rest is read for both intents, so that whoever decides otherwise finds it here.
    `unread_period` is what looks like a time but is none ("on 31 February"). `fact_categories` are the shop's
    categories that an informational question is about, `unknown_category` what it names in such a place ("on X") and is
    no category. `goes_with` is the thing that
    the wanted products shall complement ("what goes with my router"): it is not in the words, for a router is not
    what is wanted, so that the shopper's purchases decide.
    """

    intent: str
    category: str
    confidence: float
    constraints: Constraints = field(default_factory=Constraints)
    period: Period | None = None
    unread_period: str = ""
    fact_categories: tuple[str, ...] = ()
    unknown_category: str = ""
    goes_with: str = ""


def read_question(text: str, *, catalogue: Catalogue, today: date, customer_name: str = "") -> Reading:
    """Understand one question of a shopper; never raises, whatever the text. Only its first 2,000 characters count."""
    index = index_of(catalogue)
    text = mended(_INCHES.sub(lambda match: match["title"] or f"{match['inches']} inch", tidy(text)), index)
    guess = classify(text)
    scratch = Scratch(text)
    _take_name(scratch, customer_name, index)
    if guess.intent == INFORMATIONAL:  # "between 2022 and 2023" are years here, and a price elsewhere
        period = take_period(scratch, today)
        price = take_prices(scratch)
    else:
        price = take_prices(scratch)
        period = take_period(scratch, today)
    unread = "" if period else unread_period(scratch)
    categories, unknown = about_categories(scratch, index)
    constraints, goes_with = _constraints(scratch, index, price)
    categories = tuple(name for name in categories if name not in constraints.excluded_categories)
    return Reading(
        guess.intent, guess.category, guess.confidence, constraints, period, unread, categories, unknown, goes_with
    )


def _constraints(scratch: Scratch, index: Index, price: PriceRange) -> tuple[Constraints, str]:
    exclude_bought = True if _NEVER_BOUGHT.search(scratch.low) else False if _AGAIN.search(scratch.low) else None
    for pattern in (_NEVER_BOUGHT, _AGAIN, _DELIVERY, _AGE, _PHRASES):
        list(scratch.take(pattern))
    count = take_count(scratch)
    named = take_products(scratch, index)
    return (
        Constraints(
            words=named.words,
            excluded_words=tuple(named.excluded_words),
            categories=tuple(named.categories),
            excluded_categories=tuple(named.excluded_categories),
            brands=tuple(named.brands),
            excluded_brands=tuple(named.excluded_brands),
            min_price=price.low,
            max_price=price.high,
            currency=price.currency,
            exclude_bought=exclude_bought,
            count=count,
        ),
        named.goes_with,
    )


def _take_name(scratch: Scratch, customer_name: str, index: Index) -> None:
    """Takes out the customer's own name, whole anywhere, a part where a person is spoken of; and other people's."""
    scratch.cut(_CUSTOMER)
    for match in _SOMEBODY.finditer(scratch.text):
        if not list(index.find(WORD.findall(match[0]))):  # "products for Lego"
            scratch.strike(*match.span())
    parts = [re.escape(part) for part in tidy(customer_name).lower().split()]
    if not parts:
        return
    whole = r"\s+".join(parts)
    single = "|".join(part for part in parts if len(part) > 1) or whole
    scratch.cut(re.compile(rf"(?<!\w){whole}(?:'s?)?(?!\w) ?"))
    spoken_of = rf"(?:{_BEFORE_A_NAME})(?:{single})(?:'s)?(?!\w)"
    speaks = rf"(?<!\w)(?:{single})(?:'s (?=\w)| (?=(?:{_AFTER_A_NAME})\b))"
    scratch.cut(re.compile(f"{spoken_of}|{speaks}"))
