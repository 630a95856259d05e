"""What texts and products mean, as vectors of length 1 whose cosine says how near they are."""

from recommendations.engine.embeddings.catalogue import embed_catalogue
from recommendations.engine.embeddings.errors import Unavailable
from recommendations.engine.embeddings.model import available, embed, embed_one, warm_up
from recommendations.engine.embeddings.neighbourhood import nearest

__all__ = ["Unavailable", "available", "embed", "embed_catalogue", "embed_one", "nearest", "warm_up"]
