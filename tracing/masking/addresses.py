"""Postal addresses, as shoppers write them: a street with its house number, and the postcode and town after it.

Each language puts them in its own order. Words such as "drive" or "court" name a street only where a postcode, a flat
or a phrase like "deliver to" says so: "2 Portable Drive" is a product. A street without a number is no address.
"""

import re

from tracing.masking.numbers import Mark
from tracing.masking.words import those

HOUSE = r"(?<![\w.,$€£/-])\d{1,5}(?:[/-]\d{1,4})?(?:[ ]?[A-Ha-h](?!\w))?"
LAST_HOUSE = r"\d{1,5}(?:[/-]\d{1,4})?(?:[ ]?[A-Ha-h](?!\w))?(?![\w%€$£]|[.,]\d)"
WORD = r"[^\W\d_][\w'’.-]{0,30}"
CAPITAL = r"(?-i:[A-ZÀ-ÖØ-Þ])[\w'’.-]{0,30}"
OF = r"(?:(?:de la|del|della|delle|des|de|du|dos|das|do|da|di|la|le|les|l['’]|d['’])[ ]?){0,2}"

UNITS_AFTER = "GB|TB|MB|ND|RD|TH|ST|FT|LB"  # "R5 8GB" is no postcode
UK = rf"[A-Z]{{1,2}}\d[A-Z\d]?\s?\d(?!(?:{UNITS_AFTER})\b)[ABD-HJLNP-UW-Z]{{2}}"
CANADIAN = r"[A-Z]\d[A-Z]\s?\d[A-Z]\d"
US = r"[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?"
POSTCODE = rf"(?:{UK}|{CANADIAN}|{US}|[A-Z]{{2,3}}\s+\d{{4}}|\d{{5}}(?:-\d{{4}})?)(?!\w)"
# , London NW1 6XE
TOWN_BEFORE = rf"(?:,?\s+(?:{WORD}(?:[ -]{WORD}){{0,3}},?\s+)?{POSTCODE})"
# , 10115 Berlin
TOWN_AFTER = rf"(?:,?\s+(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?:[ ]?[A-Z]{{2}}(?!\w))?[ ]{CAPITAL}(?:[ -]{CAPITAL}){{0,2}})"
FLAT = r"(?:,?\s*(?:apt|apartment|unit|suite|ste|flat)\.?[ ]*\#?\w{1,6}(?!\w))"

SURE = "street|avenue|ave|road|rd|boulevard|blvd|lane|parkway|pkwy|highway|hwy|crescent|mews|st"
UNSURE = "drive|dr|court|ct|place|pl|square|sq|terrace|way|close|circle|gardens|grove|row|walk|hill|gate|trail|park|ln"
NUMBER_FIRST = re.compile(
    rf"""{HOUSE},?[ ](?P<name>(?:[\w'’.-]{{1,30}}[ ]){{1,4}}?)(?:(?P<sure>{SURE})|{UNSURE})\b\.?
    (?P<compass>[ ](?:NE|NW|SE|SW|N|S|E|W|North|South|East|West)\b\.?)?
    (?:(?P<known>{FLAT}?{TOWN_BEFORE}|{FLAT})
      |(?P<ends>(?=\s*(?:$|[.,;:!?)\]"]|\b(?:and|or|is|please|but|in|near|by|before|on|to|for|from|with|my|we|i)\b)))
    )?""",
    re.VERBOSE | re.IGNORECASE,
)
DIRECTED = re.compile(
    r"\b(?:address|live|lives|living|lived|deliver|delivered|delivery|ship|shipped|send|sent|reside|move|moved)\b[^\d\n]{0,25}$",
    re.IGNORECASE,
)
MEASURE = re.compile(
    r"[x×]|(?:inch|inches|in|cm|mm|ft|foot|feet|pack|packs|pcs|piece|pieces|set|sets|pair|gb|tb|oz|ml|kg|lb|hour|day|year|speed|gear)\b",
    re.IGNORECASE,
)

IN_OTHER_ORDERS = re.compile(
    "|".join(
        [
            # Hauptstraße 5, 10115 Berlin · Berliner Str. 12a · Prinsengracht 263
            rf"(?<!\w)(?:{CAPITAL}[ ]){{0,2}}(?:\w[\w'’-]{{1,30}}?|{CAPITAL}[ -])"
            r"(?:stra(?:ß|ss)e|str\.|allee|gasse|platz|weg|damm|ufer|chaussee|straat|laan|gracht|plein|gatan|vägen|gade|vej)"
            rf"[ ]{LAST_HOUSE}{TOWN_AFTER}?",
            # Am Markt 3, 10115 Berlin
            rf"(?<!\w)(?:{CAPITAL}[ ]){{1,3}}{LAST_HOUSE},[ ](?:[A-Z]{{1,2}}-)?\d{{4,5}}[ ]{CAPITAL}",
            # 23 rue de Rivoli, 75001 Paris
            r"(?<![\w.,-])\d{1,4}(?:[ ]?(?:bis|ter))?,?[ ]"
            r"(?:rue|rua|bd\.?|chemin|allée|impasse|quai|(?-i:avenue|boulevard|place|cours)|(?:avenue|place)(?=[ ]d))"
            rf"[ ]{OF}{CAPITAL}(?:[ -]{OF}{CAPITAL}){{0,3}}{TOWN_AFTER}?",
            # Calle Mayor 5, 28013 Madrid · Via Roma 10
            r"(?<!\w)(?:calle|c/|avenida|av(?:da)?\.|plaza|paseo|carrer|(?-i:Via)|viale|piazza|corso|rua|praça|ul\.)"
            rf"[ ]{OF}(?!Bluetooth|Ethernet)(?-i:[A-ZÀ-ÖØ-Þ][a-zß-ÿ'’.-])[\w'’.-]{{0,30}}(?:[ ]{OF}{CAPITAL}){{0,3}}"
            rf",?[ ](?:n[.º°]{{1,2}}[ ]?)?{LAST_HOUSE}{TOWN_AFTER}?",
            # PO Box 123 · Postfach 12 34 56
            r"(?<!\w)(?:P\.?[ ]?O\.?[ ]?Box|Post[ ]Office[ ]Box|Postfach|Postbus|Apartado(?:[ ]de[ ]Correos)?)"
            rf"[ ]\#?\d{{1,6}}(?:[ ]\d{{2}}){{0,2}}(?:{TOWN_BEFORE}|{TOWN_AFTER})?",
            # Springfield, OR 97477 · my postcode is NW1 6XE
            rf"(?<!\w)(?:{HOUSE}[ ](?:{CAPITAL}[ ]){{0,3}}{CAPITAL},[ ])?"
            rf"(?:{CAPITAL}[ ]){{0,2}}{CAPITAL},[ ](?-i:[A-Z]{{2}})[ ]\d{{5}}(?:-\d{{4}})?(?!\w)",
            rf"(?<!\w)(?:zip|post|postal)[ ]?code[ ](?:is[ ])?(?:{UK}|{CANADIAN}|\d{{5}})(?!\w)",
            # 東京都千代田区千代田1-1 · 北京市朝阳区建国路88号
            r"(?:〒\d{3}-\d{4}[ ]?)?[\u3040-\u30ff\u4e00-\u9fff]{2,20}"
            r"(?:[市区町村][\u3040-\u30ff\u4e00-\u9fff]{1,12}\d{1,4}(?:[-丁目番地号]{1,3}\d{1,4}){0,3}|[路街道巷弄]\d{1,5}号)",
        ]
    ),
    re.IGNORECASE,
)

HOUSE_NUMBER = re.compile(r"(?<!\w)\d{1,5}[A-Za-z]{0,2}(?!\w)|[\u4e00-\u9fff]\d")
ENGLISH_WORDS = frozenset(f"{SURE}|{UNSURE}".split("|"))
OTHER_WORDS = those(
    "rue avenue boulevard bd place chemin allée impasse quai route cours calle c avenida av avda plaza paseo carrer "
    "via viale piazza corso rua praça ul box postfach postbus apartado code postcode zipcode"
)
STREET_ENDS = (
    "straße ", "strasse ", "str. ", "allee ", "gasse ", "platz ", "weg ", "damm ", "ufer ", "chaussee ", "straat ",
    "laan ", "gracht ", "plein ", "gatan ", "vägen ", "gade ", "vej ",
)  # fmt: skip
TOWN_OR_CHINESE = re.compile(r",[ ](?:[A-Z]{1,2}[ -])?\d{4,5}\b|[\u4e00-\u9fff]")


def mask_addresses(text: str, small: str, words: set[str], mark: Mark) -> str:
    """`small` is the text in small letters, `words` are those of it."""
    if not HOUSE_NUMBER.search(text):
        return text
    if not ENGLISH_WORDS.isdisjoint(words):
        text = NUMBER_FIRST.sub(lambda match: mark("address", match[0]) if _is_address(match) else match[0], text)
    if not OTHER_WORDS.isdisjoint(words) or any(end in small for end in STREET_ENDS) or TOWN_OR_CHINESE.search(text):
        text = IN_OTHER_ORDERS.sub(lambda match: mark("address", match[0]), text)
    return text


def _is_address(match: re.Match[str]) -> bool:
    """Whether a number, some words and a word such as "road" mean a place: as spelt, or by what is around them."""
    name = match["name"]
    if MEASURE.match(name):
        return False
    if match["known"] or DIRECTED.search(match.string[max(0, match.start() - 60) : match.start()]):
        return True
    spelt = all(
        word[0].isupper() or word[0].isdigit()
        for word in [*name.split(), match[0][match.end("name") - match.start() :]]
    )
    return spelt and bool(match["compass"] or (match["sure"] and match["ends"] is not None))
