"""The page of an answer, and the list of questions."""

import re
import uuid
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests.factories import a_customer, a_product, a_recommendation

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


def page_of(client, answer, status=200):
    response = client.get(f"/questions/{answer.pk}/")
    assert response.status_code == status
    return response.content.decode()


def words_of(page):
    """The page as it is read: without tags, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_an_answer_shows_its_words_and_each_product_with_its_reasons(browsing, kenneth):
    answer = a_recommendation(
        kenneth, a_product("Mesh Extender", "Networking", "1234.50"), a_product("Gift", price=None), query="What else?"
    )
    answer.products.filter(rank=1).update(sentiment=0.861)

    words = words_of(page_of(browsing, answer))
    assert "What else?" in words
    assert "These go well with what you bought." in words
    assert "2 products for you" in words
    assert "Networking Mesh Extender $1,234.50 Loved by reviewers 0.86 of 1" in words
    assert "Bought by 3 customers who also bought your Router" in words
    assert "Without a category Gift Price not known No reviews yet" in words
    assert answer.trace_id in words


@pytest.mark.parametrize(("currency", "written"), [("EUR", "€1,234.50"), ("CHF", "1,234.50 CHF")])
def test_prices_are_in_the_shops_currency(browsing, kenneth, settings, currency, written):
    settings.CURRENCY = currency

    assert written in page_of(browsing, a_recommendation(kenneth, a_product(price="1234.50")))


@pytest.mark.parametrize(
    ("sentiment", "words"),
    [(0.8, "Loved by reviewers"), (0.6, "Liked by reviewers"), (0.4, "Mixed reviews"), (0.39, "Poorly reviewed")],
)
def test_sentiment_is_said_in_words(browsing, kenneth, sentiment, words):
    answer = a_recommendation(kenneth, a_product())
    answer.products.update(sentiment=sentiment)

    assert words in page_of(browsing, answer)


@pytest.mark.parametrize(
    ("model", "fallbacks", "words"),
    [
        ("embedded-composer", [], "Rules answered, no language model was used."),
        ("embedded-composer", ["response_generation: embedded-composer, timeout"], "Rules answered, because"),
        ("llama3.1:8b", [], "Worded by llama3.1:8b."),
        ("llama3.1:8b", ["intent_classifier: local classifier"], "Worded by llama3.1:8b."),
    ],
)
def test_it_is_said_who_worded_the_answer(browsing, kenneth, model, fallbacks, words):
    assert words in page_of(browsing, a_recommendation(kenneth, model=model, fallbacks=fallbacks))


def test_what_was_understood_is_shown(browsing, kenneth):
    read = {"words": "toaster", "categories": ["Kitchen"], "max_price": "50", "min_price": "9.5", "brands": ["Acme"]}

    words = words_of(page_of(browsing, a_recommendation(kenneth, constraints=read)))
    assert "“toaster” in Kitchen by Acme from $9.50 up to $50.00" in words


def test_an_answer_about_the_customer_offers_no_products(browsing, kenneth):
    answer = a_recommendation(
        kenneth, intent="informational", reasoning="You spent $412.37 in March.", constraints={"words": "router"}
    )

    words = words_of(page_of(browsing, answer))
    assert "You spent $412.37 in March." in words
    assert "for you" not in words
    assert "router" not in words
    assert "Fewer conditions or other words" not in words


def test_it_is_said_when_nothing_was_found(browsing, kenneth):
    assert "Fewer conditions or other words" in page_of(browsing, a_recommendation(kenneth))


def test_a_question_that_failed_says_so_and_cannot_be_rated(browsing, kenneth):
    answer = a_recommendation(kenneth, status="failed", reasoning="", error="KeyError: secret detail")

    page = page_of(browsing, answer)
    assert "This question could not be answered" in page
    assert answer.trace_id in page
    assert "secret detail" not in page
    assert "Rate this answer" not in page


def test_how_the_list_came_about_is_told_in_figures(browsing, kenneth):
    answer = a_recommendation(
        kenneth,
        a_product(),
        products_considered=214,
        similar_customers_analyzed=1,
        products_filtered_by_sentiment=7,
        confidence_score=0.183,
    )

    words = words_of(page_of(browsing, answer))
    assert "214 products considered, with the purchases of 1 customer like you." in words
    assert "7 left out because of poor reviews." in words
    assert "18 of 100 such lists held what the customer bought next" in words


def test_what_others_wrote_is_shown_as_text(browsing, kenneth):
    product = a_product(HOSTILE, HOSTILE)
    answer = a_recommendation(
        kenneth, product, query=HOSTILE, reasoning=HOSTILE, model=HOSTILE, constraints={"words": HOSTILE}
    )
    answer.products.update(reasons=[{"kind": HOSTILE, "text": HOSTILE}])
    answer.rate(rater=f"customer:{kenneth.external_id}", stars=Decimal(4), comment=HOSTILE)
    answer.rate(
        rater=f"customer:{kenneth.external_id}", stars=Decimal(4), comment=HOSTILE, product_id=product.external_id
    )

    for page in (page_of(browsing, answer), browsing.get("/questions/").content.decode()):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert" in page


def test_long_texts_and_other_scripts_are_kept(browsing, kenneth):
    query = "Füße 日本語 עברית 🛒 " * 50

    page = page_of(browsing, a_recommendation(kenneth, query=query))
    assert query.strip() in page


def test_answers_of_others_do_not_exist(browsing, kenneth, somebody_else):
    for owner in (somebody_else, a_customer(), None):
        page = page_of(browsing, a_recommendation(owner, a_product("Secret")), status=404)
        assert "Secret" not in page
    assert browsing.get(f"/questions/{uuid.uuid4()}/").status_code == 404
    assert browsing.get("/questions/1/").status_code == 404


def test_staff_who_are_customers_get_to_the_trace(browsing, kenneth):
    answer = a_recommendation(kenneth)
    assert "/admin/" not in page_of(browsing, answer)

    User.objects.filter(pk=kenneth.user_id).update(is_staff=True)
    assert reverse("admin:tracing_trace_change", args=[answer.stored_trace_id]) in page_of(browsing, answer)


@pytest.mark.parametrize("number", [1, 20])
def test_an_answer_takes_six_queries_however_long_it_is(browsing, kenneth, django_assert_num_queries, number):
    products = [a_product(f"Product {n}", "Kitchen") for n in range(number)]
    answer = a_recommendation(kenneth, *products)
    for product in products:
        answer.rate(rater=f"customer:{kenneth.external_id}", stars=Decimal(3), product_id=product.external_id)

    with django_assert_num_queries(6):  # session, user, customer, answer, ratings, products
        page_of(browsing, answer)


def test_ones_own_questions_are_listed_newest_first(browsing, kenneth, somebody_else):
    a_recommendation(kenneth, a_product(), a_product(), query="First?")
    a_recommendation(kenneth, query="Second?", intent="informational")
    a_recommendation(kenneth, query="Third?", status="failed")
    a_recommendation(kenneth, query="Fourth?")
    a_recommendation(somebody_else, query="Not yours")

    words = words_of(browsing.get("/questions/").content.decode())
    told = [
        words.index(part)
        for part in ("Fourth?", "nothing found", "Third?", "not answered", "Second?", "an answer about you", "First?")
    ]
    assert told == sorted(told)
    assert "2 products" in words
    assert "Not yours" not in words


def test_the_list_has_pages_and_takes_five_queries(browsing, kenneth, django_assert_num_queries):
    for number in range(25):
        a_recommendation(kenneth, a_product(), query=f"Question {number:02}?")

    with django_assert_num_queries(5):  # session, user, customer, number of questions, a page of them
        first = browsing.get("/questions/").content.decode()
    second = browsing.get("/questions/?page=2").content.decode()
    assert "Question 24?" in first
    assert "Question 04?" not in first
    assert "Page 1 of 2" in first
    assert "Question 04?" in second
    assert "Newer" in second


@pytest.mark.parametrize("page", ["0", "-1", "99999999999", "x", "' OR 1=1", ""])
def test_pages_that_do_not_exist_are_no_error(browsing, kenneth, page):
    a_recommendation(kenneth, query="The only one?")

    assert "The only one?" in browsing.get("/questions/", {"page": page}).content.decode()


def test_who_never_asked_is_invited_to(browsing):
    assert "You have not asked anything yet" in browsing.get("/questions/").content.decode()
