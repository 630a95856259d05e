"""How often such a list held the next purchase, measured on customers held out at fit time."""

from recommendations.models import EngineFit


def confidence(evidence: int, length: int, strategy: str) -> float | None:
    """The measured probability that a list of this length holds the next new product of such a customer.

    `evidence`: distinct products bought. None where nothing was measured: a strategy that starts from words,
    too few customers held out, or no fit.
    """
    fit = EngineFit.objects.active()
    if fit is None or length < 1:
        return None
    bands = fit.quality.get(strategy, [])
    for band in bands:
        if band["from"] <= evidence and (band["to"] is None or evidence <= band["to"]):
            return float(band["hit_rates"][min(length, len(band["hit_rates"])) - 1])
    return None
