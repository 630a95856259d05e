"""What staff see of recommendations, ratings and fits, history that nobody edits; and the synonyms, which they do."""

from recommendations.admin import conversations, erasures, fits, pseudonyms, ratings, recommendations, synonyms

__all__ = ["conversations", "erasures", "fits", "pseudonyms", "ratings", "recommendations", "synonyms"]
