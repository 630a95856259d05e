import pytest
from django.contrib.auth.models import User
from django.core.cache import cache

from recommendations.engine.fitting import fit_engine
from tests.factories import a_customer, a_product, a_purchase

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def nobody_is_throttled():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def kenneth(db):
    """A customer who can sign in."""
    return a_customer("Kenneth Martinez", user=User.objects.create_user("kenneth", password=PASSWORD))


@pytest.fixture
def somebody_else(db):
    return a_customer("Somebody Else", user=User.objects.create_user("somebody", password=PASSWORD))


@pytest.fixture
def browsing(client, kenneth):
    """Kenneth's browser, signed in."""
    client.force_login(kenneth.user)
    return client


@pytest.fixture
def shop(kenneth):
    """Kenneth has a router; the others who have it bought a modem and a cable too."""
    router, modem = a_product("Router", "Networking", "89.00"), a_product("Modem", "Networking", "60.00")
    cable, toaster = a_product("Cable", "Networking", "9.50"), a_product("Toaster", "Kitchen", "39.90")
    for _ in range(4):
        neighbour = a_customer()
        for product in (router, modem, cable, toaster):
            a_purchase(neighbour, product)
    a_purchase(kenneth, router, quantity=2)
    fit_engine()
