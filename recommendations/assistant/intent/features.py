"""What the classifier sees of a question: words, pieces of words, and a few signs that no single word gives."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommendations.assistant.filler import STOP
from recommendations.assistant.text import word_set

from .slips import Slips

# Words of conversation, and of business between a shop and its customer. All others are things one could buy.
_KNOWN = STOP | word_set(
    """account accounts accept address adult age agent alcohol amount amounts app appointment average balance
    basis behaviour behavior bill biggest bills birthday bot bought buyer buyers buys card category categories
    charge charged christmas combine compare compared complain complaint confidence consumer contact count
    counted country coupon credit customer customers data date dates day days delete deliver delivered delivery
    department departments describe details dollars email euros evening exchange expenditure expenses explain
    february frequency frequent frequently gift gifts goodbye greetings group habit habits history hours human
    income information info insights invoice january joke key language languages login loyal loyalty machine
    mail major march meaning member message model money month monthly months morning mother name newsletter
    number numbers opening orders overview own owner package packages paid parcel parts password pattern
    patterns pay paying payment payments paypal percent percentage person phone points policy pounds present
    presents previous privacy profile pronounce programme program purchases quantity quarter question questions
    rank rating ratings real receipt receipts refund refunds regular register reset result results return
    returning returns revenue review reviews reward robot safe score security segment service settings share
    ship shipment shipping shopper shoppers sign size somebody spender spent spends staff star stars statistics
    stats status stop summarise summarize summary sum support system talk team terms test ticket times total
    totals track tracking transaction transactions unit units unsubscribe value version visit visits voucher
    warranty weather website week weekend weekly weeks wife husband mum mom dad father sister brother friend son
    daughter boyfriend girlfriend boss colleague kids children teacher grandma grandpa niece nephew world year
    yearly years yesterday ate died broke broken replace replacement upgrade accessories accessory compatible
    fit fits goes matching pair alternative alternatives similar cheaper bigger smaller better best vs versus
    difference reviewed afternoon night hola bonjour salut hallo welcome cheers sorry stupid nice lol ok okay
    please"""
)
# One capitalised word, unless it is a common one of those.
_FIRST_NAME = (
    r"(?!(?:Alexa|Siri|Google|Amazon|Mother|Father|Valentine|Christmas|Easter|Halloween|January|February|March|April"
    r"|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday"
    r"|Sunday|What|Who|It|That|There|Here|Where|When|How|Let|We|You|He|She|They|My|The|This|Any|An|Mrs?|Ms|Miss|Dr)\b)[A-Z][a-z]+\b"
)
# A person: two capitalised words, a number, a title, or a single name where a person is spoken of.
_PERSON = re.compile(
    r"(?<=[a-z] )[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+"
    r"|\b(?:[Cc]ustomer|[Cc]lient|[Uu]ser|[Aa]ccount) (?:number |no\.? |id )?#?\d+"
    r"|\b(?:this|the) (?:customer|client|shopper|buyer|user)\b(?! (?:id|service|support|care|reviews?|profile|account))"
    r"|\b(?:Mr|Mrs|Ms|Miss|Dr)\b\.? [A-Z][a-z]+"
    rf"|(?P<lead>\b(?:[Dd]id|[Dd]oes|[Hh]as|[Ss]hould|[Ww]ould|could|might) ){_FIRST_NAME}(?: [A-Z][a-z]+)?"
    rf"|(?<=[a-z] ){_FIRST_NAME}(?='s\b| (?:would|might|could|should|will|likes?|bought|buys?|has|spent|ordered"
    r"|purchased|usually|mostly|enjoys?|based|given|according)\b)"
    rf"|(?P<about>\b(?:about|of|for|[Ii]s) ){_FIRST_NAME}(?=[?.!]*$| (?:an?|more|still|likely|at)\b)"
)
_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?|[?€$£]")
_ME = r"(?:i|we|he|she|they|you|somebody|\w+)"
_DONE = r"(?:bought|spent|ordered|paid|purchased|shopped|got|owned|placed|made|been|gotten|acquired|picked up)"
_THE_PAST = (
    r"(?:orders?|purchases?|history|spending|spend|expenses|account|profile|transactions?|habits"
    r"|basket history|segment|stats|data)"
)
_SIGNS = tuple(
    re.compile(sign)
    for sign in (
        r"\b(?:did|have|had|has|'ve|do) (?:i|we|he|she|somebody)\b(?! (?:need|have to))",
        rf"\b{_ME} (?:have |had |has |'ve )?(?:ever |already |actually )?{_DONE}\b",
        rf"\b(?:i|we)(?:'ve)? (?:\w+ )?{_DONE}\b[^?]*\b(?:need|recommend|suggest|looking|what else"
        rf"|go with|goes with|next|want|should|another)\b",
        rf"\b(?:my|his|her|our|their|somebody's|the|s) (?:\w+ ){{0,2}}{_THE_PAST}\b",
        r"\bhow (?:many|often|much|long|frequently|big|loyal|regular)\b",
        r"\b(?:what|which|when|where)\b[^?]{0,30}\b(?:did|have|has|had) (?:i|we|he|she|somebody)\b",
        r"\b(?:need|want|wanna|looking for|recommend|suggest|find|gift|present|should i|would like"
        r"|i'd like|after a|shopping for|searching|help me (?:find|pick|choose|decide|select|shop|buy))\b",
        r"\b(?:what|which|anything|something|ideas?|gifts?|presents?|one|any)\b.*\b(?:for|like|to|with)\b",
        r"\b(?:under|below|less than|cheaper|max|up to|budget|between|around)\b[^?]{0,12}\d",
        r"\b(?:would|might|could|should) (?:i|we|he|she|you|somebody|\w+)\b",
        r"\b(?:do you (?:have|sell|stock|carry)|have you got|got any|is there|are there|in stock|available)\b",
        r"\b(?:you|your|shop|store|this)\b",
        r"\b(?:spen[dt]|spending|paid|pay|cost|money|euros?|dollars|price|worth|value|bill|total)\b",
        r"\b(?:categor(?:y|ies)|departments?|kinds?|types?|sorts?|genres?|sections?|brands?)\b",
        r"\b(?:favou?rite|favs?|most|usually|mostly|prefer(?:red)?|top|mainly|typically|tend)\b",
        r"\b(?:last|latest|recent(?:ly)?|lately|yesterday|history|ago|previous|past)\b",
        r"\b(?:again|replacement|reorder|similar|alternative|instead|goes with|go with|match(?:es)?"
        r"|next|else|another)\b",
        r"^(?:(?!\b(?:i|my|me|did|do|have|has|how|what|when|which|who|you|your|is|are|can|the|was)\b)[^?]){1,60}$",
        r"\?",
        # the shop's services, not its products
        r"\b(?:deliver(?:y|ies|ed)?|ship(?:s|ping|ment|ped)?|refunds?|returns?|send back|exchange"
        r"|warranty|guarantee|vouchers?|coupons?|newsletter"
        r"|log ?in|log out|sign in|passwords?|paypal|pay(?:ment|ments)? (?:by|with|methods?|options?)"
        r"|invoices?|receipts?|opening|open on|hours|support|contact|complain(?:t|ing)?"
        r"|privacy|cookies|terms|parcel|packages?|track(?:ing)?|cancel|my data|discount codes?"
        r"|gift cards?|e-?mail|phone number|located|address|support|unsubscribe|hiring|vat|tax)\b",
        # small talk, and what has nothing to do with a shop
        r"^\W*(?:hi|hey|hello\w*|hallo|hola|bonjour|howdy|yo|greetings|good (?:morning|evening"
        r"|afternoon|night|day|job)|morning|thanks?|thank you|thx|ty|cheers|bye|goodbye"
        r"|ok(?:ay)?|yes|no|maybe|sorry|lol|test(?:ing)?|nice|cool|great|awesome|well done|wrong"
        r"|help|stop|menu|huh|what|why|how|never mind|forget it|see (?:you|ya))\b[^a-z]*(?:there"
        r"|you|ya|bot|thanks|bye|assistant)?\W*$",
        r"^[\W\d]*$|\b(?:joke|poem|song|weather|president|capital of|world cup|meaning of life"
        r"|news|marry|love you|stupid|time is it)\b",
        # the assistant itself
        r"\b(?:who|what|how|why|where|are|can|do) (?:(?:do|does|are|did|is|can|will) )?(?:you|your"
        r"|this|the (?:assistant|score|ranking|recommendations?|results?|app|bot))\b(?! (?:have"
        r"|sell|stock|carry|got|offer|keep|still|think|recommend|suggest|advise|propose)\b)",
        r"\b(?:prompt|instructions|chatbot|bot|robot|human|ai|system|agent|language|rules|rate"
        r"|ratings?|score|confidence|algorithm|works?)\b",
        # a price that stands on a shelf, not in a history
        r"\bhow (?:much|expensive|many|big|heavy|long|loud|good)\b[^?]{0,25}\b(?:is|are|does|do"
        r"|would|for) (?:the|a|an|one|your|this|that|these|\w+ you)\b(?! (?:i|we|he|she|somebody)\b)",
        r"\b(?:price|cost)s? of (?:the|a|an|your|this|that|\w+)\b(?!.*\b(?:i|my|did|somebody)\b)",
        # money that went out
        r"\b(?:set (?:me|us|him|her) back|charged|charges|damage|expenditures?|outgoings|expenses"
        r"|costs? (?:me|us|him|her)|revenue|turnover|income|sales (?:to|from|with)|amount(?:ed)?"
        r" to"
        r"|add(?:s|ed)? up|come to|came to|sum|total(?:s|ling)?|grand total|budget|big spender|lifetime|bill)\b",
        # what the shop proposes by itself
        r"\b(?:most (?:popular|wanted|loved|sold|reviewed)|popular|best ?sell(?:er|ers|ing)|new(?:est)?"
        r" (?:arrivals|in|releases)|what's new|trending|everyone|other (?:people|customers|shoppers)"
        r"|people|shoppers|others|customers like|best|highest|top rated|deals?|offers|on sale|cheaper"
        r"|cheapest|bigger|in stock)\b",
        r"\b(?:recommend|suggest|pick|choose|find|surprise|inspire|get me|show me (?:some|a|the best|something"
        r"|more|cheap\w*|products|other)|advise|help me|give me (?:a|some|something|your)|ideas?"
        r"|offer|pitch|sell)\b",
        r"\b(?:something|anything|more|products?|another|others?|else|ideas?|new) (?:\w+ )?(?:from"
        r"|in|like|for|that|to|new|similar|with)\b",
        r"\b(?:based on|given|according to|going by|considering|from what|looking at|use|using"
        r"|know)\b.*\b(?:my|his|her|i|me|orders?|purchases?|history|profile|taste|somebody)\b",
        # who the customer is
        r"\b(?:regulars?|loyal(?:ty)?|segment|rfm|vip|churn|profile|habits?|behaviou?r|pattern"
        r"|summary|summari[sz]e|overview|key figures|about (?:me|myself|somebody)|describe|characteri[sz]e"
        r"|kind of (?:customer|shopper|buyer)|how often|since when|status|who (?:am i|is somebody)"
        r"|shopper|know about|details|stats|active|facts)\b",
        r"^\W*(?:show |view |see |list |display |my |all |past |previous |recent |latest |last"
        r" |the |pull up |give me |let me see )*(?:orders?|purchases?|(?:order|purchase|transaction)"
        r" history|transactions?|bought)\b",
        r"\b(?:do|did|have|am|was|were|is|are) (?:i|my|we|he|she|somebody)\b",
        r"\b(?:i|we) (?:need|want|would|am|have|love|like|feel|fancy)\b|\bi'(?:m|d|ve)\b",
        r"\b(?:goes|go|going|match(?:es)?|fits?|compatible|works?|pairs?|complement\w*) (?:well"
        r" |best )?(?:with|a|an|the|my|for|in|somebody)?\b",
    )
)


BLOCKS = 3  # of a question
SIGN_WEIGHT = 0.5  # of a sign, beside blocks of words whose length is 1
LONGEST_WORD = 40
LONGEST_QUESTION = 400  # characters; what comes after them is no longer the question


def plain(question: str) -> str:
    """Lower case; every number the same, and every person."""
    anonymous = _PERSON.sub(r"\g<lead>\g<about>somebody", question[:LONGEST_QUESTION])
    return re.sub(r"\d+(?:[.,]\d+)*", "0", anonymous.lower())


def outline(words: Sequence[str]) -> list[str]:
    """How a question is built, whatever it is about: "how many thing did i buy in 0"."""
    known = ["start", *(word if word in _KNOWN or not word[0].isalpha() else "thing" for word in words), "stop"]
    return [word for n, word in enumerate(known) if word != "thing" or known[n - 1] != "thing"]


@dataclass(frozen=True)
class Features:
    """What was learnt about the words of the training questions: their place and their weight."""

    slips: Slips
    places: dict[str, int]
    weights: NDArray[np.float64]  # inverse document frequencies, one a place

    @classmethod
    def fit(cls, questions: Sequence[str]) -> tuple["Features", csr_matrix]:
        """Keeps what at least two questions show, weighted by ln((1 + n) / (1 + df)) + 1. Also the questions' rows."""
        texts = [plain(question) for question in questions]
        slips = Slips.fit(texts, _KNOWN)
        texts = [slips.mended(text) for text in texts]
        seen = [_blocks(text) for text in texts]
        frequencies = Counter(chain.from_iterable(set().union(*blocks) for blocks in seen))
        kept = sorted(piece for piece, n in frequencies.items() if n > 1)
        counts = np.array([frequencies[piece] for piece in kept], dtype=float)
        places = {piece: n for n, piece in enumerate(kept)}
        features = cls(slips, places, np.log((1 + len(seen)) / (1 + counts)) + 1)
        return features, features._rows(seen, texts)

    def rows(self, questions: Sequence[str]) -> csr_matrix:
        """One row a question: three blocks of length 1 (1 + ln(count), weighted), and the signs."""
        texts = [self.slips.mended(plain(question)) for question in questions]
        return self._rows([_blocks(text) for text in texts], texts)

    def _rows(self, seen: Sequence[tuple[Counter[str], ...]], texts: Sequence[str]) -> csr_matrix:
        places: list[int] = []
        counts: list[int] = []
        sizes: list[int] = []  # one a block
        for block in chain.from_iterable(seen):
            known = [(place, count) for piece, count in block.items() if (place := self.places.get(piece)) is not None]
            places += [place for place, _ in known]
            counts += [count for _, count in known]
            sizes.append(len(known))
        block_of = np.repeat(np.arange(len(sizes)), sizes)
        values = (1 + np.log(counts)) * self.weights[np.array(places, dtype=int)]
        values /= np.sqrt(np.bincount(block_of, values**2, len(sizes)))[block_of]
        signs = [(n, len(self.places) + sign) for n, text in enumerate(texts) for sign in _signs(text)]
        rows = np.concatenate([block_of // BLOCKS, [n for n, _ in signs]]).astype(int)
        columns = np.concatenate([places, [column for _, column in signs]]).astype(int)
        values = np.concatenate([values, np.full(len(signs), SIGN_WEIGHT)])
        return csr_matrix((values, (rows, columns)), shape=(len(texts), len(self.places) + len(_SIGNS) + 2))


def _blocks(text: str) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Runs of 1 to 3 words, runs of 1 to 4 words of the outline, pieces of 2 to 5 letters within words."""
    words = _WORD.findall(text)
    pieces = chain.from_iterable(map(_pieces, text.split()))
    return Counter(_runs("w", words, 3)), Counter(_runs("o", outline(words), 4)), Counter(pieces)


@lru_cache(maxsize=8192)  # most words come again and again
def _pieces(word: str) -> tuple[str, ...]:
    padded = f" {word[:LONGEST_WORD]} "
    return tuple(f"p {padded[i : i + n]}" for n in range(2, 6) for i in range(max(len(padded) - n + 1, 1)))


def _runs(block: str, words: list[str], longest: int) -> Iterator[str]:
    for n in range(1, longest + 1):
        for i in range(len(words) - n + 1):
            yield f"{block} {' '.join(words[i : i + n])}"


def _signs(text: str) -> list[int]:
    """Which signs a question shows; the last two say that it is very short or long."""
    words = text.count(" ") + 1
    shown = [n for n, sign in enumerate(_SIGNS) if sign.search(text)]
    return shown + [len(_SIGNS)] * (words <= 3) + [len(_SIGNS) + 1] * (words > 12)
