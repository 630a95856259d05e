import pytest
from django.db import OperationalError, connection
from django.test import Client

from recommendations.models import EngineFit
from shopassist import health
from tests.factories import SOME_DAY, a_customer, a_product, a_purchase, a_trace
from tracing.models import OutboxEntry


@pytest.fixture
def unasked(monkeypatch):
    """As in a process that has not been asked yet."""
    monkeypatch.setattr(health, "_migrated", False)


def test_a_living_process_says_so_without_a_database():
    response = Client().get("/health/live")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_an_empty_shop_is_ready(unasked):
    response = Client().get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "checks": {"database": "ok", "migrations": "ok", "engine": "ok"},
        "outbox": {"waiting": 0, "sent": 0, "set_aside": 0, "oldest_seconds": 0.0},
    }


@pytest.mark.django_db
def test_a_shop_with_purchases_is_ready_once_the_engine_is_fitted(unasked):
    a_purchase(a_customer(), a_product())
    response = Client().get("/health/ready")
    assert response.status_code == 503
    assert response.json()["checks"]["engine"] == "no fit is active"
    EngineFit.objects.create(is_active=True)
    assert Client().get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_an_unapplied_migration_is_not_ready(unasked):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE name = (SELECT max(name) FROM django_migrations m"
            " WHERE m.app = 'tracing') AND app = 'tracing'"
        )
    response = Client().get("/health/ready")
    assert response.status_code == 503
    assert response.json()["checks"] == {
        "database": "ok",
        "migrations": "some are not applied",
        "engine": "not checked",
    }


def test_a_database_out_of_reach_is_not_ready_and_tells_no_secret(monkeypatch):
    def refuse():
        raise OperationalError("connection failed: password of shop is sesame")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    response = Client().get("/health/ready")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "cannot be reached"
    assert b"sesame" not in response.content


@pytest.mark.django_db
def test_what_waits_for_langfuse_is_told_but_does_not_matter(unasked):
    for state in OutboxEntry.State:
        OutboxEntry.objects.create(kind="spans", trace=a_trace(), body=b"", state=state, due_at=SOME_DAY)
    response = Client().get("/health/ready")
    assert response.status_code == 200
    outbox = response.json()["outbox"]
    assert outbox.pop("oldest_seconds") < 60
    assert outbox == {"waiting": 1, "sent": 1, "set_aside": 1}


@pytest.mark.django_db
def test_asking_again_costs_three_queries(django_assert_num_queries):
    Client().get("/health/ready")
    with django_assert_num_queries(3):  # active fit, any purchase, the outbox
        Client().get("/health/ready")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_only_reading_is_allowed(path):
    assert Client().post(path).status_code == 405
