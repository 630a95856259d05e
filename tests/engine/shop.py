"""Small shops: of rows that are told one by one, of chance, and one with two tastes in the database."""

import random
from datetime import timedelta

import numpy as np

from customers.models import Category, Customer, Product, Purchase
from recommendations.engine.model import Model
from recommendations.engine.purchases import Purchases
from recommendations.engine.serving import Visit
from recommendations.engine.signals import Evidence, Shopper
from tests.factories import SOME_DAY

DAY = 86_400
ASKED = (SOME_DAY + timedelta(days=60)).timestamp()  # when the customers of the two tastes come again

SHELVES = {
    "Kitchen": (
        "Toaster",
        "Kettle",
        "Saucepan",
        "Frying Pan",
        "Coffee Grinder",
        "Cutting Board",
        "Oven Glove",
        "Ladle",
    ),
    "Garden": ("Spade", "Garden Hose", "Watering Can", "Rake", "Pruning Shears", "Plant Pot", "Seed Tray", "Trowel"),
}


def some(*lines: tuple[int, int, int]) -> Purchases:
    """(customer, product, time) each."""
    return Purchases.of(*(np.array([line[field] for line in lines], np.int64) for field in range(3)))


def random_purchases(seed: int, customers: int = 20, products: int = 8, lines: int = 120, days: int = 60) -> Purchases:
    """Once a day at most moments, so that many products share one; some products may not be sold at all."""
    chance = np.random.default_rng(seed)
    customer, product, day = (chance.integers(0, most, lines) for most in (customers, products, days))
    return Purchases.of(customer, product, day * DAY, np.arange(products))


def visit_among(purchases: Purchases, model: Model, row: int, at: float) -> Visit:
    """That customer's, as the purchases know them."""
    shopper = Shopper.among(purchases, row, at)
    return Visit(None, model.product_pks[shopper.products], model, Evidence(model.tables, shopper))


def a_shop_with_two_tastes(customers: int = 80, seed: int = 0) -> None:
    """Half of the customers cook, half garden; one purchase in six is of the other taste."""
    chance = random.Random(seed)
    products: dict[str, list[Product]] = {}
    for shelf, names in SHELVES.items():
        category = Category.objects.create(name=shelf)
        products[shelf] = [
            Product.objects.create(
                external_id=f"{shelf[0]}{number}", name=name, category=category, price=10 * number + 9
            )
            for number, name in enumerate(names)
        ]
    people = [Customer.objects.create(external_id=f"taste-{number}") for number in range(customers)]
    lines = []
    for number, person in enumerate(people):
        own, other = ("Kitchen", "Garden") if number % 2 else ("Garden", "Kitchen")
        for moment in range(chance.randint(2, 6)):
            shelf = other if chance.random() < 1 / 6 else own
            lines.append((person, chance.choice(products[shelf]), SOME_DAY + timedelta(days=7 * moment + number % 5)))
    Purchase.objects.bulk_create(
        Purchase(
            external_id=f"line-{row}", customer=person, product=product, unit_price=product.price, purchased_at=day
        )
        for row, (person, product, day) in enumerate(lines)
    )
