"""What shoppers say that VADER's lexicon, which was made for tweets, does not know.

WORDS are valences on VADER's scale (-4 to 4) of words that it lacks. PHRASES are replaced, before VADER reads, by one
word that says the same, beside what it is said of. Both are what the goods of any shop may be praised or blamed for.
`manage.py evaluate_sentiment` prints what they add to VADER alone.
"""

import re

VALENCES = {
    -2.2: "unusable shoddy garbage junk counterfeit unwearable unwatchable unreadable unlistenable inedible",
    -1.8: """flimsy poorly overpriced malfunction malfunctions malfunctioned refund refunded unreliable mediocre
        tasteless unflattering moldy mouldy smelly knockoff mislabeled illegible lackluster uninspired forgettable
        subpar""",
    -1.4: """returned returning cheaply breaks cracked cracks leaks leaking leaky bland stale overrated shapeless frumpy
        wobbly rickety rusty rusted clunky buggy laggy glitchy ripped frayed stained shrank shrunk pilled pilling
        scratchy scratched incompatible bulky boxy stiff soggy watery greasy muffled tinny filler""",
    -0.5: "misfit",
    1.3: """versatile affordable refreshing catchy timeless roomy soft classic unique lightweight crisp effortless
        seamless addictive intuitive""",
    1.8: "sturdy durable tasty flavorful comfy reliable cozy stylish unforgettable addicting soulful",
}
# What VADER takes for praise and a shopper only speaks of.
NO_PRAISE = frozenset({"fit", "value", "values", "number"})
WORDS = {word: valence for valence, words in VALENCES.items() for word in words.split()}

# The part of it that each phrase needs, looked for first because that is quick; the phrase; what it means.
PHRASES = [
    (needle, re.compile(rf"\b(?:{phrase})", re.IGNORECASE), meaning)
    for needle, phrase, meaning in (
        (
            " back",
            r"(?:sen[dt]|sending|took|take|taking|going|goes|went|shipped)(?: (?:it|them|this|these|that|both))*"
            r"(?: right| straight)? back\b(?! to)",
            "returned",
        ),
        (" to l", r"want(?:ed|s)? (?:so (?:badly|much) )?to (?:love|like)\b", "disappointing"),
        ("high hopes", "high hopes", "disappointing"),
        (" apart", r"(?:fell|falls?|falling|came|coming|comes) apart\b", "broken"),
        (" working", r"(?:stopped|quit|stops) working\b", "broken"),
        (" work", r"(?:do|does|did|would|wo|will|is)(?:n't| not|nt) (?:even )?work(?:ing)?\b", "broken"),
        (" fit", r"(?:do|does|did)(?:n't| not|nt) (?:even )?fit\b", "misfit"),
        (
            "run",
            r"runs? (?:(?:really|very|way|too|so|a bit|a little|quite) )*(?:small|large|big|short|tight|narrow)\b",
            "misfit",
        ),
        ("save your money", "save your money", "terrible"),
        ("stay away", "stay away", "terrible"),
        ("bother", r"do(?:n't| not) bother\b", "terrible"),
        ("elsewhere", "look elsewhere", "terrible"),
        ("beware", "beware", "terrible"),
        ("ed", r"(?:as|like) (?:advertised|described|expected|promised|pictured)\b", "good"),
        (" well", r"(works?|fits?|washes|made) (?:very |really |so )?well\b", r"\1 good"),
        ("true to size", "true to size", "good size"),
        ("on time", "on time", "good"),
        (" late", r"(arrived|came|delivered|shipped) (?:very |so |too |a \w+ )?late\b", r"\1 badly"),
        (
            "ship",
            r"(shipping|shipped) (?:was |is )?(?:very |super |so )?(?:quick|fast|prompt|early)(?:ly)?\b",
            r"\1 good",
        ),
        (
            "deliver",
            r"(delivery|delivered) (?:was |is )?(?:very |super |so )?(?:quick|fast|prompt|early)(?:ly)?\b",
            r"\1 good",
        ),
        ("go wrong", r"can(?:'t|not) go wrong", "excellent"),
        (" be ", r"could(?:n't| not) be (?:happier|better)\b", "excellent"),
        (" be more", r"could(?:n't| not) be more\b", "very"),
        ("notch", r"top[- ]notch\b", "excellent"),
        ("expectations", r"(?:exceeds?|exceeded|exceeding)(?: all)?(?: my| our)? expectations\b", "excellent"),
        (" expectations", r"(?:below|\w+n't meet|not meet)(?: my| our)? expectations\b", "disappointing"),
        ("live up", r"(?:did|does)(?:n't| not) live up\b", "disappointing"),
        ("nothing special", "nothing special", "mediocre"),
        ("must", r"must[- ]have\b", "excellent"),
        ("star", r"(?:five|5) stars?\b", "excellent"),
        ("star", r"(?:one|1|zero|0|two|2) stars?\b", "terrible"),
        (" again", r"(?:never|not|\w+n't) (?:ever )?(?:buy|order|purchase)(?:ing)?\b.{0,20}? again\b", "terrible"),
        ("way too", "way too", "bad"),
        (
            "too ",
            r"too(?= (?:small|big|large|short|long|tight|loose|thin|thick|heavy|expensive|loud|weak|hard|sweet|salty"
            r"|bitter|narrow|wide)\b)",
            "bad",
        ),
    )
]


def plain(text: str) -> str:
    """The text with its phrases as words that VADER knows."""
    text = text.replace("’", "'")
    lowered = text.lower()
    for needle, phrase, meaning in PHRASES:
        if needle in lowered:
            text = phrase.sub(meaning, text)
    return text
