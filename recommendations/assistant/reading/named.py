"""What a question names."""

from dataclasses import dataclass, field


@dataclass
class Named:
    """In the shop's writing where the shop has a name for it."""

    words: str = ""
    categories: list[str] = field(default_factory=list)
    brands: list[str] = field(default_factory=list)
    excluded_words: list[str] = field(default_factory=list)
    excluded_categories: list[str] = field(default_factory=list)
    excluded_brands: list[str] = field(default_factory=list)
    goes_with: str = ""


def add(names: list[str], name: str) -> None:
    """Each name once."""
    if name not in names:
        names.append(name)
