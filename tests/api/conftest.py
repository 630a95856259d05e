import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client

from customers.models import StorefrontKey
from recommendations.engine.fitting import fit_engine
from tests.factories import a_customer, a_product, a_purchase, a_review


class SignedIn(Client):
    user: User


@pytest.fixture(autouse=True)
def fresh_throttles():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def storefront(db):
    """A client with a key that was used a moment ago, so that its use is not written down again."""
    _, secret = StorefrontKey.objects.issue("Shop")
    StorefrontKey.objects.authenticate(secret)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def stranger():
    return Client()


@pytest.fixture
def sign_in(db):
    """A client that is signed in: as nobody in particular, as a customer, or as staff with these permissions."""

    def sign_in(customer=None, staff=False, permissions=()):
        user = User.objects.create_user(f"user{User.objects.count()}", is_staff=staff)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        if customer:
            customer.user = user
            customer.save()
        client = SignedIn()
        client.user = user
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def ada(db):
    """Of a shop where five bought router, modem and cable together, and Ada the router alone."""
    router, modem = a_product("Router", "Electronics", "89.00"), a_product("Modem", "Electronics", "60.00")
    cable, toaster = a_product("Cable", "Electronics", "9.50"), a_product("Toaster", "Kitchen", "39.90")
    for number in range(5):
        customer = a_customer(f"Neighbour {number}")
        for product in (router, modem, cable):
            a_purchase(customer, product)
        a_review(toaster, sentiment=0.9)
    a_purchase(a_customer("Another"), toaster)
    ada = a_customer("Ada Lovelace", external_id="887")
    a_purchase(ada, router, quantity=2)
    fit_engine()
    return ada
