"""What holds for each of the pages, and the pages of errors."""

import uuid

import pytest
from django.template.loader import render_to_string
from django.urls import get_resolver, reverse

from recommendations.web import urls
from tests.factories import a_product, a_recommendation

PUBLIC = {"sign-in", "sign-out"}


EVERY_PAGE = [
    (page.name, reverse(f"web:{page.name}", args=[uuid.UUID(int=1)] if "<uuid:pk>" in str(page.pattern) else []))
    for page in urls.urlpatterns
]


@pytest.mark.parametrize(("name", "url"), EVERY_PAGE)
def test_nobody_sees_anything_without_signing_in(client, db, name, url):
    for answer in (client.get(url), client.post(url)):
        signed_out = answer.status_code == 405 or answer.headers.get("Location", "").startswith("/sign-in/")
        assert signed_out or name in PUBLIC


@pytest.mark.parametrize(("name", "url"), EVERY_PAGE)
def test_no_page_is_kept_by_caches_or_runs_anything_from_elsewhere(browsing, kenneth, name, url):
    answer = a_recommendation(kenneth, a_product())
    response = browsing.get(url.replace(str(uuid.UUID(int=1)), str(answer.pk)))

    if response.status_code != 405:
        assert {"private", "no-store"} <= {part.strip() for part in response.headers["Cache-Control"].split(",")}
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert " style=" not in response.content.decode()
        assert "<style" not in response.content.decode()
        assert "<script>" not in response.content.decode()


def test_an_expired_session_leaves_the_page_instead_of_nesting_the_sign_in_in_it(client, db):
    here = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/questions/?page=2"}

    response = client.post("/", {"query": "Hello?"}, **here)
    assert response.headers["HX-Redirect"] == "/sign-in/?next=%2Fquestions%2F%3Fpage%3D2"
    elsewhere = client.post("/", {}, HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="https://evil.example/")
    assert elsewhere.headers["HX-Redirect"] == "/sign-in/?next=%2F"


def test_a_page_that_does_not_exist_looks_like_the_others(browsing):
    response = browsing.get("/no/such/page")

    assert response.status_code == 404
    assert "This page does not exist" in response.content.decode()
    assert 'href="/questions/"' in response.content.decode()


def test_an_error_of_ours_is_told_without_asking_the_database(rf):
    page = get_resolver().resolve_error_handler(500)(rf.get("/")).content.decode()

    assert "Something went wrong" in page
    assert "shopassist.css" in page


@pytest.mark.parametrize("name", ["403.html", "403_csrf.html", "404.html", "429.html", "500.html"])
def test_pages_of_errors_need_no_context(name):
    assert "Back to the start" in render_to_string(name)
