"""Who buys in the sample shop: names, countries and tastes."""

import random
from dataclasses import dataclass
from itertools import count

FIRST_NAMES = """
    Aaliyah Abdul Adaeze Aiko Alejandro Amara Amina Anders Anna Anton Arjun Aroha Astrid Ayşe Beatriz Benjamin Bjørn
    Camila Carlos Charlotte Chidi Chloé Daniel Dariusz Diego Dmitri Elena Elif Emeka Emily Emma Ethan Fatima Felix
    Fiona François Freya Gabriela George Giulia Grace Hana Hannah Haruto Henrik Hiroshi Ibrahim Inés Ingrid Isabella
    Ivan Jakub James Jamal Jia Joana João José Julia Kai Karim Katarzyna Keiko Kofi Lars Laura Leila Liam Linh Lucas
    Lucía Magnus Malik Marek Maria Marta Mateo Mei Mia Miguel Minh Mohammed Nadia Naledi Ngozi Nia Nikolai Noah Noor
    Olivia Omar Oscar Paolo Pedro Petra Priya Rafael Rahul Rania Rosa Ruth Samuel Sana Sara Sean Siobhán Sofia Sven
    Tamar Tane Thandiwe Thomas Tomás Valentina Wei William Yara Yuki Yusuf Zainab Zoë"""
LAST_NAMES = """
    Abebe Adeyemi Ahmed Almeida Andersson Baker Becker Bianchi Brown Carter Castillo Chen Cohen Costa Dubois Eriksen
    Evans Fernández Fischer Fraser García Gómez González Haddad Hansen Harris Hernández Hoffmann Ito Ivanova Jansen
    Johnson Kaya Khan Kim Kowalski Kumar Larsen Lee Lewis Lindqvist López Martin Mazur Mbeki Mensah Meyer Mori Müller
    Murphy Nakamura Nguyen Nowak Núñez O'Brien Okafor Olsen Patel Pereira Petrov Popescu Rahman Reyes Ricci Robinson
    Rossi Roux Saito Santos Schneider Schwarz Sharma Silva Singh Smith Sørensen Suzuki Tanaka Taylor Thompson Tran
    Turner Wagner Walker Wang Weber White Williams Wójcik Yamamoto Yılmaz Zhang Zulu"""
COUNTRIES = (
    "United Kingdom", "Germany", "United States", "France", "Spain", "Netherlands", "Poland", "Canada", "Sweden",
    "Italy", "Ireland", "Australia",
)  # fmt: skip

# A taste: how strongly it draws to which shelves, and how common it is.
TASTES: dict[str, tuple[float, dict[str, float]]] = {
    "gadgets": (1.3, {"Electronics": 8, "Computers": 6, "Coffee & Tea": 1, "Office": 1}),
    "home office": (1.1, {"Computers": 6, "Office": 8, "Coffee & Tea": 3, "Electronics": 1}),
    "cooking": (1.2, {"Kitchen": 8, "Home Appliances": 5, "Coffee & Tea": 2, "Books": 1}),
    "nesting": (1.0, {"Home & Living": 8, "Home Appliances": 4, "Kitchen": 2, "Beauty": 1}),
    "garden": (0.9, {"Garden": 10, "Home & Living": 2, "Books": 1, "Pet Supplies": 1}),
    "outdoors": (1.1, {"Sports & Outdoors": 9, "Clothing": 4, "Electronics": 1, "Books": 0.5}),
    "style": (1.0, {"Clothing": 7, "Beauty": 8, "Home & Living": 2}),
    "family": (1.1, {"Toys & Games": 8, "Books": 4, "Kitchen": 1, "Clothing": 1, "Pet Supplies": 1}),
    "animals": (0.8, {"Pet Supplies": 11, "Garden": 1, "Home & Living": 1}),
    "reading and tea": (0.8, {"Books": 8, "Coffee & Tea": 6, "Home & Living": 2}),
}
EVERYTHING = 0.25  # how strongly anyone is drawn to any other shelf

KENNETH_ID, KENNETH = "887", "Kenneth Martinez"
FIRST_ID = 501
SHARED_NAMES = 6  # names that two customers have, among the first 500


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    country: str
    taste: dict[str, float]
    level: float  # 0: buys plain makes, 1: the dearest
    brand: str  # drawn to this one
    visits: int
    joined: float  # 0..1 of the shop's time
    left: float  # 0..1, after joining


def make_people(dice: random.Random, number: int, brands: list[str]) -> list[Person]:
    """Kenneth Martinez first, whose name is his alone; some of the others share theirs."""
    ids = [KENNETH_ID] + [str(n) for n, _ in zip(_ids(), range(number - 1), strict=False)]
    return [_person(dice, *who, brands) for who in zip(ids, _names(dice, number), strict=True)]


def _ids() -> "filter[int]":
    return filter(lambda n: str(n) != KENNETH_ID, count(FIRST_ID))


def _names(dice: random.Random, number: int) -> list[str]:
    """Two last names where one would not be enough for all to differ."""
    first_names, last_names = FIRST_NAMES.split(), LAST_NAMES.split()
    names: dict[str, None] = {KENNETH: None}
    while len(names) < number:
        parts = [dice.choice(first_names), dice.choice(last_names)]
        if len(names) > 3000:
            parts.append(dice.choice(last_names))
        names[" ".join(parts)] = None
    listed = list(names)
    shared = min(SHARED_NAMES, (number - 1) // 2)
    return [*listed[: number - shared], *listed[1 : shared + 1]]


def _person(dice: random.Random, id: str, name: str, brands: list[str]) -> Person:
    kind = dice.choices(list(TASTES), [common for common, _ in TASTES.values()])[0]
    joined = dice.random() ** 1.6 * 0.97
    stays = dice.random() < 0.6
    return Person(
        id=id,
        name=name,
        country=dice.choices(COUNTRIES, range(len(COUNTRIES), 0, -1))[0],
        taste=TASTES[kind][1],
        level=dice.betavariate(1.2, 1.6),
        brand=dice.choice(brands),
        visits=min(60, 1 + int(dice.lognormvariate(1.6, 0.9))),
        joined=joined,
        left=1.0 if stays else dice.uniform(joined, 1.0),
    )
