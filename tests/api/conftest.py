import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client

from customers.models import StorefrontKey


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
