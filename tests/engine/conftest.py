import pytest
from django.db import transaction

from recommendations.engine.fitting import fit_engine
from recommendations.models import EngineFit
from tests.engine.shop import a_shop_with_two_tastes


@pytest.fixture(scope="module")
def two_tastes(django_db_setup, django_db_blocker):
    """The fit of a shop that all tests of a module share; what a test does to it is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        a_shop_with_two_tastes()
        fit: EngineFit = fit_engine()
        yield fit
        transaction.set_rollback(True)
