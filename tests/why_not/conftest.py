import pytest

from customers.models import Product
from recommendations.engine.fitting import fit_engine
from tests.factories import a_customer, a_product, a_purchase


@pytest.fixture
def ada(db, settings):
    """Everybody buys the router with all else; the more of them a thing has, the better it stands with Ada."""
    settings.MAX_PER_CATEGORY = 2
    things = [
        a_product("Router", "Networking", "89.00"),
        a_product("Modem", "Networking", "60.00", brand="Acme"),
        a_product("Cable", "Networking", "9.50", brand="Zed"),
        a_product("Switch", "Networking", "30.00", brand="Zed"),
        a_product("Kettle", "Kitchen", "25.00", sentiment=0.42, review_count=12),
        a_product("Toaster", "Kitchen", "39.90", brand="Acme"),
        a_product("Lamp", "Home", "59.90"),
        a_product("Rug", "Home", "45.00"),
        a_product("Vase", "Home", "15.00"),
    ]
    for number in range(12):
        neighbour = a_customer()
        for place, thing in enumerate(things):
            if number < 12 - place:
                a_purchase(neighbour, thing)
    ada = a_customer("Ada Lovelace", external_id="887")
    a_purchase(ada, things[0])
    fit_engine()
    return ada


@pytest.fixture
def thing(ada):
    """A product of the shop by its name."""
    return lambda name: Product.objects.select_related("category").get(name=name)
