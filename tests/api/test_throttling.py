"""How often one may ask."""

import pytest

from customers.models import StorefrontKey
from tests.api.wire import get, problem
from tests.factories import a_customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_a_minute(settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_RATES": {"caller": "2/min"}}


def test_too_many_requests_have_to_wait(storefront):
    for _ in range(2):
        assert get(storefront, "customers/").status_code == 200
    response = get(storefront, "customers/")
    assert problem(response, 429)["type"].endswith("too-many-requests")
    assert 0 < int(response["Retry-After"]) <= 60


def test_each_key_counts_alone(storefront, stranger):
    for _ in range(3):
        get(storefront, "customers/")
    _, other = StorefrontKey.objects.issue("Another shop")
    assert get(stranger, "customers/", headers={"X-API-Key": other}).status_code == 200


def test_each_user_counts_alone(sign_in):
    busy, calm = sign_in(a_customer()), sign_in(a_customer())
    for _ in range(3):
        last = get(busy, "customers/")
    problem(last, 429)
    assert get(calm, "customers/").status_code == 200


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer sk_shop_guess"}, {}])
def test_strangers_count_by_address_whatever_they_claim(stranger, headers):
    for number in range(2):
        problem(get(stranger, "customers/", headers=headers | {"X-Forwarded-For": f"10.0.0.{number}"}), 401)
    problem(get(stranger, "customers/", headers=headers | {"X-Forwarded-For": "10.0.0.9"}), 429)
    assert get(stranger, "customers/", headers=headers, REMOTE_ADDR="192.0.2.1").status_code == 401


def test_a_good_key_is_not_held_up_by_strangers_at_its_address(storefront, stranger):
    for _ in range(3):
        get(stranger, "customers/", headers={"X-API-Key": "sk_shop_guess"})
    assert get(storefront, "customers/").status_code == 200
