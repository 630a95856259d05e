"""Staff who may not see customers: no page, list, search or filter tells them who somebody is."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from recommendations.models import Conversation, Rating
from tests.factories import a_customer, a_product, a_recommendation

pytestmark = pytest.mark.django_db

NAME, ID = "Zelda Quackenbush", "cust-zq-4711"


@pytest.fixture
def answer():
    zelda = a_customer(NAME, external_id=ID)
    zelda.user = User.objects.create_user("zelda@quackenbush.example")
    zelda.save()
    talk = Conversation.objects.create(customer=zelda)
    answer = a_recommendation(zelda, a_product("Lamp", "Home"), query="Any lamps?", conversation=talk)
    answer.asked_by_user = zelda.user
    answer.save()
    answer.rate(rater=Rating.rater_of(zelda), stars=Decimal(4), comment="Bright")
    return answer


@pytest.fixture
def reader(client):
    reader = User.objects.create_user("reader", is_staff=True)
    rights = ("view_recommendation", "view_rating", "view_conversation", "view_trace")
    reader.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(reader)
    return reader


def pages(answer):
    """Addresses, and whether they tell who may see customers the person."""
    named = {
        "recommendations_recommendation_changelist": [],
        "recommendations_recommendation_change": [answer.pk],
        "recommendations_rating_changelist": [],
        "recommendations_rating_change": [answer.ratings.get().pk],
        "recommendations_conversation_changelist": [],
        "recommendations_conversation_change": [answer.conversation_id],
    }
    return [reverse(f"admin:{name}", args=args) for name, args in named.items()]


def tells(client, address):
    page = client.get(address)
    assert page.status_code == 200
    return any(word in page.content.decode() for word in (NAME, ID, "zelda@"))


def test_no_page_names_anybody(client, answer, reader):
    assert [address for address in pages(answer) if tells(client, address)] == []
    reader.user_permissions.add(Permission.objects.get(codename="view_customer"))
    assert [address for address in pages(answer) if not tells(client, address)] == []


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("recommendation", "customer__id__exact={customer}"),
        ("recommendation", "asked_by_user__isnull=False"),
        ("recommendation", "customer__name__startswith=Zelda"),
        ("rating", "rater__startswith=customer:cust-zq"),
        ("conversation", "customer={customer}"),
    ],
)
def test_no_filter_of_an_address_tells(client, answer, reader, model, query):
    address = reverse(f"admin:recommendations_{model}_changelist")
    address = f"{address}?{query.format(customer=answer.customer_id)}"
    assert client.get(address).status_code == 400


def test_no_rating_is_found_by_its_rater(client, answer, reader):
    address = reverse("admin:recommendations_rating_changelist")
    assert "Bright" not in client.get(address, {"q": Rating.rater_of(answer.customer)}).content.decode()
    reader.user_permissions.add(Permission.objects.get(codename="view_customer"))
    assert "Bright" in client.get(address, {"q": Rating.rater_of(answer.customer)}).content.decode()
