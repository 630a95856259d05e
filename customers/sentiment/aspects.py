"""What a review praises or criticises: its product's quality, value, delivery or fit.

A review judges an aspect if a clause names it and the clauses that do are, in the mean, beyond VADER's own bounds of
neutral (±0.05). "Lovely fabric, but it runs small" praises the quality and criticises the fit.
"""

import re
from collections import defaultdict

from customers.sentiment.reading import sentence_scores

NEUTRAL_WITHIN = 0.05
CLAUSE_END = re.compile(
    r";|,? (?:but|however|although|though|while|unfortunately|sadly)\b|, (?:and|yet)\b", re.IGNORECASE
)
NAMES = {
    "quality": r"quality|materials?|fabric|workmanship|craftsmanship|stitching|seams?|construction|durab\w+|sturdy"
    r"|flimsy|shoddy|broken?|defective|faulty|(?:well|poorly|badly|cheaply|beautifully|nicely)[ -]made|made good",
    "value": r"values?|prices?|priced|pricey|costs?|money|expensive|overpriced|affordable|bargain|worth",
    "delivery": r"delivery|delivered|shipping|shipped|shipment|courier|packaging|packaged|dispatch\w*"
    r"|arrived (?:\w+ )?(?:good|early|badly|safely|quickly|fast|promptly|damaged|broken|intact|in)",
    "fit": r"fits?|fitted|fitting|misfit|sizes?|sized|sizing|snug"
    r"|bad (?:small|big|large|short|long|tight|loose|narrow|wide)",
}
# Of text in lower case, which is much quicker than ignoring case.
NAMED = re.compile(r"\b(?:" + "|".join(rf"(?P<{aspect}>(?:{names})\b)" for aspect, names in NAMES.items()) + ")")


def judged_aspects(parts: list[str], scores: list[float]) -> list[str]:
    """Of a review's sentences and their scores (see reading.py): "fit+" for praise, "fit-" for blame, in order."""
    found = defaultdict(list)
    for part, whole in zip(parts, scores, strict=True):
        if NAMED.search(part.lower()):
            clauses = [clause for clause in CLAUSE_END.split(part) if clause.strip()]
            apart = sentence_scores(clauses) if len(clauses) > 1 else [whole]
            for clause, score in zip(clauses, apart, strict=True):
                for aspect in {match.lastgroup or "" for match in NAMED.finditer(clause.lower())}:
                    found[aspect].append(score)
    judged = []
    for aspect, apart in found.items():
        mean = sum(apart) / len(apart)
        if abs(mean) >= NEUTRAL_WITHIN:
            judged.append(f"{aspect}{'+' if mean > 0 else '-'}")
    return sorted(judged)
