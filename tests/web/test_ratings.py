"""Stars and comments for an answer and its products."""

from decimal import Decimal

import pytest
from django.test import Client

from recommendations.models import Rating
from tests.factories import a_customer, a_product, a_recommendation
from tracing.models import Score


@pytest.fixture
def answer(kenneth):
    return a_recommendation(kenneth, a_product("Router"), a_product("Cable"))


def rate(client, answer, **fields):
    return client.post(f"/questions/{answer.pk}/ratings/", {"stars": "4", **fields})


def test_an_answer_is_rated(browsing, kenneth, answer):
    response = rate(browsing, answer, stars="4", comment="  Well chosen. ")

    assert response.url == f"/questions/{answer.pk}/#rating-answer"
    rating = Rating.objects.get()
    assert (rating.stars, rating.comment, rating.product) == (Decimal(4), "Well chosen.", None)
    assert rating.rater == f"customer:{kenneth.external_id}"
    page = browsing.get(response.url).content.decode()
    assert "You gave 4 of 5 stars" in page
    assert "Well chosen." in page
    assert 'id="rating-answer-4" required checked' in page
    assert page.count(">Saved<") == 1
    assert ">Saved<" not in browsing.get(response.url).content.decode()


def test_a_rating_reaches_the_trace(browsing, answer):
    rate(browsing, answer, stars="5")

    score = Score.objects.get()
    assert (score.trace, score.name, score.value) == (answer.stored_trace, "user_rating", 5.0)


def test_a_product_is_rated_by_itself(browsing, answer):
    cable = answer.products.get(rank=2)

    assert rate(browsing, answer, stars="2", product=cable.external_id).url.endswith("#rating-2")
    assert Rating.objects.get().product == cable
    page = browsing.get(f"/questions/{answer.pk}/").content.decode()
    assert 'id="rating-2-2" required checked' in page
    assert page.count(" checked>") == 1


def test_a_changed_rating_keeps_the_former_as_history(browsing, answer):
    rate(browsing, answer, stars="2", comment="Hm.")
    rate(browsing, answer, stars="5", comment="")

    assert Rating.objects.filter(replaced_at=None).get().stars == 5
    assert Rating.objects.exclude(replaced_at=None).get().stars == 2
    page = browsing.get(f"/questions/{answer.pk}/").content.decode()
    assert "You gave 5 of 5 stars" in page
    assert "Hm." not in page


def test_half_stars_given_elsewhere_are_shown(browsing, kenneth, answer):
    answer.rate(rater=f"customer:{kenneth.external_id}", stars=Decimal("3.5"))

    page = browsing.get(f"/questions/{answer.pk}/").content.decode()
    assert "You gave 3.5 of 5 stars" in page
    assert " checked>" not in page


def test_ratings_by_others_are_not_shown(browsing, answer):
    answer.rate(rater="key:1", stars=Decimal(1), comment="By the storefront.")

    page = browsing.get(f"/questions/{answer.pk}/").content.decode()
    assert "By the storefront." not in page
    assert "You gave" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"stars": ""}, "Please choose 1 to 5 stars."),
        ({"stars": "0"}, "Please choose 1 to 5 stars."),
        ({"stars": "6"}, "Please choose 1 to 5 stars."),
        ({"stars": "4.5"}, "Please choose 1 to 5 stars."),
        ({"stars": "NaN"}, "Please choose 1 to 5 stars."),
        ({"comment": "a" * 2001}, "at most 2000 characters"),
        ({"comment": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_a_rating_that_is_none_is_refused_and_its_comment_kept(browsing, answer, fields, words):
    response = rate(browsing, answer, **{"comment": "My own words.", **fields})

    assert response.status_code == 422
    assert words in response.content.decode()
    assert "comment" in fields or "My own words." in response.content.decode()
    assert not Rating.objects.exists()


def test_a_refused_rating_of_a_product_is_shown_at_that_product(browsing, answer):
    product_id = answer.products.get(rank=2).external_id

    page = rate(browsing, answer, stars="", product=product_id).content.decode()
    assert page.index("Please choose 1 to 5 stars.") > page.index('id="rating-2"')


def test_what_was_not_proposed_cannot_be_rated(browsing, kenneth, answer):
    for product_id in (a_product("Never proposed").external_id, "p" * 65, "a\0b", "' OR 1=1"):
        assert rate(browsing, answer, product=product_id).status_code == 404
    assert rate(browsing, a_recommendation(kenneth, status="failed")).status_code == 404
    assert not Rating.objects.exists()


def test_answers_of_others_cannot_be_rated(browsing, somebody_else):
    for owner in (somebody_else, a_customer(), None):
        assert rate(browsing, a_recommendation(owner)).status_code == 404
    assert not Rating.objects.exists()


def test_only_forms_of_these_pages_can_rate(kenneth, answer):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(kenneth.user)

    response = rate(strict, answer)
    assert response.status_code == 403
    assert "This page was open for too long" in response.content.decode()
    assert not Rating.objects.exists()


def test_a_link_cannot_rate(browsing, answer):
    assert browsing.get(f"/questions/{answer.pk}/ratings/?stars=5").status_code == 405
