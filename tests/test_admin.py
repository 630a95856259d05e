"""Every page of the admin, as staff open it."""

import re
from decimal import Decimal

import pytest
from django.contrib import admin
from django.urls import reverse

from customers.models import ImportRun, StorefrontKey
from recommendations.models import Conversation, EngineFit, Recommendation
from tests.factories import a_customer, a_product, a_purchase, a_recommendation, a_review
from tracing.models import Trace

pytestmark = pytest.mark.django_db

PAGES = [model._meta.label_lower for model in admin.site._registry]
HISTORY = [
    "customers.importrun",
    "customers.purchase",
    "customers.review",
    "recommendations.conversation",
    "recommendations.enginefit",
    "recommendations.rating",
    "recommendations.recommendation",
    "tracing.outboxentry",
    "tracing.promptversion",
    "tracing.score",
    "tracing.trace",
]


def page(label, kind, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{kind}", args=args)


@pytest.fixture
def shop():
    """A row or more of everything."""
    for number in range(3):
        customer, lamp = a_customer(), a_product("<script>alert(1)</script>", "Home")
        a_purchase(customer, lamp)
        a_review(lamp, "<img src=x onerror=alert(2)>", 0.4)
        answer = a_recommendation(customer, lamp, query="<script>alert(3)</script>")
        answer.stored_trace = Trace.objects.get(trace_id=answer.trace_id)
        answer.save()
        answer.rate(
            rater=f"customer:{number}", stars=Decimal("4.5"), comment="<b>fine</b>", product_id=lamp.external_id
        )
        answer.rate(rater=f"customer:{number}", stars=Decimal(2))
        answer.rate(rater=f"customer:{number}", stars=Decimal(3))
        StorefrontKey.objects.issue("A shop")
        ImportRun.objects.create(kind="purchases", file="shop.csv")
        EngineFit.objects.create()
        Conversation.objects.create(customer=customer)


@pytest.mark.parametrize("label", PAGES)
def test_full_lists_open_with_a_bounded_number_of_queries(admin_client, django_assert_max_num_queries, label, shop):
    with django_assert_max_num_queries(9):
        assert admin_client.get(page(label, "changelist")).status_code == 200


@pytest.mark.parametrize("label", PAGES)
def test_empty_lists_open(admin_client, label):
    assert admin_client.get(page(label, "changelist")).status_code == 200


@pytest.mark.parametrize("label", PAGES)
def test_each_row_has_a_page(admin_client, label, shop):
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    if (row := model._default_manager.first()) is not None:
        assert admin_client.get(page(label, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("label", HISTORY)
def test_history_cannot_be_changed(admin_client, label, shop):
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    assert admin_client.get(page(label, "add")).status_code == 403
    if (row := model._default_manager.first()) is not None:
        assert admin_client.post(page(label, "change", row.pk), {}).status_code == 403
        assert admin_client.post(page(label, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("label", PAGES)
def test_others_see_nothing(client, django_user_model, label):
    client.force_login(django_user_model.objects.create_user("ada"))
    answer = client.get(page(label, "changelist"))
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_a_recommendations_page_shows_what_it_rests_on(admin_client, shop):
    answer = Recommendation.objects.first()
    html = admin_client.get(page("recommendations.recommendation", "change", answer.pk)).content.decode()
    assert "Bought by 3 customers who also bought your Router" in html
    assert re.search(r">co-purchase</th>.*?>\+1\.000</td>", html, re.DOTALL)
    assert "0.970" in html  # how sure the classifier was
    assert reverse("admin:tracing_trace_change", args=[answer.stored_trace.pk]) in html
    assert "&lt;script&gt;alert(3)&lt;/script&gt;" in html
    assert "<script>alert(" not in html


def test_a_traces_page_links_to_its_recommendation(admin_client, shop):
    answer = Recommendation.objects.first()
    html = admin_client.get(page("tracing.trace", "change", answer.stored_trace.pk)).content.decode()
    assert reverse("admin:recommendations_recommendation_change", args=[answer.pk]) in html


def test_recommendations_are_found_by_trace_and_customer(admin_client, shop):
    answer = Recommendation.objects.first()
    for words in (answer.trace_id, answer.customer.external_id):
        found = admin_client.get(page("recommendations.recommendation", "changelist"), {"q": words})
        assert [row.pk for row in found.context["cl"].result_list] == [answer.pk]


def test_recommendations_are_found_by_words_and_by_what_they_are(admin_client, shop):
    answer = Recommendation.objects.first()
    Recommendation.objects.filter(pk=answer.pk).update(query="a toaster", intent="informational", channel="web")
    for wish in ({"q": "toaster"}, {"intent": "informational"}, {"channel": "web"}, {"channel": "web", "q": "TOAST"}):
        found = admin_client.get(page("recommendations.recommendation", "changelist"), wish)
        assert [row.pk for row in found.context["cl"].result_list] == [answer.pk]
    ratings = admin_client.get(page("recommendations.rating", "changelist"), {"stars": "4.5"})
    assert len(ratings.context["cl"].result_list) == 3
    ratings = admin_client.get(page("recommendations.rating", "changelist"), {"stars": "many"})
    assert len(ratings.context["cl"].result_list) == 9


def test_a_list_shows_the_current_rating_of_each_answer_as_a_whole(admin_client, shop):
    answer = Recommendation.objects.first()
    answer.rate(rater="customer:99", stars=Decimal(5))
    shown = admin_client.get(page("recommendations.recommendation", "changelist")).context["cl"].result_list
    assert [row.stars for row in shown if row.pk == answer.pk] == [pytest.approx(12.5 / 3)]  # 2 was changed
    assert [row.stars for row in shown if row.pk != answer.pk] == [3.75, 3.75]
