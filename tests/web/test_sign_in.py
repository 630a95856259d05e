"""Signing in and out, and guessing passwords."""

import logging
import time

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from tests.web.conftest import PASSWORD

URL = "/sign-in/"


def sign_in(client, password=PASSWORD, username="kenneth", **fields):
    return client.post(URL, {"username": username, "password": password, **fields})


def test_a_customer_signs_in_and_is_greeted(client, kenneth):
    response = client.post(URL, {"username": "kenneth", "password": PASSWORD}, follow=True)

    assert response.redirect_chain == [("/", 302)]
    assert "Welcome, Kenneth Martinez" in response.content.decode()


def test_the_session_cookie_is_out_of_reach_of_scripts(client, kenneth):
    cookie = sign_in(client).cookies[settings.SESSION_COOKIE_NAME]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_wrong_password_is_said_and_the_name_kept(client, kenneth):
    response = sign_in(client, "wrong")

    page = response.content.decode()
    assert "Please enter a correct username and password" in page
    assert 'value="kenneth"' in page
    assert "wrong" not in page


def test_after_signing_in_one_is_where_one_wanted_to_be(client, kenneth):
    assert client.get("/questions/?page=2").url == "/sign-in/?next=/questions/%3Fpage%3D2"
    assert sign_in(client, next="/questions/?page=2").url == "/questions/?page=2"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(client, kenneth, elsewhere):
    assert sign_in(client, next=elsewhere).url == "/"


def test_signing_out_takes_a_click_and_ends_the_session(browsing):
    assert browsing.get("/sign-out/").status_code == 405
    assert browsing.post("/sign-out/").url == URL
    assert browsing.get("/").url == "/sign-in/?next=/"


def test_eleven_guesses_are_too_many_even_for_the_right_password(client, kenneth, caplog):
    for _ in range(10):
        assert sign_in(client, "wrong").status_code == 200
    with caplog.at_level(logging.WARNING):
        response = sign_in(client)

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "300"
    assert "wait 5 minutes" in response.content.decode()
    assert "Too often: sign in from 127.0.0.1" in caplog.text
    assert client.get("/").status_code == 302


def test_the_way_is_free_again_after_five_minutes(client, kenneth, monkeypatch):
    for _ in range(11):
        sign_in(client, "wrong")
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)

    assert sign_in(client).status_code == 302


def test_others_and_other_places_are_not_held_up(client, kenneth, somebody_else):
    for _ in range(11):
        sign_in(client, "wrong")

    assert sign_in(client, username="somebody").status_code == 302
    assert client.post(URL, {"username": "kenneth", "password": PASSWORD}, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_spelling_the_name_otherwise_gives_no_further_guesses(client, kenneth):
    for _ in range(10):
        sign_in(client, "wrong")

    assert sign_in(client, "wrong", username=" KENNETH ").status_code == 429


def test_signing_in_forgives_the_earlier_failures(client, kenneth):
    for _ in range(2):
        for _ in range(9):
            sign_in(client, "wrong")
        assert sign_in(client).status_code == 302
        client.logout()


def test_behind_a_proxy_the_shoppers_own_address_counts(client, kenneth, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    guess = {"username": "kenneth", "password": "wrong"}
    for number in range(11):  # what a shopper claims comes first, what the proxy saw last
        forged = {"HTTP_X_FORWARDED_FOR": f"203.0.113.{number}, 192.0.2.7"}
        response = client.post(URL, guess, **forged)

    assert response.status_code == 429
    assert client.post(URL, guess, HTTP_X_FORWARDED_FOR="192.0.2.8").status_code == 200


@pytest.mark.parametrize(("staff", "words"), [(True, "Go to the administration"), (False, "ask the shop to link it")])
def test_a_sign_in_without_a_customer_is_told_so(client, db, staff, words):
    client.force_login(User.objects.create_user("nobody-in-particular", is_staff=staff))

    for url in ("/", "/questions/"):
        response = client.get(url)
        assert response.status_code == 403
        assert "This sign-in belongs to no customer" in response.content.decode()
        assert words in response.content.decode()
