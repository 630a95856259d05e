"""Names that a text itself introduces: "my name is …", "Dear Mr …", "for my wife …", "Best regards, …"."""

import re

from tracing.masking.words import those

NAME = r"[^\W\d_a-zß-ÿ]\w{0,30}(?:['’-](?!s\b)\w{1,30}){0,3}"  # begins with no small Latin letter
FULL = rf"({NAME}(?:[ ](?:(?:van|von|de|der|den|di|da|la|el|al|bin)[ ]){{0,2}}{NAME}){{0,3}})"
TITLES = those("Mr Mrs Ms Miss Mx Dr Prof Herr Frau Monsieur Madame Mme Mlle Señor Señora Sr Sra Signor Signora")
KIN = those(
    "wife husband son daughter mother father mom mum dad sister brother girlfriend boyfriend partner friend neighbour "
    "neighbor boss colleague aunt uncle niece nephew grandmother grandfather grandma grandpa cousin fiancé fiancée"
)
INTRODUCED = re.compile(
    rf"""\b(?:
        (?i:my\ (?:full\ |first\ |last\ )?name(?:\ is|['’]s|:)|i\ am\ called|call\ me|mein\ name\ ist|ich\ hei(?:ß|ss)e
           |je\ m['’]appelle|me\ llamo|mi\ nombre\ es|mi\ chiamo|meu\ nome\ é
           |signed(?:\ by|:|,)?|sincerely,?|regards,?)\s+
      | (?:{"|".join(sorted(TITLES, reverse=True))})\.?[ ]
      | (?i:dear|i\ am|i['’]m|ich\ bin|je\ suis|soy)[ ](?=\S+[ ]{NAME})
      | (?i:(?:my|our|his|her)\ (?:{"|".join(sorted(KIN, reverse=True))})),?[ ]
    ){FULL}""",
    re.VERBOSE,
)
IN_SMALL_LETTERS = re.compile(
    r"\bmy (?:full |first )?name(?: is|['’]s) ([a-zß-ÿ'’-]{2,30}(?: [a-zß-ÿ'’-]{2,30})?)", re.IGNORECASE
)
HINT_WORDS = those("heiße heisse appelle m'appelle m’appelle llamo chiamo signed sincerely regards dear").union(
    KIN, map(str.lower, TITLES)
)
HINT_PHRASES = (
    "my name", "my full name", "my first name", "my last name", "mein name", "mi nombre", "meu nome", "call me",
    "i am ", "i'm ", "i’m ", "ich bin ", "je suis ", "soy ",
)  # fmt: skip
NO_NAMES = those(
    "a an and any but for from in is it i looking need not of on or please so the there to want what which who with "
    "all everyone team support customer service shop store sir madam here can could do does how show find"
)


def introduced_names(text: str, small: str, words: set[str]) -> list[str]:
    """Whole names, in order; `small` is the text in small letters, `words` are those of it."""
    if HINT_WORDS.isdisjoint(words) and not any(phrase in small for phrase in HINT_PHRASES):
        return []
    found = [match[1] for match in INTRODUCED.finditer(text)]
    found += [match[1] for match in IN_SMALL_LETTERS.finditer(text)]
    return list(dict.fromkeys(filter(None, map(_name_in, found))))


def _name_in(text: str) -> str:
    """What stands before the first word that is surely no name."""
    kept: list[str] = []
    for word in text.split():
        if word.lower() in NO_NAMES or word.endswith("ing"):
            break
        kept.append(word)
    return " ".join(kept)
