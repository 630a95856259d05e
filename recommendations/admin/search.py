"""Questions and answers found by their words: at once, also where half of a million hold them.

PostgreSQL would collect all rows with a frequent word before it finds the newest, or go back through time and take
each text apart until it has enough. So the newest matches are looked for in windows of time, from the index of words
and that of times together (two bitmaps), until there are enough.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from recommendations.models import Recommendation

FOUND = 1_000  # matches that a search shows, the newest
FEW, SMALL = 5_000, 1_000  # so many rows with the words, or of the other filters, are looked at one by one
WINDOWS = (2_000, 20_000, 100_000)  # the newest rows, where both are more
PREFIX = re.compile(r"(?P<rest>.*?)\b(?P<last>\w{3,})\s*", re.DOTALL)
EITHER = re.compile(r'"|\bor\b', re.IGNORECASE)  # which a beginning cannot be joined to

WORDS = SearchVector("query", "reasoning", config="simple")  # as the index recommendation_words has it


def matching(words: str) -> Q:
    """As search engines understand it: all the words, "a phrase", or, -without; the last word may be a beginning."""
    wanted = SearchQuery(words, config="simple", search_type="websearch")
    if (parts := PREFIX.fullmatch(words)) and not EITHER.search(words) and not parts["rest"].endswith("-"):
        wanted = SearchQuery(f"{parts['last']}:*", config="simple", search_type="raw")
        if parts["rest"].strip():
            wanted = SearchQuery(parts["rest"], config="simple", search_type="websearch") & wanted
    return Q(words=wanted)


def newest_matches(queryset: QuerySet[Recommendation], words: str) -> tuple[list[Any], str]:
    """The keys of the newest recommendations with these words, and what was left out, as a sentence or nothing."""
    found = queryset.annotate(words=WORDS).filter(matching(words)).order_by()
    everywhere = Recommendation.objects.annotate(words=WORDS).filter(matching(words)).order_by().values("pk")
    if queryset.query.where and len(queryset.order_by().values("pk")[: SMALL + 1]) <= SMALL:
        return _newest(found)
    with by_indexes_alone():
        if len(everywhere[: FEW + 1]) <= FEW:
            return _newest(found)
        if not (newest := queryset.order_by("-created_at").first()):
            return [], ""
        for size in WINDOWS:
            edge = _edge(newest, size)
            keys, more = _newest(found.filter(created_at__gte=edge) if edge else found)
            if len(keys) == FOUND or not edge:
                return keys, more
    return keys, f"Many answers have these words: the newest {size:,} were searched. Choose days to search others."


def _newest(found: QuerySet[Recommendation]) -> tuple[list[Any], str]:
    keys = sorted(found.values_list("created_at", "pk"), reverse=True)
    more = f"These are the newest {FOUND:,} that have these words; choose days to see others."
    return [pk for _, pk in keys[:FOUND]], more if len(keys) > FOUND else ""


def _edge(newest: Recommendation, size: int) -> Any:
    """When the so many rows up to this one began; nothing if there are not so many."""
    earlier = Recommendation.objects.filter(created_at__lte=newest.created_at).order_by("-created_at")
    return earlier.values_list("created_at", flat=True)[size : size + 1].first()


@contextmanager
def by_indexes_alone() -> Iterator[None]:
    """No row is read that the bitmaps of indexes do not name; these have room enough to be exact."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL work_mem = '64MB'")
        yield
        cursor.execute(
            "; ".join(f"SET LOCAL {name} TO DEFAULT" for name in ("enable_seqscan", "enable_indexscan", "work_mem"))
        )
