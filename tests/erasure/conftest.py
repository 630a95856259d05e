from collections.abc import Iterator
from typing import Any

import pytest

from tests.erasure.server import DeletingServer
from tests.erasure.zelda import zelda
from tests.langfuse_server import pointed_to

__all__ = ["langfuse", "zelda"]


@pytest.fixture
def langfuse(settings: Any) -> Iterator[DeletingServer]:
    yield from pointed_to(DeletingServer(), settings)
