"""A customer erased: the rows here in one transaction, then LangFuse, asked until it shows nothing more."""

from recommendations.erasure.finding import Person, find
from recommendations.erasure.running import AlreadyErased, complete, complete_all, erase

__all__ = ["AlreadyErased", "Person", "complete", "complete_all", "erase", "find"]
