import pytest
from django.apps import apps
from django.conf import settings
from django.db.models.signals import post_migrate

from shopassist import embedded
from tests.browsing import chromium, open_as_staff
from tests.langfuse_server import langfuse_server

__all__ = ["chromium", "langfuse_server", "open_as_staff"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    if not settings.DATABASE_URL:
        embedded.ensure_running(settings.DATA_DIR)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The synonyms that a migration writes are there again after a test that had to empty all tables."""
    from recommendations.models import Synonym

    with django_db_blocker.unblock():
        first = list(Synonym.objects.values_list("words", flat=True))

    def write_again(**_):
        if not Synonym.objects.exists():
            Synonym.objects.bulk_create(Synonym(words=words) for words in first)

    post_migrate.connect(write_again, sender=apps.get_app_config("recommendations"), weak=False)
