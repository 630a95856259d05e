import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from tests.tracing.answers import an_answer
from tests.tracing.decoding import bytes_of, decoded
from tracing.models import Observation, OutboxEntry, Score, Trace
from tracing.prompts import get_prompt, seed_prompts
from tracing.spans import observe, observe_root
from tracing.storage import record_score, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def langfuse_on(settings):
    settings.LANGFUSE_ENABLED = True


def test_rows_say_what_happened():
    trace = store(an_answer())
    assert (trace.name, trace.observations.count(), trace.input_tokens, trace.output_tokens) == ("answer", 3, 120, 30)
    assert trace.metadata == {"intent": "recommendation", "confidence": 0.97}
    assert trace.tags == ["intent:recommendation", "channel:web"]
    words = trace.observations.get(name="words")
    assert (words.type, words.model, words.usage) == (
        "GENERATION",
        "llama3.1:8b",
        {"input": 120, "output": 30, "total": 150},
    )
    assert words.parent_span_id == trace.observations.get(position=0).span_id
    assert trace.observations.get(type="EVENT").metadata == {"removed": 2}


def test_nothing_personal_is_stored_or_sent(langfuse_on):
    store(an_answer())
    root, words, _ = Observation.objects.all()
    assert root.input == {"question": "What would [name] like?"}
    assert words.input == "[name] wrote from [email]"
    assert words.output == "Try this, Mr [name]."
    body = bytes_of(OutboxEntry.objects.get())
    assert b"Kenneth" not in body
    assert b"Martinez" not in body
    assert b"[name] wrote from [email]" in body


def test_an_exceptions_words_are_masked(langfuse_on):
    root = observe_root("answer")
    root.sensitive = ["Kenneth Martinez"]
    with pytest.raises(LookupError), root:
        raise LookupError("nobody is called kenneth martinez, ask 555-123-4567")
    assert store(root).status_message == "LookupError: nobody is called [name], ask [phone]"
    assert b"martinez" not in bytes_of(OutboxEntry.objects.get())


def test_every_span_sent_carries_what_langfuse_does_not_inherit(langfuse_on, settings):
    settings.LANGFUSE_ENVIRONMENT, settings.LANGFUSE_RELEASE = "Staging", "1.2.3"
    trace = store(an_answer())
    spans = decoded(bytes_of(OutboxEntry.objects.get()))
    assert len(spans) == 3
    for span in spans:
        assert span["trace_id"] == trace.trace_id
        assert (
            span["attributes"].items()
            >= {
                "user.id": "u1",
                "session.id": "s1",
                "langfuse.environment": "staging",
                "langfuse.release": "1.2.3",
                "langfuse.trace.name": "answer",
                "langfuse.trace.metadata.intent": "recommendation",
                "langfuse.trace.metadata.confidence": "0.97",
            }.items()
        )
        assert span["attributes"]["langfuse.trace.tags"] == ["intent:recommendation", "channel:web"]


def test_rows_and_spans_agree_on_times(langfuse_on):
    store(an_answer())
    for row, span in zip(Observation.objects.all(), decoded(bytes_of(OutboxEntry.objects.get())), strict=True):
        assert span["start"] / 1e9 == pytest.approx(row.started_at.timestamp(), abs=2e-6)
        assert (span["end"] - span["start"]) / 1e6 == pytest.approx(row.duration_ms, abs=1e-6)


def test_storing_takes_one_query_whatever_its_size(langfuse_on, django_assert_num_queries):
    with observe_root("answer") as root:
        for _ in range(300):
            with observe("step"):
                pass
    with django_assert_num_queries(1):  # the trace, its observations, its outbox entry
        store(root)


def test_without_langfuse_nothing_waits():
    trace = store(an_answer())
    record_score(trace, "user_rating", 4.5)
    assert not OutboxEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_trace_is_only_stored_together_with_something():
    with pytest.raises(TransactionManagementError):
        store(an_answer())
    with transaction.atomic():
        store(an_answer())
        transaction.set_rollback(True)
    assert not Trace.objects.exists()


def test_an_open_root_is_not_stored():
    with observe_root("answer") as root, pytest.raises(ValueError, match="not ended"):
        store(root)


@pytest.mark.parametrize(
    "value", ["nul \x00 and half \ud800 pair", {"a\x00": ["\x00"]}, float("nan"), {1: Decimal("0.10")}]
)
def test_what_postgresql_cannot_keep_is_replaced(value, langfuse_on):
    with observe_root("ans\x00wer", input=value) as root:
        root.session_id = "\x00"
        root.tags = ["\ud800"]
        root.warn("\x00")
    trace = store(root)
    assert trace.name == "ans\ufffdwer"
    assert trace.observations.get().input is not None


def test_a_huge_output_is_cut_and_says_so(langfuse_on):
    with observe_root("answer", input=["word"] * 100_000) as root:
        root.output = "x" * 5_000_000
    seen: Any = store(root).observations.get()
    assert seen.output.startswith("xxx")
    assert seen.output.endswith("characters]")
    assert seen.input[-1] == "… 98000 more"
    assert len(bytes_of(OutboxEntry.objects.get())) < 250_000


def test_a_prompt_names_itself_on_its_generation(tmp_path, langfuse_on):
    (tmp_path / "greeting.md").write_text("Say hello.")
    seed_prompts(tmp_path)
    with observe_root("answer") as root, observe("words", "generation") as seen:
        seen.model = "m"
        seen.prompt = get_prompt("greeting")
    words = store(root).observations.get(name="words")
    assert (words.prompt_name, words.prompt_version) == ("greeting", 1)
    sent = decoded(bytes_of(OutboxEntry.objects.get()))[1]["attributes"]
    assert sent["langfuse.observation.prompt.name"] == "greeting"
    assert sent["langfuse.observation.prompt.version"] == 1


def test_usage_that_is_no_count_is_left_out():
    with observe_root("answer", "generation") as root:
        root.model = "m"
        root.usage = {"input": 3, "output": -1, "cached": 1.5, "huge": 2**40}  # type: ignore[dict-item]
    assert store(root).observations.get().usage == {"input": 3, "total": 3}


def test_a_score_is_changed_under_its_id(langfuse_on):
    trace = store(an_answer())
    first = record_score(trace, "user_rating", 2, comment="mail k@example.org")
    assert first.comment == "mail [email]"
    again = record_score(trace, "user_rating", 5, score_id=first.pk)
    assert (again.pk, Score.objects.get().value, Score.objects.get().comment) == (first.pk, 5, "")
    assert json.loads(bytes(OutboxEntry.objects.get(kind="score").body or b""))["value"] == 5
    with pytest.raises(ValueError, match="user_rating"):
        record_score(trace, "other", 1, score_id=first.pk)
