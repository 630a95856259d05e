"""What shoppers look for and the shop does not have."""

import pytest

from recommendations.assistant.ask import ask
from recommendations.engine.fitting import fit_engine
from recommendations.models import Recommendation
from tests.factories import a_customer, a_product, a_purchase


@pytest.fixture
def shop(db):
    customers = [a_customer(name) for name in ("Ada Lovelace", "Grace Hopper", "Alan Turing")]
    products = [a_product(name, "Kitchen", "30.00") for name in ("Steel Kettle", "Toaster", "Oak Chopping Board")]
    for customer in customers:
        for product in products[:2]:
            a_purchase(customer, product)
    fit_engine()
    return customers[0]


def unfound(query, customer=None, **wishes) -> str:
    answer = ask(query, channel="shell", customer=customer, **wishes)
    return Recommendation.objects.get(pk=answer.pk).unfound


@pytest.mark.parametrize("query", ["I am looking for a Drone", "Show me a drone", "a drone under $50"])
def test_what_nothing_is_called_is_kept_in_small_letters(shop, query):
    assert unfound(query, shop) == "drone"


@pytest.mark.parametrize(
    "query",
    [
        "I am looking for a kettle",
        "a kettle under $5",  # the shop has it, but not for this
        "a ketle",  # a slip
        "a purple kettle",  # not in this colour
        "What would I like?",
        "How much did I spend?",
    ],
)
def test_what_the_shop_has_is_not_unfound(shop, query):
    assert unfound(query, shop) == ""


def test_no_person_stands_in_it(shop):
    words = unfound("I am looking for a drone for ada@example.com", shop)
    assert "drone" in words
    assert "ada@example.com" not in words


def test_however_long_it_is_it_is_kept(shop):
    assert len(unfound("I am looking for a " + "zxqv wkyj " * 60)) <= 200
