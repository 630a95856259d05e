"""Every error has one shape."""

import pytest
from django.db import OperationalError

from customers.models import StorefrontKey
from recommendations.models import Recommendation
from tests.api.wire import get, post, problem
from tests.factories import a_customer, a_recommendation

pytestmark = pytest.mark.django_db


def refused_fields(storefront, **body):
    return problem(post(storefront, "recommendations/", {"query": "a toaster", **body}), 400)["errors"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"query": ""}, "query"),
        ({"query": " \n\t "}, "query"),
        ({"query": None}, "query"),
        ({"query": ["a", "b"]}, "query"),
        ({"query": "x" * 1001}, "query"),
        ({"customer_id": "1", "customer_name": "Ada"}, "customer_name"),
        ({"customer_id": "x" * 65}, "customer_id"),
        ({"top_n": 0}, "top_n"),
        ({"top_n": 21}, "top_n"),
        ({"top_n": 2.5}, "top_n"),
        ({"top_n": "many"}, "top_n"),
        ({"top_n": 10**30}, "top_n"),
        ({"include_reasoning": "perhaps"}, "include_reasoning"),
        ({"filters": "cheap"}, "filters"),
        ({"filters": {"colour": "red"}}, "filters"),
        ({"filters": {"max_price": "cheap"}}, "filters"),
        ({"filters": {"max_price": -1}}, "filters"),
        ({"filters": {"min_price": 10, "max_price": 5}}, "filters"),
        ({"filters": {"categories": "Kitchen"}}, "filters"),
        ({"filters": {"min_sentiment": 7}}, "filters"),
        ({"conversation_id": "yesterday"}, "conversation_id"),
        ({"topn": 5}, "topn"),
    ],
)
def test_a_bad_field_is_named(storefront, body, field):
    assert set(refused_fields(storefront, **body)) == {field}
    assert not Recommendation.objects.exists()


def test_all_bad_fields_are_named_at_once(storefront):
    assert set(refused_fields(storefront, top_n=99, filters=7)) == {"top_n", "filters"}


def test_a_bad_filter_is_explained(storefront):
    errors = refused_fields(storefront, filters={"colour": "red"})
    assert errors["filters"][0].startswith("Unknown filter 'colour'; known are categories")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b'{"query": NaN}',
        b'{"query": "\xff\xfe"}',
        b'{"query": "nul \\u0000 inside"}',
        b'{"query": "half a \\ud83d pair"}',
        b'{"query": "toaster", "filters": {"brands": ["\\u0000"]}}',
        b'{"query": "toaster", "half \\ud83d pair": 1}',
        b"[" * 50_000,
        b'{"query": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_question_is_refused(storefront, body):
    problem(post(storefront, "recommendations/", body), 400)


def test_a_large_body_is_refused(storefront):
    problem(post(storefront, "recommendations/", {"query": "a toaster", "filters": {"brands": ["x" * 70_000]}}), 413)
    problem(post(storefront, "recommendations/", b" " * 3_000_000), 413)


def test_another_format_is_refused(storefront):
    problem(storefront.post("/api/v1/recommendations/", {"query": "a toaster"}), 415)


def test_another_method_is_refused(storefront):
    response = storefront.delete("/api/v1/recommendations/")
    problem(response, 405)
    assert "POST" in response["Allow"]


def test_another_representation_is_not_to_be_had(storefront):
    problem(get(storefront, "customers/", headers={"Accept": "text/csv"}), 406)


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/nothing/", "/api/v2/recommendations/", "/api/v1/recommendations/17/"]
)
def test_an_unknown_address_is_a_problem_too(client, path):
    problem(client.get(path), 404)


def test_elsewhere_django_answers(client):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("id", ["00000000-0000-0000-0000-000000000000"])
def test_an_unknown_recommendation(storefront, id):
    problem(get(storefront, f"recommendations/{id}/"), 404)
    problem(post(storefront, f"recommendations/{id}/ratings/", {"rating": 5}), 404)


@pytest.mark.parametrize("wanted", [{"customer_id": "nobody"}, {"customer_name": "Nobody"}])
def test_an_unknown_customer(storefront, wanted):
    body = problem(post(storefront, "recommendations/", {"query": "a toaster", **wanted}), 404)
    assert body["type"].endswith("unknown-customer")
    assert "obody" in body["detail"]


def test_an_ambiguous_name_is_answered_with_the_candidates(storefront):
    one = a_customer("Susan Hill", country="France")
    other = a_customer("susan hill")
    body = problem(post(storefront, "recommendations/", {"query": "a toaster", "customer_name": "SUSAN HILL"}), 409)
    assert body["type"].endswith("ambiguous-customer")
    assert body["candidates"] == [
        {"customer_id": one.external_id, "name": "Susan Hill", "country": "France"},
        {"customer_id": other.external_id, "name": "susan hill", "country": ""},
    ]


def test_without_a_key_the_way_to_get_in_is_named(stranger):
    response = post(stranger, "recommendations/", {"query": "a toaster"})
    problem(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer sk_shop_wrong"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer a b c"},
        {"Authorization": "Bearer \u00e9\u00ff"},
        {"X-API-Key": "sk_shop_wrong"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
    ],
)
def test_a_wrong_key_is_refused(stranger, headers):
    problem(get(stranger, "customers/", headers=headers), 401)


def test_a_revoked_key_is_refused(storefront):
    assert get(storefront, "customers/").status_code == 200
    StorefrontKey.objects.revoke()
    problem(get(storefront, "customers/"), 401)


def test_the_key_may_come_in_either_header(stranger):
    _, secret = StorefrontKey.objects.issue("Shop")
    assert get(stranger, "customers/", headers={"X-API-Key": secret}).status_code == 200
    assert get(stranger, "customers/", headers={"Authorization": f"bearer {secret}"}).status_code == 200


def test_a_session_needs_the_csrf_token(sign_in):
    client = sign_in(a_customer())
    client.handler.enforce_csrf_checks = True
    answer = a_recommendation(client.user.customer)
    body = problem(post(client, f"recommendations/{answer.pk}/ratings/", {"rating": 4}), 403)
    assert "CSRF" in body["detail"]
    assert not answer.ratings.exists()


def test_what_was_not_foreseen_is_told_without_internals(storefront, caplog):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_review RENAME TO elsewhere")
    from tests.factories import a_product

    product = a_product()
    response = get(storefront, f"products/{product.external_id}/reviews/")
    body = problem(response, 500)
    assert body["trace_id"] == response["X-Trace-ID"]
    assert "customers_review" not in response.content.decode()
    assert "customers_review" in caplog.text


def test_a_database_that_went_away_is_no_bug_of_ours(storefront, monkeypatch, caplog):
    def gone(*_, **__):
        raise OperationalError("connection failed: FATAL:  the database system is in recovery mode\nDETAIL: none")

    monkeypatch.setattr("recommendations.api.shop.profile_of", gone)
    response = get(storefront, f"customers/{a_customer().external_id}/profile/")
    assert "recovery" not in problem(response, 503)["detail"]
    assert response["Retry-After"] == "5"
    assert [record.message for record in caplog.records if record.name == "recommendations.api.problems"] == [
        "The database failed: connection failed: FATAL: the database system is in recovery mode DETAIL: none"
    ]
