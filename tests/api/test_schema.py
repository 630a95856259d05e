"""The OpenAPI document and its pages."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

pytestmark = pytest.mark.django_db

PATHS = {
    "/api/v1/recommendations/": {"post"},
    "/api/v1/recommendations/personalized": {"post"},
    "/api/v1/recommendations/{id}/": {"get"},
    "/api/v1/recommendations/{id}/ratings/": {"post"},
    "/api/v1/customers/": {"get"},
    "/api/v1/customers/{customer_id}/profile/": {"get"},
    "/api/v1/customers/{customer_id}/similar/": {"get"},
    "/api/v1/products/{product_id}/reviews/": {"get"},
}


@pytest.fixture
def document():
    response = Client().get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert response.status_code == 200
    return response.json()


def test_it_is_valid_and_made_without_warning(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", file=str(tmp_path / "it"))
    assert json.loads((tmp_path / "it").read_text())["openapi"].startswith("3.")


def test_it_names_every_address_and_method(document):
    assert {path: set(methods) - {"parameters"} for path, methods in document["paths"].items()} == PATHS


def test_each_address_demands_a_key_or_a_session_and_tells_its_problems(document):
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["security"] == [{"storefrontKey": []}, {"storefrontKeyHeader": []}, {"cookieAuth": []}]
            for status in ("401", "429", "500"):
                assert set(operation["responses"][status]["content"]) == {"application/problem+json"}, path


def test_the_example_of_an_answer_has_every_field(document):
    answer = document["paths"]["/api/v1/recommendations/"]["post"]["responses"]["201"]["content"]["application/json"]
    (example,) = answer["examples"].values()
    shape = document["components"]["schemas"]
    assert set(example["value"]) == set(shape["Recommendation"]["properties"])
    assert set(example["value"]["recommendations"][0]) == set(shape["RecommendedProduct"]["properties"])


def test_the_old_name_is_marked_as_such(document):
    assert document["paths"]["/api/v1/recommendations/personalized"]["post"]["deprecated"]


def test_the_docs_load_nothing_from_elsewhere():
    page = Client().get("/api/v1/docs/")
    assert page.status_code == 200
    assert "swagger-ui" in page.content.decode()
    assert "//cdn" not in page.content.decode()
