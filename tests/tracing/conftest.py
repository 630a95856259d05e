import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_cached_rows():
    """Prices and prompts are cached in the process; a test's rows are gone when it ends."""
    cache.clear()
    yield
    cache.clear()
