"""Questions and answers found by their words: at once, also where half of a million hold them.

PostgreSQL would collect all rows with a frequent word before it finds the newest, or go back through time and take
each text apart until it has enough. So the newest matches are looked for in windows of time, from the index of times
and, where it is short enough, the list of rows that the index of words has (two bitmaps), until there are enough.
"""

import re
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from recommendations.models import Recommendation

FOUND = 500  # matches that a search shows, the newest
FEW, SMALL = 5_000, 500  # rows with the words, or that pass the other filters, that are looked at one by one
WINDOWS = (2_000, 20_000, 100_000)  # the newest rows, which are searched where there are more
FREQUENT = 0.02  # of the newest: rows with a word like this are not counted
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
        return _newest(list(found.values_list("created_at", "pk")))
    newest = queryset.order_by("-created_at").values_list("created_at", flat=True).first()
    if not newest:
        return [], ""
    for size in WINDOWS:
        edge = _edge(newest, size)
        within = Q(created_at__gte=edge) if edge else Q()
        keys, more = _newest(_by_indexes_alone(found.filter(within).values_list("created_at", "pk")))
        if len(keys) == FOUND or not edge:
            return keys, more
        if size == WINDOWS[0]:
            recent = _by_indexes_alone(everywhere.filter(within, created_at__lte=newest))
            frequent = len(recent) > FREQUENT * size
            if not frequent and len(_by_indexes_alone(everywhere[: FEW + 1])) <= FEW:
                return _newest(_by_indexes_alone(found.values_list("created_at", "pk")))
        elif frequent:
            break
    return keys, f"Many answers have these words: the newest {size:,} were searched. Choose days to search others."


def _newest(found: list[Any]) -> tuple[list[Any], str]:
    more = f"These are the newest {FOUND:,} that have these words; choose days to see others."
    return [pk for _, pk in sorted(found, reverse=True)[:FOUND]], more if len(found) > FOUND else ""


def _edge(newest: datetime, size: int) -> Any:
    """Since when there are so many rows up to this time; nothing if there are not so many."""
    earlier = Recommendation.objects.filter(created_at__lte=newest).order_by("-created_at")
    return earlier.values_list("created_at", flat=True)[size : size + 1].first()


def _by_indexes_alone(found: QuerySet[Any, Any]) -> list[Any]:
    """No row is read that the bitmaps of indexes do not name; these have room enough to be exact."""
    planner = ("enable_seqscan", "enable_indexscan", "work_mem")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL work_mem = '64MB'")
        rows = list(found)
        cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in planner))
    return rows
