"""A trace as an assistant would leave it."""

from django.db import transaction

from tracing.models import Trace
from tracing.spans import Root, observe, observe_root
from tracing.storage import store


def an_answer() -> Root:
    with observe_root("answer", input={"question": "What would Kenneth Martinez like?"}) as root:
        root.user_pseudonym, root.session_id, root.tags = "u1", "s1", ["intent:recommendation", "channel:web"]
        root.metadata = {"intent": "recommendation", "confidence": 0.97}
        root.sensitive = ["Kenneth Martinez"]
        with observe("words", "generation", input="Kenneth wrote from k@example.org") as seen:
            seen.model, seen.usage = "llama3.1:8b", {"input": 120, "output": 30}
            seen.model_parameters = {"temperature": 0.2}
            seen.output = "Try this, Mr Martinez."
        root.event("filtered", {"removed": 2})
    return root


def stored(root: Root) -> Trace:
    with transaction.atomic():
        return store(root)
