"""Why a product is not in a list, or at which rank it is: from what was stored with the recommendation."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from customers.models import Product, Purchase
from recommendations.engine.constraints import Constraints
from recommendations.engine.details import ruled_out_today
from recommendations.engine.excluded import UNMATCHED
from recommendations.engine.search.checking import words_today
from recommendations.models import Recommendation
from recommendations.why_not.limits import ruled_out_sentence


@dataclass(frozen=True)
class Reason:
    station: str  # at which it fell out
    sentence: str
    numbers: dict[str, Any] = field(default_factory=dict)  # by what, for reading


@dataclass(frozen=True)
class Story:
    """One product in the light of what was stored with one recommendation."""

    recommendation: Recommendation
    product: Product

    @property
    def evidence(self) -> dict[str, Any]:
        """See engine/evidence.py."""
        evidence: dict[str, Any] = self.recommendation.evidence
        return evidence

    @cached_property
    def limits(self) -> dict[str, Any]:
        limits: dict[str, Any] = self.evidence["limits"]
        return limits

    @cached_property
    def constraints(self) -> Constraints:
        return Constraints.from_json(self.recommendation.constraints)

    @cached_property
    def ranks(self) -> dict[str, int]:
        return dict(self.recommendation.products.values_list("external_id", "rank"))

    def nothing_searched(self) -> Reason | None:
        if self.recommendation.status == Recommendation.Status.FAILED:
            return Reason("nothing searched", "This question failed, so no list was made.")
        if self.recommendation.intent == "informational":
            return Reason("nothing searched", "This question asked for facts, so no products were searched.")
        return None

    def listed(self) -> Reason | None:
        rank = self.ranks.get(self.product.external_id)
        return Reason("listed", f"It is in the list, at rank {rank}.", {"rank": rank}) if rank else None

    def no_evidence(self) -> Reason | None:
        if self.evidence:
            return None
        return Reason("no evidence", "It is not in the list. This answer is from before the reasons were kept.")

    def fell_out(self) -> Reason | None:
        """A candidate that is not in the list."""
        rows: list[list[Any]] = self.evidence["candidates"]
        place = next((at for at, row in enumerate(rows) if row[0] == self.product.external_id), None)
        if place is None:
            return None
        _, score, *fate = rows[place]
        station, number = fate or ("below", 0)
        would_be = 1 + sum(row[0] in self.ranks for row in rows[:place])
        numbers: dict[str, Any] = {"score": score}
        if station == "reviews":
            least = self.limits["sentiment"]
            own, threshold = _apart(number, least)
            text = f"Filtered by reviews: its sentiment of {own} is under the threshold of {threshold}."
            return Reason("reviews", text, {"sentiment": number, "threshold": least, **numbers, "by score": place + 1})
        if station == "name":
            text = f"Passed over: a product of the same name is in the list at rank {number}."
            return Reason("diversity", text, {**numbers, "would have been rank": would_be})
        if station == "category":
            were = "one was" if number == 1 else f"{number} were"
            text = f"Passed over: of its category {were} listed before it; it would have been rank {would_be}."
            numbers |= {"would have been rank": would_be, "most of a category": self.limits["per_category"]}
            return Reason("diversity", text, numbers)
        passed = [row for row in rows if row[2:3] != ["reviews"]]
        rank, of = 1 + passed.index(rows[place]), len(passed)
        last = min((row[1] for row in rows if row[0] in self.ranks), default=score)
        own, lowest = _apart(score, last)
        text = f"Below the list: rank {rank} of {of}, with a score of {own} against {lowest} of the last listed."
        return Reason("below the list", text, {**numbers, "rank": rank, "of": of, "last listed": last})

    def ruled_out(self) -> Reason | None:
        """By the words or filters, as it was when the question was asked."""
        for product_id, place, rule, price in self.evidence["excluded"]:
            if product_id == self.product.external_id:
                numbers = {"place by taste alone": place}
                if rule == UNMATCHED:
                    return self._unmatched(f"The words “{self.constraints.words}” do not name it.", numbers)
                was = None if price is None else Decimal(str(price))
                return self._ruled_out(rule, was, numbers, today=False)
        return None

    def bought(self) -> Reason | None:
        if self.limits["again"] or self.recommendation.customer_id is None:
            return None
        before = Q(purchased_at__lte=self.recommendation.created_at) | Q(purchased_at=None)
        purchases = Purchase.objects.filter(before, customer_id=self.recommendation.customer_id, product=self.product)
        last = purchases.order_by(F("purchased_at").desc(nulls_last=True)).first()
        if last is None:
            return None
        day = f"{timezone.localtime(last.purchased_at):%-d %B %Y}" if last.purchased_at else "a day that is not known"
        text = f"Already bought on {day}, and what a customer has is not proposed to them."
        return Reason("already bought", text, {"products bought by then": self.limits["bought"]})

    def came_later(self) -> Reason | None:
        if not 0 < self.limits["newest"] < self.product.pk:
            return None
        return Reason("not in the shop then", "It was added to the shop after the question.")

    def ruled_out_today(self) -> Reason | None:
        rule = ruled_out_today(self.product.pk, self.constraints)
        return self._ruled_out(rule, self.product.price, {}, today=True) if rule else None

    def unmatched_today(self) -> Reason | None:
        if self.limits["matched"] is None:
            return None
        has, lacks = words_today(self.product.pk, self.constraints.words)
        if not lacks:
            return None
        but = f" has {_quoted(has)} but" if has else " has"
        return self._unmatched(f"The words do not name it: its text today{but} not {_quoted(lacks)}.", {})

    def unknown_then(self) -> Reason | None:
        if self.limits["matched"] is not None or self.product.pk <= self.limits["known"]:
            return None
        return Reason("unknown to the engine", "It came into the shop after the fit that this list was made from.")

    def never_a_candidate(self) -> Reason:
        rows = self.evidence["candidates"]
        if not rows:
            text = "No product became a candidate. By the catalogue of today nothing rules this one out."
            return Reason("never a candidate", text, self._matched())
        last = rows[-1][1]
        text = (
            f"Never a candidate: {len(rows)} were weighed, the last with a score of {last:.2f}, and it was not near"
            " enough to be one of them. By the catalogue of today nothing rules it out."
        )
        if self.recommendation.customer_id is None and self.limits["bought"]:
            text += " Whether the customer had bought it is not known any more."
        return Reason(
            "never a candidate", text, {"candidates": len(rows), "score of the last": last, **self._matched()}
        )

    def _ruled_out(self, rule: str, price: Decimal | None, numbers: dict[str, Any], *, today: bool) -> Reason:
        told = ruled_out_sentence(self.recommendation, self.constraints, self.product, rule, price, today=today)
        return Reason(told.station, told.sentence, told.numbers | numbers)

    def _unmatched(self, sentence: str, numbers: dict[str, Any]) -> Reason:
        return Reason("words", sentence, {**self._matched(), **numbers})

    def _matched(self) -> dict[str, Any]:
        matched = self.limits["matched"]
        return {} if matched is None else {"products that the words name": matched}


def why_not(recommendation: Recommendation, product: Product) -> Reason:
    """The station at which the product fell out and by what number, at most five queries.

    What was near the list is answered from what was stored with it. Of what was far from it only the limits were
    stored; they are held against the catalogue of today, and the sentence says so.
    """
    story = Story(recommendation, product)
    return (
        story.nothing_searched()
        or story.listed()
        or story.no_evidence()
        or story.fell_out()
        or story.ruled_out()
        or story.bought()
        or story.came_later()
        or story.ruled_out_today()
        or story.unmatched_today()
        or story.unknown_then()
        or story.never_a_candidate()
    )


def _apart(one: float, other: float) -> tuple[str, str]:
    """Both with so many digits that they can be told apart, if they can."""
    digits = next((digits for digits in (2, 3) if f"{one:.{digits}f}" != f"{other:.{digits}f}"), 4)
    return f"{one:.{digits}f}", f"{other:.{digits}f}"


def _quoted(words: list[str]) -> str:
    return " and ".join(f"“{word}”" for word in words)
