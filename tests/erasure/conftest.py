from collections.abc import Iterator
from typing import Any

import pytest

from tests.erasure.server import DeletingServer


@pytest.fixture
def langfuse(settings: Any) -> Iterator[DeletingServer]:
    server = DeletingServer()
    settings.LANGFUSE_ENABLED = True
    settings.LANGFUSE_HOST = settings.LANGFUSE_PUBLIC_URL = server.url
    settings.LANGFUSE_PUBLIC_KEY, settings.LANGFUSE_SECRET_KEY = server.public_key, server.secret_key
    yield server
    server.stop()
    assert not server.complaints
