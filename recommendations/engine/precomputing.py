"""The home pages' lists of all customers, made ahead: a round for each fit, in chunks that several may share.

Whoever bought nothing has one list in common.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from threadpoolctl import threadpool_limits

from customers.models import Product
from recommendations.engine.candidates import LIMIT
from recommendations.engine.home_lists import KEPT, as_row
from recommendations.engine.proposals import Proposal, proposals
from recommendations.engine.ranking import diverse
from recommendations.engine.serving import Visit, current, visit_of, visits_of
from recommendations.engine.signals import BEST
from recommendations.models import HomeList, ListChunk

CHUNK = 500  # customers: some seconds

Report = Callable[[int], object]


def begin_lists(chunk: int | None = None) -> int:
    """Begin the round of the active fit, unless it has begun; how many chunks wait for somebody to make them.

    None do before the first fit, nor while somebody makes one, who will go on with the others.
    """
    model = current()
    if model.fit is None:
        return 0
    if not ListChunk.objects.filter(fit=model.fit).exists():
        HomeList.keep([_made(visit_of(None), Shelves.of_today(), None)])
        pks = model.customer_pks
        step = chunk or CHUNK
        spans = [(int(pks[at]), int(pks[at : at + step][-1])) for at in range(0, len(pks), step)]
        ListChunk.objects.start(model.fit, spans)
    return 0 if ListChunk.objects.being_made(model.fit).exists() else ListChunk.objects.open(model.fit).count()


def make_chunk() -> int | None:
    """Make the lists of the next chunk that waits; how many these are, None if no chunk waits.

    Several may do so at once. A chunk whose maker died waits again after some minutes.
    """
    model = current()
    chunk = ListChunk.objects.claim(model.fit) if model.fit else None
    if chunk is None:
        return None
    start, end = np.searchsorted(model.customer_pks, [chunk.first, chunk.last + 1])
    shelves = Shelves.of_today()
    with threadpool_limits(1):
        lists = [_made(visit, shelves, customer) for customer, visit in visits_of(model.customer_pks[start:end], model)]
    return len(lists) if chunk.finish(lists) else 0


def make_lists(report: Callable[[int], object] = lambda _: None, chunk: int | None = None) -> int:
    """Make all lists that wait to be made; how many. `report` hears of the number so far after each chunk."""
    begin_lists(chunk)
    done = 0
    while (made := make_chunk()) is not None:
        done += made
        report(done)
    return done


@dataclass(frozen=True)
class Shelves:
    """What decides beside the score whether a product is in a list, by key."""

    category: dict[int, str]
    name: dict[int, str]
    bad: frozenset[int]  # to reviewers
    newest: list[int]

    @classmethod
    def of_today(cls) -> "Shelves":
        """Of all products; one query."""
        rows = Product.objects.values_list("pk", "name", "external_id", "category__name", "sentiment")
        category, names, bad = {}, {}, set()
        for pk, name, external_id, shelf, sentiment in rows.iterator():
            category[pk], names[pk] = shelf or "", name.casefold() or external_id
            if sentiment is not None and sentiment < settings.SENTIMENT_THRESHOLD:
                bad.add(pk)
        return cls(category, names, frozenset(bad), sorted(names, reverse=True))

    def newer(self, last: int, bought: Collection[int]) -> list[Proposal]:
        """What the fit does not know, the newest first."""
        newest = [pk for pk in self.newest[:BEST] if pk > last and pk not in bought]
        return [Proposal(pk) for pk in newest]


def _made(visit: Visit, shelves: Shelves, customer: int | None) -> HomeList:
    """As `find_candidates`, `filter_by_sentiment` and `rank` choose, without a description of each candidate."""
    proposed = proposals(visit, again=visit.model.wants_repeats, at_most=LIMIT)
    if len(proposed) < BEST:
        last = int(visit.model.product_pks[-1]) if len(visit.model.product_pks) else 0
        proposed += shelves.newer(last, set(visit.bought.tolist()))
        proposed.sort(key=lambda one: -one.score)
    there = [one for one in proposed[:LIMIT] if one.product_pk in shelves.name and one.product_pk not in shelves.bad]
    chosen = diverse(
        sorted(there, key=lambda one: (-one.score, -one.product_pk)),
        KEPT,
        settings.MAX_PER_CATEGORY,
        category=lambda one: shelves.category[one.product_pk],
        name=lambda one: shelves.name[one.product_pk],
    )
    return as_row(chosen, visit, customer)
