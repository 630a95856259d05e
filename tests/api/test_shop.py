"""Customers and products as the shop knows them."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from recommendations.engine.fitting import fit_engine
from tests.api.wire import get, problem
from tests.factories import SOME_DAY, a_customer, a_product, a_purchase, a_review

pytestmark = pytest.mark.django_db

ODD_IDS = ["a/b", "a/profile/", "über uns", "50%", "a?b#c", "..", "' OR 1=1 --", "<b>", "x" * 64, "🙂"]


def names(response):
    return [each["name"] for each in response.json()["results"]]


def test_customers_come_by_page(storefront, django_assert_num_queries):
    for number in range(7):
        a_customer(f"Customer {number}", external_id=f"{number:03}")
    seen, url = [], "/api/v1/customers/?limit=3"
    while url:
        with django_assert_num_queries(2):  # the key, the page
            response = storefront.get(url)
        seen += names(response)
        url = response.json()["next"]
    assert seen == [f"Customer {number}" for number in range(7)]


def test_the_last_page_names_no_other(storefront):
    for _ in range(3):
        a_customer()
    assert get(storefront, "customers/", {"limit": 3}).json()["next"] is None


def test_no_customers(storefront):
    assert get(storefront, "customers/").json() == {"results": [], "next": None}


def test_pages_of_customers_with_odd_ids(storefront):
    for odd in ODD_IDS:
        a_customer(odd, external_id=odd)
    seen, url = [], "/api/v1/customers/?limit=1"
    while url:
        response = storefront.get(url)
        seen += names(response)
        url = response.json()["next"]
    assert sorted(seen) == sorted(ODD_IDS)


def test_customers_are_found_by_part_of_their_name(storefront):
    for name in ("Kenneth Martinez", "Ken Adams", "Ada Lovelace", "100% Müller", "o'Neill"):
        a_customer(name)
    assert set(names(get(storefront, "customers/", {"name": "KEN"}))) == {"Kenneth Martinez", "Ken Adams"}
    assert names(get(storefront, "customers/", {"name": "%"})) == ["100% Müller"]
    assert names(get(storefront, "customers/", {"name": "müll"})) == ["100% Müller"]
    assert names(get(storefront, "customers/", {"name": "'; DROP TABLE customers_customer; --"})) == []


@pytest.mark.parametrize(
    ("path", "parameters", "field"),
    [
        ("customers/", {"limit": 0}, "limit"),
        ("customers/", {"limit": 201}, "limit"),
        ("customers/", {"limit": "all"}, "limit"),
        ("customers/", {"name": "a\0b"}, "name"),
        ("customers/", {"name": "x" * 201}, "name"),
        ("customers/", {"after": "\0"}, "after"),
        ("customers/{customer}/similar/", {"limit": 51}, "limit"),
        ("products/{product}/reviews/", {"offset": -1}, "offset"),
        ("products/{product}/reviews/", {"offset": 10**30}, "offset"),
    ],
)
def test_a_bad_parameter_is_named(storefront, path, parameters, field):
    path = path.format(customer=a_customer().external_id, product=a_product().external_id)
    assert set(problem(get(storefront, path, parameters), 400)["errors"]) == {field}


def test_a_profile(storefront, django_assert_num_queries):
    customer = a_customer("Ada Lovelace", external_id="887")
    a_purchase(customer, a_product("Router", "Electronics", "89.90"), quantity=2)
    with django_assert_num_queries(4):  # the key, the customer, two for the profile
        profile = get(storefront, "customers/887/profile/").json()
    assert (profile["customer_id"], profile["name"]) == ("887", "Ada Lovelace")
    assert (profile["total_purchases"], profile["total_quantity"], profile["total_spent"]) == (1, 2, "179.80")
    assert profile["favorite_categories"][0]["category"] == "Electronics"
    assert profile["recent_purchases"][0]["price"] == "89.90"


@pytest.mark.parametrize("odd", [each for each in ODD_IDS if each != ".."])
def test_odd_ids_are_found_when_escaped(storefront, odd):
    a_customer("Odd", external_id=odd)
    a_product("Odd", external_id=odd)
    escaped = quote(odd, safe="")
    assert get(storefront, f"customers/{escaped}/profile/").json()["customer_id"] == odd
    assert get(storefront, f"customers/{escaped}/similar/").json()["customer_id"] == odd
    assert get(storefront, f"products/{escaped}/reviews/").json()["product_id"] == odd


@pytest.mark.parametrize("id", ["nobody", "%00", "a%00b", "x" * 65, "%0A", "%FF", "%ED%A0%80"])
def test_ids_that_nobody_has(storefront, id):
    problem(get(storefront, f"customers/{id}/profile/"), 404)
    problem(get(storefront, f"products/{id}/reviews/"), 404)


def test_similar_customers(storefront, django_assert_num_queries):
    ada, ben, cleo = a_customer("Ada", external_id="1"), a_customer("Ben"), a_customer("Cleo")
    router, modem, lamp = a_product(), a_product(), a_product()
    for customer, product in [(ada, router), (ada, modem), (ben, router), (ben, modem), (cleo, modem), (cleo, lamp)]:
        a_purchase(customer, product)
    fit_engine()
    get(storefront, "customers/1/similar/")
    with django_assert_num_queries(5):  # the key, the customer, the fit, the history, the names
        found = get(storefront, "customers/1/similar/").json()
    assert found["customer_id"] == "1"
    assert [(each["name"], each["shared_products"]) for each in found["results"]] == [("Ben", 2), ("Cleo", 1)]
    assert [each["similarity"] for each in found["results"]] == pytest.approx([1, 0.5])
    assert len(get(storefront, "customers/1/similar/", {"limit": 1}).json()["results"]) == 1


def test_reviews_come_newest_first_with_what_they_add_up_to(storefront, django_assert_num_queries):
    product = a_product("Router", external_id="85123A", sentiment=0.71, review_count=4)
    for days, text in [(2, "second"), (None, "undated"), (3, "newest"), (1, "third")]:
        a_review(product, text, reviewed_at=SOME_DAY + timedelta(days) if days else None)
    with django_assert_num_queries(3):  # the key, the product, the page
        page = get(storefront, "products/85123A/reviews/", {"limit": 3}).json()
    assert (page["product_id"], page["name"], page["sentiment"], page["review_count"]) == ("85123A", "Router", 0.71, 4)
    assert [each["text"] for each in page["results"]] == ["newest", "second", "third"]
    rest = storefront.get(page["next"]).json()
    assert [each["text"] for each in rest["results"]] == ["undated"]
    assert rest["next"] is None


def test_a_product_without_reviews(storefront):
    product = a_product()
    page = get(storefront, f"products/{product.external_id}/reviews/").json()
    assert (page["sentiment"], page["review_count"], page["results"]) == (None, 0, [])
