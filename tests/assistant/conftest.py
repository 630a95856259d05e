import pytest

from tests.ollama_server import running_ollama


@pytest.fixture
def ollama(settings):
    """Ollama's protocol on loopback, and settings that ask it."""
    from django.core.cache import cache

    cache.clear()
    with running_ollama() as server:
        settings.LLM_BACKEND = "ollama"
        settings.OLLAMA_BASE_URL = server.base_url
        settings.OLLAMA_TIMEOUT = 1.0
        settings.OLLAMA_RETRIES = 0
        settings.LLM_MODELS = {"intent": "tiny:1b", "response": "talker:8b"}
        yield server
    cache.clear()
