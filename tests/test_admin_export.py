"""Recommendations as a file."""

import csv
import json
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import a_customer, a_product, a_recommendation

pytestmark = pytest.mark.django_db


def body(client, format_, **query):
    answer = client.get(reverse("admin:recommendations_recommendation_export", args=[format_]), query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def csv_rows(client, **query):
    return list(csv.DictReader(StringIO(body(client, "csv", **query), newline="")))


def json_rows(client, **query):
    return [json.loads(line) for line in body(client, "jsonl", **query).split("\n") if line]


@pytest.fixture
def answer():
    lamp, desk = a_product("Lamp", "Home"), a_product("Desk", "Home")
    answer = a_recommendation(a_customer(external_id="c-1"), lamp, desk, query='=HYPERLINK("x")\nWas, bitte?')
    answer.rate(rater="customer:c-1", stars=Decimal(2), comment="meh")
    answer.rate(rater="customer:c-1", stars=Decimal(4), comment="better")
    answer.rate(rater="key:1", stars=Decimal(5), product_id=desk.external_id)
    return answer


def test_a_row_tells_question_answer_products_rating_and_trace(admin_client, answer):
    (row,) = csv_rows(admin_client)
    assert row["id"] == str(answer.pk)
    assert row["trace_id"] == answer.trace_id
    assert row["customer"] == "c-1"
    assert row["question"] == '\'=HYPERLINK("x")\nWas, bitte?'
    assert row["answer"] == "These go well with what you bought."
    assert row["product_ids"] == "; ".join(item.external_id for item in answer.products.all())
    assert row["stars"] == "4.5"
    assert row["delivery"] == "kept"


def test_a_json_line_has_products_and_current_ratings(admin_client, answer):
    (row,) = json_rows(admin_client)
    assert row["question"] == answer.query
    assert [item["name"] for item in row["products"]] == ["Lamp", "Desk"]
    assert row["products"][0]["price"] == "10.00"
    assert row["products"][0]["reasons"] == ["Bought by 3 customers who also bought your Router"]
    ratings = {(rating["product_id"], rating["stars"], rating["comment"]) for rating in row["ratings"]}
    assert ratings == {(None, "4.0", "better"), (row["product_ids"][1], "5.0", "")}


def test_filters_and_words_choose_what_is_exported(admin_client, answer):
    for number in range(60):
        a_recommendation(query=f"a toaster, please {number}", channel="web" if number % 2 else "api")
    assert len(csv_rows(admin_client)) == 61
    assert len(csv_rows(admin_client, q="toaster")) == 60
    assert len(json_rows(admin_client, q="toaster", channel="web")) == 30
    assert [row["id"] for row in csv_rows(admin_client, q=answer.trace_id)] == [str(answer.pk)]


def test_all_matches_are_exported_and_not_only_those_that_a_search_shows(admin_client, monkeypatch):
    monkeypatch.setattr("recommendations.admin.search.FOUND", 2)
    for _ in range(5):
        a_recommendation(query="a toaster")
    assert len(csv_rows(admin_client, q="toaster")) == 5


def test_the_customer_is_told_only_to_who_may_see_customers(client, answer):
    reader = User.objects.create_user("reader", is_staff=True)
    rights = Permission.objects.filter(codename__in=["view_recommendation", "export_recommendation"])
    reader.user_permissions.set(rights)
    client.force_login(reader)
    assert "c-1" not in body(client, "csv") + body(client, "jsonl")
    reader.user_permissions.add(Permission.objects.get(codename="view_customer"))
    assert csv_rows(client)[0]["customer"] == json_rows(client)[0]["customer"] == "c-1"


def test_who_may_only_view_exports_nothing(client, answer):
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_recommendation"))
    client.force_login(reader)
    address = reverse("admin:recommendations_recommendation_export", args=["csv"])
    assert client.get(address).status_code == 403


def test_queries_do_not_grow_with_the_rows(admin_client, answer):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            json_rows(admin_client)
        return len(captured)

    one = queries()
    lamp = a_product("Lamp", "Home")
    for _ in range(20):
        a_recommendation(a_customer(), lamp).rate(rater="key:1", stars=Decimal(5), product_id=lamp.external_id)
    assert queries() == one
