"""Somebody who is erased."""

from decimal import Decimal

import pytest

from customers.access import create_login
from customers.models import Customer
from recommendations.assistant.ask import ask
from recommendations.models import Conversation, Rating, Recommendation
from tests.factories import a_customer, a_product, a_purchase, a_review

NAME, ID = "Zelda Quackenbush", "cust-zq-4711"


@pytest.fixture
def zelda(db: None) -> Customer:
    """Somebody who left something in every corner of the shop, beside somebody who did too."""
    router = a_product("Router", "Electronics")
    a_product("Cable", "Electronics")
    zelda = a_customer(NAME, external_id=ID, country="Zamunda")
    create_login(zelda, "a-good-password")
    for customer in (zelda, a_customer("Ada Lovelace", external_id="ada")):
        a_purchase(customer, router, external_id=f"receipt-{customer.external_id}", country=customer.country)
        a_review(
            router, f"Words of {customer.external_id}", customer=customer, external_id=f"rev-{customer.external_id}"
        )
        conversation = Conversation.objects.create(customer=customer)
        answer = ask(
            f"a cable for {customer.name}",
            channel="web",
            customer=customer,
            conversation=conversation,
            user=customer.user,
        )
        answer.rate(rater=Rating.rater_of(customer), stars=Decimal(4), comment=f"From {customer.external_id}")
    zelda.refresh_from_db()
    return zelda


def answer_of(external_id):
    return Recommendation.objects.get(customer__external_id=external_id)
