"""Two years of the sample shop: who bought what when, and what they said of it."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from customers.querysets import CENT
from customers.sample.catalogue import GOES_WITH, Good
from customers.sample.people import EVERYTHING, KENNETH_ID, Person
from customers.sample.reviews import write_review

DAYS = 730
SEASONS = {
    "winter": (11, 12, 1, 2),
    "summer": (5, 6, 7, 8),
    "christmas": (11, 12),
    "school": (8, 9),
}
IN_SEASON, OUT_OF_SEASON = 2.5, 0.5
BUYS_WHAT_GOES_WITH_IT = 0.55  # in a basket; half as likely at a later visit
BUYS_A_SECOND = 0.03  # of what is no consumable
REVIEWS = 0.25  # of purchases
WITHOUT_STARS = 0.1  # of reviews
KENNETHS = ((412, "Laptop"), (300, "Wireless Mouse"), (181, "Coffee Maker"), (66, "Headphones"), (23, "Router"))


@dataclass(frozen=True)
class Bought:
    person: Person
    good: Good
    quantity: int
    price: Decimal
    at: datetime


@dataclass(frozen=True)
class Said:
    bought: Bought
    stars: int | None
    text: str
    at: datetime


class Shopping:
    """Deterministic for the dice's seed, the goods, the people and the anchor, which is the last day's end."""

    def __init__(self, dice: random.Random, goods: list[Good], anchor: datetime) -> None:
        self.dice, self.goods, self.anchor = dice, goods, anchor
        self.makes: dict[str, list[Good]] = defaultdict(list)
        self.shelves: dict[str, list[Good]] = defaultdict(list)
        for good in goods:
            self.makes[good.thing].append(good)
            self.shelves[good.category].append(good)
        # A shop has its best sellers.
        self.appeal = {good.id: dice.lognormvariate(0, 0.7) for good in goods}

    def of(self, person: Person) -> list[Bought]:
        """A customer's purchases, the oldest first."""
        if person.id == KENNETH_ID:
            return [self._line(person, self._plain(thing), self._at(days)) for days, thing in KENNETHS]
        lines: list[Bought] = []
        for day in sorted(self.dice.uniform(person.joined, person.left) for _ in range(person.visits)):
            lines += self._basket(person, lines, self._at((1 - day) * DAYS))
        return lines

    def said_of(self, lines: list[Bought]) -> Iterator[Said]:
        """At most one review a customer and product."""
        reviewed = set()
        for line in lines:
            about = (line.person.id, line.good.id)
            if self.dice.random() >= REVIEWS or about in reviewed:
                continue
            reviewed.add(about)
            stars = min(5, max(1, round(self.dice.gauss(line.good.quality, 0.8))))
            at = min(line.at + timedelta(days=self.dice.uniform(2, 40)), self.anchor)
            text = write_review(self.dice, line.good.thing, line.good.category, stars)
            yield Said(line, None if self.dice.random() < WITHOUT_STARS else stars, text, at)

    def _basket(self, person: Person, before: list[Bought], at: datetime) -> Iterator[Bought]:
        owned = {line.good.thing for line in before}
        wanted = self._follow_up(before, owned) or self._fancy(person, owned, at)
        for _ in range(4):
            if wanted is None:
                return
            yield self._line(person, self._make(person, wanted), at)
            owned.add(wanted)
            wanted = self._companion(wanted, owned) or (
                self._fancy(person, owned, at) if self.dice.random() < 0.25 else None
            )

    def _follow_up(self, before: list[Bought], owned: set[str]) -> str | None:
        """What goes with something of the last visits, or something that is used up by now."""
        recent = [line.good for line in before[-4:]]
        for good in reversed(recent):
            if good.is_consumable and self.dice.random() < 0.35:
                return good.thing
            if self.dice.random() < 0.5 and (companion := self._companion(good.thing, owned)):
                return companion
        return None

    def _companion(self, thing: str, owned: set[str]) -> str | None:
        missing = [other for other in GOES_WITH.get(thing, ()) if other not in owned]
        if not missing or self.dice.random() >= BUYS_WHAT_GOES_WITH_IT:
            return None
        return self.dice.choices(missing, range(len(missing), 0, -1))[0]

    def _fancy(self, person: Person, owned: set[str], at: datetime) -> str | None:
        """What taste, season and the shop's best sellers suggest."""
        shelf = self.dice.choices(list(self.shelves), [person.taste.get(name, EVERYTHING) for name in self.shelves])[0]
        goods = [g for g in self.shelves[shelf] if g.thing not in owned or g.is_consumable or self._wants_a_second()]
        if not goods:
            return None
        weights = [self.appeal[good.id] * self._in_season(good, at) for good in goods]
        return self.dice.choices(goods, weights)[0].thing

    def _wants_a_second(self) -> bool:
        return self.dice.random() < BUYS_A_SECOND

    def _make(self, person: Person, thing: str) -> Good:
        """Which make of the thing: of the person's price level, and of their brand if it has one."""
        makes = self.makes[thing]
        weights = [
            (3.0 if make.brand == person.brand else 1.0) * 10 ** -abs(make.level - person.level) for make in makes
        ]
        return self.dice.choices(makes, weights)[0]

    def _plain(self, thing: str) -> Good:
        return self.makes[thing][0]

    @staticmethod
    def _in_season(good: Good, at: datetime) -> float:
        if not good.season:
            return 1.0
        return IN_SEASON if at.month in SEASONS[good.season] else OUT_OF_SEASON

    def _at(self, days_ago: float) -> datetime:
        """A moment of that day within opening hours, never after the anchor."""
        day = (self.anchor - timedelta(days=days_ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        return min(day + timedelta(minutes=self.dice.randint(8 * 60, 22 * 60)), self.anchor)

    def _line(self, person: Person, good: Good, at: datetime) -> Bought:
        discount = self.dice.choice((0, 0, 0, 0, 0, 0, 0, 10, 15, 20))
        price = (good.price * (100 - discount) / 100).quantize(CENT)
        most = 4 if good.is_consumable else 1
        quantity = self.dice.randint(1, most) if self.dice.random() < 0.5 else 1
        return Bought(person, good, quantity, price, at)
