"""What goes with a rating to LangFuse names neither who rated nor another customer; the shop keeps the words."""

from decimal import Decimal

import pytest

from recommendations.models import Rating
from tests.factories import a_customer, a_product, a_recommendation

pytestmark = pytest.mark.django_db


def test_a_comment_names_no_customer():
    a_customer("Grace Hopper")
    rater = a_customer("Ada Lovelace")
    answer = a_recommendation(a_customer("Zelda Quackenbush"), a_product(), query="A lamp?")
    words = "Ada Lovelace liked it, Zelda less. Grace Hopper too, grace hopper said."
    answer.rate(rater=Rating.rater_of(rater), stars=Decimal(3), comment=words)
    assert answer.stored_trace.scores.get().comment == "[name] liked it, [name] less. [name] too, [name] said."
    assert answer.ratings.get().comment == words
