from tests.assistant.conftest import ollama
from tests.erasure.conftest import langfuse

__all__ = ["langfuse", "ollama"]
