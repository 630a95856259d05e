"""A small shop with two tastes, for tests that need enough customers to measure anything."""

import random
from datetime import timedelta

from customers.models import Category, Customer, Product, Purchase
from tests.factories import SOME_DAY

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
