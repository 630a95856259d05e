"""Which word of a search names the thing: "shorts" in "shorts high waisted for women", "case" in "phone case black".

English puts the thing last ("running shoes"), and a shopper adds to it behind: a purpose after a link ("coaster for
coffee"), and bare words for whom, how large, of which colour. What such words are is known without a catalogue; so the
thing is the last word before the first link that is none of them.
"""

import re
from collections.abc import Sequence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Behind these stands what the thing is for, has or is made of.
LINKS = _words(
    """for with without w w/ from in into of on to by under over below above at like that which whose made as not no
    but compatible between than"""
)
# "pack of socks", "pair of boots": the thing comes after.
_MEASURES = _words(
    """pack packs set sets pair pairs box boxes bag bags bottle bottles case cases can cans jar jars piece pieces bunch
    lot lots roll rolls kind type sort dozen bulk assortment variety collection bundle bar tube"""
)
# "slip on sneakers", "all in one printer": these make one word with the link behind them.
_PARTICLES = _words("on in up to off out not")
_BEFORE_PARTICLES = _words(
    """slip pull clip plug push snap stick iron roll carry add wake lace zip step walk see stand lift press peel do make
    built all pop drop tie hook"""
)
_AUDIENCES = _words(
    """men mens men's man women womens women's woman ladies lady lady's male female unisex kids kid kid's kids' child
    children children's childrens boys boy boy's boys' girls girl girl's girls' toddler toddlers baby babies infant
    infants newborn newborns teen teens teenager teenagers teenage adult adults senior seniors juniors youth old olds
    year years yr yrs month months age ages him her mom dad wife husband"""
)
_COLOURS = _words(
    """black white red blue green yellow pink purple orange brown grey gray beige ivory navy teal turquoise gold
    golden rose silver bronze copper khaki olive cream burgundy maroon magenta lavender clear transparent colored
    coloured color colour multicolor multicolored colorful dark light matte neon pastel"""
)
_MATERIALS = _words(
    """leather cotton silicone plastic metal wooden stainless steel polyester satin velvet bamboo ceramic nickel suede
    linen nylon canvas aluminum aluminium brass rubber wool silk rattan wicker marble acrylic memory foam
    wood cashmere denim lace"""
)
_SIZES = _words(
    """size sizes small medium large xl xxl xs big huge mini tiny tall short long wide narrow thin thick king queen twin
    full plus extra inch inches in ft feet foot cm mm m yard yards oz ounce ounces lb lbs pound pounds kg g gram grams
    ml l liter liters litre litres gallon gallons quart qt gb tb mb mah volt volts v watt watts w amp amps gauge ohm ct
    count pcs piece pieces pack packs set x qty length width height deep high low heavy lightweight jumbo"""
)
_CONDITIONS = _words(
    """cheap cheapest sale clearance used new refurbished renewed original genuine vintage free discount discounted
    best rated prime deal deals only bulk price prices under dollars dollar online"""
)
_MANNERS = _words(
    """outdoor outdoors indoor wireless waterproof portable electric electronic digital automatic rechargeable
    disposable reusable adjustable foldable folding organic natural casual formal modern rustic cute funny cool sexy
    soft hard warm comfortable unlocked official slim round square rectangular oval flat unscented scented kosher
    vegan professional personalized custom handmade plain elegant fancy solid solar bluetooth
    usb hd battery aesthetic flexible washable gentle fresh real glitter holographic lasting super heavy duty smart
    stylish trendy sexy easy safe healthy sugar gluten grain dairy stretch stretchy sleeve sleeves sleeveless fit
    mouth side tier pattern print style edition model version front back left right top"""
)
_PLACES = _words("bedroom kitchen bathroom office home house car cars travel christmas winter summer spring fall party")
_DESCRIBING = _AUDIENCES | _COLOURS | _MATERIALS | _SIZES | _CONDITIONS | _MANNERS | _PLACES
_NUMBERED = re.compile(r"[#$€£]?\d[\w.,/\"'%-]*")
_DESCRIBING_ENDING = re.compile(r".{2,}(?:less|proof|[^e]ed|free|able|style)")


def head_of(words: Sequence[str]) -> int:
    """The place of the word that names the thing, -1 if there are no words. `words` are in lower case, in order."""
    if not words:
        return -1
    start, end = _named_part(words)
    place = end - 1
    while place > start and _describes(words[place]):
        place -= 1
    return place if not _describes(words[place]) else end - 1


def _named_part(words: Sequence[str]) -> tuple[int, int]:
    """The words before the first link that has any before it; those after "of" where a measure stands before it."""
    start = 0
    for place, word in enumerate(words):
        if word not in LINKS or place == start:
            continue
        if word == "of" and words[place - 1] in _MEASURES and place + 1 < len(words):
            start = place + 1
        elif not (word in _PARTICLES and words[place - 1] in _BEFORE_PARTICLES):
            return start, place
    return start, len(words)


def _describes(word: str) -> bool:
    return word in _DESCRIBING or bool(_NUMBERED.fullmatch(word) or _DESCRIBING_ENDING.fullmatch(word))
