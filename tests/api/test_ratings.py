"""Stars for answers and their products."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection
from prometheus_client import REGISTRY

from recommendations.models import Rating, Recommendation
from tests.api.wire import get, post, problem
from tests.factories import a_customer, a_product, a_recommendation
from tracing.models import OutboxEntry, Score, Trace

pytestmark = pytest.mark.django_db


def rate(client, answer, **body):
    return post(client, f"recommendations/{answer.pk}/ratings/", body)


def test_a_rating_is_kept_with_its_score(storefront):
    ada = a_customer("Ada Lovelace")
    answer = a_recommendation(ada)
    response = rate(storefront, answer, rating=4.5, comment="Just right, says Ada Lovelace.")
    assert response.status_code == 201
    assert response.json() == {
        "rating": 4.5,
        "comment": "Just right, says Ada Lovelace.",
        "product_id": None,
        "created_at": response.json()["created_at"],
    }
    rating, score = Rating.objects.get(), Score.objects.get()
    assert rating.rater == f"customer:{ada.external_id}"
    assert (score.trace, score.name, score.value) == (answer.stored_trace, "user_rating", 4.5)
    assert score.comment == "Just right, says [name]."


def test_a_changed_rating_keeps_the_former_one_and_changes_the_score(storefront):
    answer = a_recommendation(a_customer())
    rate(storefront, answer, rating=2)
    response = rate(storefront, answer, rating=5, comment="Better than I thought.")
    assert response.status_code == 200
    former, current = Rating.objects.order_by("created_at")
    assert former.stars == 2
    assert current.stars == 5
    assert former.replaced_at
    assert current.replaced_at is None
    assert Score.objects.get().value == 5


def test_the_same_again_changes_nothing(storefront):
    answer = a_recommendation(a_customer())
    assert rate(storefront, answer, rating=3, comment="Fine.").status_code == 201
    assert rate(storefront, answer, rating=3, comment="Fine.").status_code == 200
    assert Rating.objects.count() == 1


def test_a_product_is_rated_beside_the_whole(storefront):
    answer = a_recommendation(a_customer(), a_product("Router", external_id="85123A"))
    assert rate(storefront, answer, rating=4).status_code == 201
    response = rate(storefront, answer, rating=1.5, comment="Too loud.", product_id="85123A")
    assert response.status_code == 201
    assert response.json()["product_id"] == "85123A"
    assert sorted(Score.objects.values_list("value", "comment")) == [(1.5, "85123A: Too loud."), (4.0, "")]
    shown = get(storefront, f"recommendations/{answer.pk}/").json()["ratings"]
    assert {(each["product_id"], each["rating"]) for each in shown} == {(None, 4.0), ("85123A", 1.5)}


def test_a_product_that_was_not_recommended_cannot_be_rated(storefront):
    answer = a_recommendation(a_customer(), a_product())
    body = problem(rate(storefront, answer, rating=4, product_id=a_product().external_id), 400)
    assert set(body["errors"]) == {"product_id"}
    assert not Rating.objects.exists()


def test_a_failed_question_cannot_be_rated(storefront):
    answer = a_recommendation(a_customer(), status=Recommendation.Status.FAILED, error="ValueError: secret")
    problem(rate(storefront, answer, rating=4), 409)
    assert not Rating.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "rating"),
        ({"rating": None}, "rating"),
        ({"rating": 0.5}, "rating"),
        ({"rating": 5.5}, "rating"),
        ({"rating": 4.3}, "rating"),
        ({"rating": 4.25}, "rating"),
        ({"rating": "NaN"}, "rating"),
        ({"rating": "good"}, "rating"),
        ({"rating": True}, "rating"),
        ({"rating": [5]}, "rating"),
        ({"rating": 4, "comment": "x" * 2001}, "comment"),
        ({"rating": 4, "comment": {"a": 1}}, "comment"),
        ({"rating": 4, "stars": 4}, "stars"),
    ],
)
def test_a_bad_rating_is_refused(storefront, body, field):
    answer = a_recommendation(a_customer())
    assert set(problem(rate(storefront, answer, **body), 400)["errors"]) == {field}
    assert not Rating.objects.exists()


@pytest.mark.parametrize(
    "words", ["<script>alert('x')</script>", "'; DROP TABLE customers_customer; --", "🙂 ümläut\u202e"]
)
def test_any_words_come_back_as_they_were(storefront, words):
    answer = a_recommendation(a_customer())
    response = rate(storefront, answer, rating=1, comment=words)
    assert response["Content-Type"] == "application/json"
    assert response.json()["comment"] == words
    assert get(storefront, f"recommendations/{answer.pk}/").json()["ratings"][0]["comment"] == words


def test_where_nobody_in_particular_asked_the_key_is_the_rater(storefront):
    rate(storefront, a_recommendation(None), rating=3)
    assert Rating.objects.get().rater.startswith("key:")


def test_a_customer_rates_their_own_answer(sign_in):
    customer = a_customer()
    answer = a_recommendation(customer)
    assert rate(sign_in(customer), answer, rating=3).status_code == 201
    assert Rating.objects.get().rater == f"customer:{customer.external_id}"


def test_the_score_waits_for_langfuse_where_it_is_connected(storefront, settings):
    settings.LANGFUSE_ENABLED = True
    answer = a_recommendation(a_customer())
    Trace.objects.update(delivery="sent")  # where its trace is, or will be
    rate(storefront, answer, rating=3)
    assert OutboxEntry.objects.get().score == Score.objects.get(name="user_rating")


def test_a_rating_takes_few_queries(storefront, django_assert_num_queries):
    answer = a_recommendation(a_customer(), a_product())
    # the key; the answer with its customer; in a transaction: the lock with the trace, the former rating, the new one,
    # the answer's mean, the score; and the savepoints around
    with django_assert_num_queries(14):
        rate(storefront, answer, rating=3)


def test_the_answer_keeps_the_mean_of_its_current_ratings(storefront):
    answer = a_recommendation(a_customer(), product := a_product())
    rate(storefront, answer, rating=1)
    rate(storefront, answer, rating=3)
    rate(storefront, answer, rating=4, product_id=product.external_id)
    answer.refresh_from_db()
    assert answer.stars == 3.5


def test_stars_are_counted_when_they_are_stored(storefront, django_capture_on_commit_callbacks):
    def counted():
        return REGISTRY.get_sample_value("shopassist_rating_stars_sum", {"of": "answer"}) or 0

    before, answer = counted(), a_recommendation(a_customer())
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            rate(storefront, answer, rating=4.5)
    assert counted() - before == 4.5


@pytest.mark.django_db(transaction=True)
def test_ratings_at_once_leave_one_current_and_a_full_history():
    answer = a_recommendation(a_customer(), a_product())
    stars = [Decimal(half) / 2 for half in range(2, 11)]

    def rate_and_close(wanted):
        try:
            return Recommendation.objects.get(pk=answer.pk).rate(rater="customer:1", stars=wanted)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(stars)) as pool:
        made = list(pool.map(rate_and_close, stars))

    assert len({rating.pk for rating in made}) == len(stars)
    current = Rating.objects.get(replaced_at=None)
    assert Score.objects.get().value == float(current.stars)
    assert sum(rating.is_first for rating in made) == 1
