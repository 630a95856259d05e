import pytest

from customers.models import Customer
from tests.factories import a_customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people():
    for name in ("Kenneth Martinez", "José Peña", "Mary Jane O'Neil", "Anne-Marie Brandt"):
        a_customer(name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What would Kenneth Martinez like?", {"Kenneth Martinez"}),
        ("KENNETH MARTINEZ's router, and one for Jose Pena", {"Kenneth Martinez", "José Peña"}),
        ("Mary Jane O'Neil or Anne-Marie Brandt’s", {"Mary Jane O'Neil", "Anne-Marie Brandt"}),
        ("would Kenneth, Martinez like it", set()),
        ("Samsung Galaxy Tab under 300", set()),
    ],
)
def test_customers_whom_a_text_names_are_found_in_one_query(text, found, django_assert_num_queries):
    with django_assert_num_queries(1 if "Kenneth," not in text else 0):
        assert set(Customer.objects.names_in(text)) == found


def test_a_text_without_capitals_or_with_known_names_alone_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Customer.objects.names_in("a toaster for kenneth martinez") == []
        assert Customer.objects.names_in("for Kenneth  Martinez", known=["Kenneth Martinez"]) == []
        assert Customer.objects.names_in("") == []
