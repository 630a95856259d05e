"""The OpenAPI document and its pages."""

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.wire import get, post
from tests.factories import a_customer

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


def as_json_schema(described: Any) -> Any:
    """OpenAPI 3.0's `nullable` in JSON Schema's words; and nothing beside what is named."""
    if isinstance(described, list):
        return [as_json_schema(each) for each in described]
    if not isinstance(described, dict):
        return described
    inner = {name: as_json_schema(value) for name, value in described.items() if name != "nullable"}
    if inner.get("type") == "object" and "properties" in inner:
        inner.setdefault("additionalProperties", False)
    return {"anyOf": [inner, {"type": "null"}]} if described.get("nullable") is True else inner


def test_what_is_answered_is_what_is_described(document, storefront, ada):
    schemas = as_json_schema(document["components"]["schemas"])
    schemas["Reason"]["additionalProperties"] = True
    answered = post(storefront, "recommendations/", {"query": "What would go with my router?", "customer_id": "887"})
    product = answered.json()["recommendations"][0]["product_id"]
    path = f"recommendations/{answered.json()['id']}/"
    newcomer = a_customer(name="")
    for name, response in [
        ("Recommendation", answered),
        ("Recommendation", post(storefront, "recommendations/", {"query": "a toaster", "include_reasoning": False})),
        ("Rating", post(storefront, path + "ratings/", {"rating": 4.5})),
        ("Rating", post(storefront, path + "ratings/", {"rating": 2, "product_id": product})),
        ("Recommendation", get(storefront, path)),
        ("Profile", get(storefront, "customers/887/profile/")),
        ("Profile", get(storefront, f"customers/{newcomer.external_id}/profile/")),
        ("CustomerPage", get(storefront, "customers/", {"limit": 2})),
        ("SimilarCustomers", get(storefront, "customers/887/similar/")),
        ("ReviewPage", get(storefront, f"products/{product}/reviews/")),
        ("Problem", get(storefront, "customers/nobody/profile/")),
        ("Problem", post(storefront, "recommendations/", {})),
    ]:
        whole = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
        jsonschema.validate(response.json(), whole, jsonschema.Draft202012Validator)
