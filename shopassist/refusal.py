"""The error whose text is all that the person at the terminal needs."""


class Refusal(Exception):
    """ShopAssist cannot go on; the message is one sentence that says why and what to do."""
