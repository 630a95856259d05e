"""What the shop proposed, on what evidence, and what came of it; and the fits it was proposed from."""

from recommendations.models.answers import (
    EMBEDDED,
    MAX_COMMENT,
    MAX_PRODUCTS,
    MAX_QUERY,
    Conversation,
    Rating,
    Recommendation,
    RecommendedProduct,
)
from recommendations.models.counts import (
    AskerCount,
    ConversionCount,
    FollowUpCount,
    PopularCount,
    QuestionCount,
    RatingCount,
    SessionCount,
)
from recommendations.models.erasures import ErasureReceipt
from recommendations.models.fits import EngineFit, FitArray
from recommendations.models.lists import HomeList, ListChunk
from recommendations.models.vectors import ProductEmbedding, QuestionVectors
from recommendations.models.words import CatalogueWord, Synonym

__all__ = [
    "EMBEDDED",
    "MAX_COMMENT",
    "MAX_PRODUCTS",
    "MAX_QUERY",
    "AskerCount",
    "CatalogueWord",
    "Conversation",
    "ConversionCount",
    "EngineFit",
    "ErasureReceipt",
    "FitArray",
    "FollowUpCount",
    "HomeList",
    "ListChunk",
    "PopularCount",
    "ProductEmbedding",
    "QuestionCount",
    "QuestionVectors",
    "Rating",
    "RatingCount",
    "Recommendation",
    "RecommendedProduct",
    "SessionCount",
    "Synonym",
]
