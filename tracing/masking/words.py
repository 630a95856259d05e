"""What words a text has, so that most text need not be searched for what is rare."""

SEPARATORS = dict.fromkeys(map(ord, '\t\n\r"()[]{}<>,.;:!?/|*_=+&%$#@~`\\'), " ")


def words_of(small: str) -> set[str]:
    """Of a text in small letters, without the marks around them."""
    return set(small.translate(SEPARATORS).split())


def those(text: str) -> frozenset[str]:
    """The words of a list, parted by spaces."""
    return frozenset(text.split())
