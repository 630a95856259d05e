"""Who asks or guesses too often has to wait."""

import pytest

pytestmark = pytest.mark.django_db


def test_questions_are_limited_a_minute(browsing, settings):
    settings.WEB_QUESTIONS = 2
    statuses = [browsing.post("/", {"query": " ", "top_n": 3}).status_code for _ in range(3)]
    assert statuses == [422, 422, 429]
    assert "Please wait 1 minute before you ask again." in browsing.post("/", {"query": "a lamp"}).content.decode()


def test_guessing_at_the_admins_door_is_limited_too(client, django_user_model):
    django_user_model.objects.create_superuser("staff", password="right-and-long")
    for _ in range(10):
        assert client.post("/admin/login/", {"username": "staff", "password": "wrong"}).status_code == 200
    refused = client.post("/admin/login/", {"username": "staff", "password": "right-and-long"})
    assert refused.status_code == 429
    assert refused["Retry-After"] == "300"


def test_staff_reach_the_admin_through_it(client, django_user_model):
    django_user_model.objects.create_superuser("staff", password="right-and-long")
    door = client.get("/admin/tracing/trace/", follow=True)
    assert door.request["PATH_INFO"] == "/admin/login/"
    entered = client.post(
        door.request["PATH_INFO"] + "?" + door.request["QUERY_STRING"],
        {"username": "staff", "password": "right-and-long", "next": door.context["next"]},
        follow=True,
    )
    assert entered.request["PATH_INFO"] == "/admin/tracing/trace/"


def test_one_address_cannot_try_many_accounts(client, db):
    statuses = [client.post("/sign-in/", {"username": f"user{n}", "password": "wrong"}).status_code for n in range(101)]
    assert statuses == [200] * 100 + [429]


def test_many_addresses_cannot_try_one_account(client, db):
    guess = {"username": "kenneth", "password": "wrong"}
    statuses = [client.post("/sign-in/", guess, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(51)]
    assert statuses == [200] * 50 + [429]
