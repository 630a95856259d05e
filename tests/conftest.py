import pytest
from django.conf import settings

from shopassist import embedded
from tests.browsing import chromium, open_as_staff
from tests.langfuse_server import langfuse_server

__all__ = ["chromium", "langfuse_server", "open_as_staff"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    if not settings.DATABASE_URL:
        embedded.ensure_running(settings.DATA_DIR)
