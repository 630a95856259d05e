"""What a shopper rules out by a word."""

import pytest

from recommendations.engine.constraints import Constraints
from recommendations.engine.fitting import fit_engine
from recommendations.engine.search import find_matching
from tests.factories import a_product

pytestmark = pytest.mark.django_db


def test_what_is_free_of_it_stays():
    names = ("Sugar Cookies", "Sugar-Free Cookies", "Oat Cookies sugar free", "Cookies with Brown Sugar")
    keys = {a_product(name, "Sweets", "3.00").pk: name for name in names}
    fit_engine()

    found = find_matching("cookies", Constraints(excluded_words=("sugar",)), None, limit=10)

    assert {keys[match.product_pk] for match in found.products} == {"Sugar-Free Cookies", "Oat Cookies sugar free"}
