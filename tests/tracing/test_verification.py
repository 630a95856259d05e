import json
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError
from django.utils import timezone

from tests import commands
from tests.tracing.answers import an_answer, stored
from tests.tracing.relaying import SCORES, TRACES, deliveries, later
from tracing import context
from tracing.context import TraceContext
from tracing.costs import forget_prices
from tracing.models import ModelPrice, OutboxEntry, Trace
from tracing.storage import record_score
from tracing.tasks import relay
from tracing.verification import delivered
from tracing.verification import run as verification

pytestmark = pytest.mark.django_db


def deliver():
    """All that waits, confirmed."""
    for _ in range(3):
        relay()
        later(30)
    assert not OutboxEntry.objects.undelivered().exists()


def a_delivered_trace():
    """An answer with a model call that costs, and a score of it."""
    ModelPrice.objects.get_or_create(
        pattern="llama3.1:8b", input_price=Decimal("0.001"), valid_from=timezone.localdate()
    )
    forget_prices()
    trace = stored(an_answer())
    record_score(trace, "user_rating", 4, comment="good")
    deliver()
    return trace


def run(*arguments):
    """Exit code and stdout."""
    return commands.run("verify_delivery", *arguments)[:2]


def found(*arguments):
    """The differences by kind, each as number and first detail."""
    code, text = run("--json", *arguments)
    differences = json.loads(text)["differences"]
    assert code == bool(differences)
    return {kind: (each["number"], each["examples"][0]["detail"]) for kind, each in differences.items()}


def test_what_arrived_as_it_was_sent_is_no_difference(langfuse_server):
    a_delivered_trace()
    code, text = run()
    assert code == 0
    assert text.startswith("1 traces and 1 scores since")
    assert text.endswith("LangFuse shows all of them as they are here.")


def rows_of(server, **fields):
    return [row for row in server.rows if all(row[key] == value for key, value in fields.items())]


def forget(server, **fields):
    for row in rows_of(server, **fields):
        server.rows.remove(row)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda s: s.rows.clear(), {"missing trace": (1, "3 observations")}),
        (lambda s: forget(s, isRootObservation=True), {"missing root": (1, "answer")}),
        (lambda s: forget(s, type="GENERATION"), {"missing generation": (1, "words")}),
        (lambda s: forget(s, name="filtered"), {"missing span": (1, "filtered")}),
        (lambda s: rows_of(s, name="words")[0].update(usageDetails={}), {"zero tokens": (1, "words: 150 here")}),
        (lambda s: rows_of(s, name="words")[0].update(usageDetails={"input": 0, "output": 0, "total": 0}),
         {"zero tokens": (1, "words: 150 here")}),
        (lambda s: rows_of(s, name="words")[0].update(costDetails={"total": 0.5}),
         {"other cost": (1, "words: 0.5, here 0.12")}),
        (lambda s: rows_of(s, name="words")[0].update(costDetails=None), {"other cost": (1, "words: 0, here 0.12")}),
        (lambda s: rows_of(s, name="answer")[0].update(userId=None), {"missing user": (1, "")}),
        (lambda s: rows_of(s, name="answer")[0].update(sessionId="other"), {"missing session": (1, "")}),
        (lambda s: s.rows.append({**s.rows[0], "id": "f" * 16, "name": "checkout", "isRootObservation": True}),
         {"two roots": (1, "answer, checkout")}),
        (lambda s: s.score_rows.clear(), {"missing score": (1, "user_rating")}),
        (lambda s: next(iter(s.score_rows.values())).update(value=1), {"other score": (1, "user_rating: 1, here 4")}),
        (lambda s: next(iter(s.score_rows.values())).update(comment="bad"),
         {"other score": (1, "user_rating: 4, here 4")}),
    ],
)  # fmt: skip
def test_each_difference_is_counted_with_an_example(langfuse_server, spoil, expected):
    trace = a_delivered_trace()
    spoil(langfuse_server)
    assert found() == expected
    code, text = run()
    assert code == 1
    assert trace.trace_id in text
    assert "→" in text


def test_a_span_that_langfuse_has_not_merged_yet_is_no_second_root(langfuse_server):
    a_delivered_trace()
    langfuse_server.rows += [dict(row) for row in langfuse_server.rows]
    assert found() == {}


def test_an_id_that_came_twice_makes_two_roots(langfuse_server):
    for _ in range(2):
        with context.entered(TraceContext("ab" * 16)):
            stored(an_answer())
    deliver()
    assert found() == {"two roots": (2, "answer, answer")}


def test_a_task_that_goes_on_with_its_caller_makes_no_second_root(langfuse_server):
    first = stored(an_answer())
    parent = first.observations.get(position=0).span_id
    with context.entered(TraceContext(first.trace_id, parent_span_id=parent, is_ours=True)):
        stored(an_answer())
    deliver()
    assert found() == {}
    assert [row["parentObservationId"] for row in langfuse_server.rows if row["isRootObservation"]] == [None]


def test_a_root_below_a_span_of_another_service_is_the_root_here(langfuse_server):
    with context.entered(TraceContext("ab" * 16, parent_span_id="cd" * 8)):
        stored(an_answer())
    deliver()
    assert [row["parentObservationId"] for row in langfuse_server.rows if row["isRootObservation"]] == ["cd" * 8]


def test_what_is_under_way_or_was_never_to_be_sent_is_not_asked_for(langfuse_server, settings):
    settings.LANGFUSE_ENABLED = False
    stored(an_answer())
    settings.LANGFUSE_ENABLED, settings.LANGFUSE_SAMPLE_RATE = True, 0
    stored(an_answer())
    settings.LANGFUSE_SAMPLE_RATE = 1
    stored(an_answer())
    assert deliveries() == ["kept", "sampled out", "waiting"]
    relay()
    langfuse_server.rows.clear()
    assert run()[1].startswith("0 traces and 0 scores")
    later(600)  # sent long ago, and not confirmed
    assert found() == {"missing trace": (1, "3 observations")}


def test_older_traces_are_left_out(langfuse_server):
    trace = a_delivered_trace()
    Trace.objects.filter(pk=trace.pk).update(started_at=timezone.now() - timedelta(days=30))
    assert run()[1].startswith("0 traces")
    day = timezone.localdate() - timedelta(days=31)
    assert run("--since", day.isoformat())[1].startswith("1 traces and 1 scores")


def test_what_is_missing_is_sent_again_as_the_same_bytes(langfuse_server):
    a_delivered_trace()
    langfuse_server.rows.clear()
    langfuse_server.score_rows.clear()
    code, text = run("--send-again")
    assert code == 1
    assert "2 traces and scores wait to be sent again." in text
    assert deliveries() == ["waiting"]
    run("--send-again")  # what waits already is neither doubled nor counted as delivered
    deliver()
    assert found() == {}
    for path in (TRACES, SCORES):
        first, second = langfuse_server.sent(path)
        assert first.body == second.body


def test_bytes_that_were_purged_are_made_again(langfuse_server):
    a_delivered_trace()
    OutboxEntry.objects.all().delete()
    assert run()[0] == 0
    langfuse_server.rows.clear()
    langfuse_server.score_rows.clear()
    assert found("--send-again").keys() == {"missing trace", "missing score"}
    deliver()
    assert found() == {}
    first, second = langfuse_server.sent(TRACES)
    assert first.body == second.body


def test_two_roots_are_not_sent_again(langfuse_server):
    a_delivered_trace()
    langfuse_server.rows.append({**langfuse_server.rows[0], "id": "f" * 16, "isRootObservation": True})
    assert found("--send-again").keys() == {"two roots"}
    assert deliveries() == ["confirmed"]


def test_many_traces_are_asked_for_in_batches(langfuse_server, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(delivered, "BATCH", 3)
    for _ in range(7):
        trace = stored(an_answer())
        record_score(trace, "user_rating", 4)
    Trace.objects.update(started_at=trace.started_at)  # at one moment: none is skipped or seen twice
    deliver()
    langfuse_server.requests.clear()
    with django_assert_num_queries(3 * 3 + 1):  # a batch: traces, observations, scores; and the end
        assert run()[1].startswith("7 traces and 7 scores")
    assert len(langfuse_server.sent("/api/public/v2/observations")) == 3
    assert len(langfuse_server.sent("/api/public/v3/scores")) == 3


def test_only_some_examples_are_kept(langfuse_server, monkeypatch):
    monkeypatch.setattr(verification, "EXAMPLES", 2)
    for _ in range(4):
        stored(an_answer())
    deliver()
    langfuse_server.rows.clear()
    missing = json.loads(run("--json")[1])["differences"]["missing trace"]
    assert (missing["number"], len(missing["examples"])) == (4, 2)


def test_a_langfuse_that_stops_answering_is_an_error_and_no_difference(langfuse_server, monkeypatch):
    monkeypatch.setattr(verification, "sleep", lambda seconds: None)
    a_delivered_trace()
    langfuse_server.status = 503
    with pytest.raises(CommandError, match=r"stopped answering after 0 traces, 0 differences: .*503"):
        run()
    assert len(langfuse_server.sent("/api/public/v2/observations")) >= verification.TRIES


def test_a_langfuse_that_asks_to_wait_is_asked_again(langfuse_server, monkeypatch):
    waited = []

    def sleep(seconds):
        waited.append(seconds)
        langfuse_server.status = 0

    monkeypatch.setattr(verification, "sleep", sleep)
    a_delivered_trace()
    langfuse_server.status, langfuse_server.headers = 429, {"Retry-After": "7"}
    assert run()[0] == 0
    assert waited == [7]


def test_without_langfuse_nothing_is_compared(settings):
    settings.LANGFUSE_ENABLED = False
    with pytest.raises(CommandError, match="LangFuse is off"):
        run()


def test_hostile_names_do_not_reach_the_terminal(langfuse_server):
    a_delivered_trace()
    extra = {**langfuse_server.rows[0], "id": uuid.uuid4().hex[:16], "name": "\x1b]0;owned", "isRootObservation": True}
    langfuse_server.rows.append(extra)
    assert "\x1b" not in run()[1]
