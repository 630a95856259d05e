"""Finding products by words: see matching.find_matching."""

from recommendations.engine.search.matching import Match, Matches, find_matching
from recommendations.engine.search.wanted import Wanted, understand

__all__ = ["Match", "Matches", "Wanted", "find_matching", "understand"]
