"""LangSmith beside LangFuse: both get the same run, and nobody waits for either."""

import json
import logging
import os
import subprocess
import sys
from datetime import datetime

import pytest
from django.db import transaction
from langsmith import Client
from langsmith.schemas import Run

from tests.langsmith_server import LangSmithServer, langsmith_server
from tests.tracing.answers import an_answer, stored
from tracing.langsmith import sender as sending
from tracing.langsmith.runs import runs_of
from tracing.langsmith.sender import Sender, batches, sender
from tracing.models import Observation, Trace
from tracing.prompts import get_prompt, seed_prompts
from tracing.shop import event, span
from tracing.spans import observe_root
from tracing.tasks import relay

__all__ = ["langsmith_server"]

pytestmark = pytest.mark.django_db(transaction=True)


def a_question(tmp_path):
    """One with everything that a trace can have, an error among it."""
    (tmp_path / "greeting.md").write_text("Say hello.")
    seed_prompts(tmp_path)
    with observe_root("answer", input={"query": "a toaster for Kenneth Martinez"}) as root:
        root.user_pseudonym, root.session_id, root.tags = "u1", "s1", ["intent:recommendation"]
        root.metadata, root.sensitive = {"intent": "recommendation"}, ["Kenneth Martinez"]
        with span("search", "retriever", input="a toaster") as seen:
            seen.output = ["t1", "t2"]
            event("filtered", {"removed": 2})
        with span("words", "generation", input=[{"role": "human", "content": "mail k@example.org"}]) as seen:
            seen.model, seen.usage = "llama3.1:8b", {"input": 120, "output": 30}
            seen.model_parameters, seen.prompt = {"temperature": 0.2}, get_prompt("greeting")
            seen.output = "Take t1, Kenneth."
            seen.warn("slow")
        try:
            with span("stock", "tool"):
                raise LookupError("no such product for Kenneth")
        except LookupError:
            root.output = {"answer": "Take t1."}
    return stored(root)


LANGSMITH_CALLS_IT = {"GENERATION": "llm", "TOOL": "tool", "RETRIEVER": "retriever"}


def test_both_get_the_same_run(langfuse_server, langsmith_server, tmp_path):
    trace = a_question(tmp_path)
    relay()
    sender.finish()
    runs = {run["extra"]["metadata"]["langfuse_observation_id"]: run for run in langsmith_server.runs.values()}
    assert set(runs) == set(langfuse_server.observations)
    assert len(runs) == 5
    (root,) = (run for run in runs.values() if run["parent_run_id"] is None)
    for span_id, seen in langfuse_server.observations.items():
        run, told = runs[span_id], runs[span_id]["extra"]["metadata"]
        parent = runs.get(seen["parentObservationId"])
        assert (run["name"], run["trace_id"]) == (seen["name"], root["id"])
        assert run["parent_run_id"] == (parent and parent["id"])
        assert run["dotted_order"].startswith(f"{parent['dotted_order']}." if parent else "2")
        assert run["run_type"] == LANGSMITH_CALLS_IT.get(seen["type"], "chain")
        assert (told["langfuse_trace_id"], told["langfuse_type"]) == (seen["traceId"], seen["type"].lower())
        assert said(run["inputs"]) == read(seen["input"])
        assert said(run["outputs"]) == read(seen["output"])
        assert (told.get("ls_model_name"), run["extra"]["invocation_params"]) == (
            seen["model"],
            seen["modelParameters"],
        )
        assert tokens(told) == seen["usageDetails"]
        assert (run["error"] or "", told.get("level", "DEFAULT"), told.get("status_message", "")) == (
            seen["statusMessage"] if seen["level"] == "ERROR" else "",
            seen["level"],
            seen["statusMessage"],
        )
        assert (told["user_id"], told["session_id"]) == (seen["userId"], seen["sessionId"])
        assert nanoseconds(run["start_time"]) == seen["startTime"]
        assert abs(nanoseconds(run["end_time"]) - seen["endTime"]) < 2_000
        assert run["session_name"] == "side by side"
    assert root["tags"] == ["intent:recommendation"]
    assert root["extra"]["metadata"]["langfuse_trace_id"] == trace.trace_id


def said(mapping):
    """LangSmith has mappings alone, so what was none is in one of ours."""
    return mapping[next(iter(mapping))] if set(mapping) & {"input", "output", "messages"} else mapping or None


def read(text):
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError:
        return text


def tokens(told):
    usage = told.get("usage_metadata", {})
    return {name.removesuffix("_tokens"): count for name, count in usage.items() if name.endswith("_tokens")}


def nanoseconds(text):
    moment = datetime.fromisoformat(text)
    return int(moment.timestamp()) * 10**9 + moment.microsecond * 1_000


def test_nothing_personal_goes_there(langsmith_server, tmp_path):
    a_question(tmp_path)
    sender.finish()
    (body,) = langsmith_server.bodies
    for secret in (b"Kenneth", b"Martinez", b"k@example.org"):
        assert secret not in body
    assert b"Take t1, [name]." in body


def test_langsmiths_own_client_sends_the_same(langsmith_server, tmp_path):
    trace = a_question(tmp_path)
    sender.finish()
    ours = dict(langsmith_server.runs)
    langsmith_server.runs.clear()
    client = Client(api_url=langsmith_server.url, api_key=langsmith_server.api_key, auto_batch_tracing=False)
    client.batch_ingest_runs(create=runs_of(trace, trace.observations.all(), "side by side"))
    assert langsmith_server.paths == ["/runs/batch"] * 2
    for run_id, theirs in langsmith_server.runs.items():
        theirs["extra"].pop("runtime")  # it tells of the machine, and of LangSmith's variables in the metadata
        assert ours[run_id]["extra"].pop("metadata").items() <= theirs["extra"].pop("metadata").items()
        theirs |= {moment: theirs[moment].replace("Z", "+00:00") for moment in ("start_time", "end_time")}
        assert ours[run_id] == {"error": None} | theirs
        Run.model_validate(ours[run_id] | {"session_id": run_id})  # which the server fills in
    assert set(ours) == set(langsmith_server.runs)


def test_what_is_rolled_back_is_not_sent(langsmith_server):
    with transaction.atomic():
        stored(an_answer())
        transaction.set_rollback(True)
    stored(an_answer())
    sender.finish()
    assert len({run["trace_id"] for run in langsmith_server.runs.values()}) == 1


def test_what_is_sampled_out_for_one_is_for_both(langsmith_server, langfuse_server, settings):
    settings.LANGFUSE_SAMPLE_RATE = 0
    stored(an_answer())
    sender.finish()
    assert not langsmith_server.bodies


def test_nobody_waits_for_a_langsmith_that_hangs(langsmith_server):
    langsmith_server.hangs = True
    stored(an_answer())
    assert langsmith_server.came.wait(30)
    stored(an_answer())  # while the first request still hangs
    assert not langsmith_server.released.is_set()
    assert Trace.objects.count() == 2


def test_a_langsmith_that_fails_is_told_in_the_log_and_gets_it_when_it_is_back(langsmith_server, caplog, monkeypatch):
    monkeypatch.setattr(sending, "LONGEST_PAUSE", 0.05)
    langsmith_server.status = 503
    stored(an_answer())
    assert langsmith_server.came.wait(30)
    langsmith_server.status = 0
    while sender.waiting.unfinished_tasks:
        sender.failing = False
        sender.finish(30)
    assert len(langsmith_server.runs) == 3
    assert "LangSmith has not got the trace" in caplog.text
    assert "503" in caplog.text


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_it_never_takes_holds_up_nothing(langsmith_server, caplog, status):
    langsmith_server.status = status
    stored(an_answer())
    sender.finish()
    langsmith_server.status = 0
    stored(an_answer())
    sender.finish()
    assert len(langsmith_server.runs) == 3
    assert f"LangSmith never takes the trace {Trace.objects.earliest('pk').pk}: {status}" in caplog.text


def test_what_is_there_already_is_not_sent_for_ever(langsmith_server):
    trace = stored(an_answer())
    sender.finish()
    sender.put(trace.pk)
    sender.finish()
    assert len(langsmith_server.bodies) == 2
    assert not sender.failing


def test_what_was_erased_meanwhile_is_not_sent(langsmith_server):
    trace = stored(an_answer())
    sender.finish()
    trace.delete()
    sender.put(trace.pk or 0)
    sender.finish()
    assert len(langsmith_server.bodies) == 1


def test_no_more_wait_than_fit_and_the_log_says_so_once(monkeypatch, caplog):
    monkeypatch.setattr(sending, "MAX_WAITING", 2)
    monkeypatch.setattr(Sender, "_work", lambda self, waiting: None)  # a thread that gets nowhere
    full = Sender()
    for pk in range(10):
        full.put(pk)
    assert full.waiting.qsize() == 2
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "2 traces wait already" in caplog.text


def test_many_runs_go_in_batches_that_langsmith_takes():
    runs = [{"id": str(number), "inputs": {"words": "x" * 1_000}} for number in range(250)]
    sent = [json.loads(body)["post"] for body in batches(runs)]
    assert [len(batch) for batch in sent] == [100, 100, 50]
    assert [run for batch in sent for run in batch] == runs
    assert list(batches([])) == []
    large = [{"id": str(number), "inputs": {"words": "x" * 3_000_000}} for number in range(3)]
    assert [len(json.loads(body)["post"]) for body in batches(large)] == [1, 1, 1]


def test_a_run_whose_parent_was_not_kept_hangs_below_the_root():
    trace = stored(an_answer())
    Observation.objects.filter(trace=trace, name="words").update(parent_span_id="ff" * 8)
    root, words, _ = runs_of(trace, trace.observations.all(), "p")
    assert words["parent_run_id"] == root["id"]
    assert words["dotted_order"].startswith(f"{root['dotted_order']}.")


ASKS_A_MODEL = """
import django; django.setup()
from django.conf import settings
from langchain_core.language_models import FakeListChatModel
from langchain_core.tracers.langchain import wait_for_all_tracers
FakeListChatModel(responses=["hello"]).invoke("Kenneth's secret")
wait_for_all_tracers()
print(settings.LANGSMITH_ENABLED)
"""


def settings_of(**variables):
    """What ShopAssist makes of these variables, after a model was asked."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LANGSMITH_", "LANGCHAIN_", "ENABLE_TRACING"))}
    program = [sys.executable, "-c", ASKS_A_MODEL]
    environment = kept | {"DJANGO_SETTINGS_MODULE": "shopassist.settings", **variables}
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("variables", "enabled"),
    [
        ({"LANGCHAIN_TRACING_V2": "true", "LANGSMITH_TRACING_V2": "true", "LANGCHAIN_API_KEY": "k"}, "False"),
        ({"LANGCHAIN_TRACING": "true", "LANGSMITH_API_KEY": "k", "LANGSMITH_PROJECT": "p"}, "False"),
        ({"LANGSMITH_TRACING": "true", "LANGSMITH_API_KEY": "k"}, "True"),
        ({"ENABLE_TRACING": "true", "LANGSMITH_API_KEY": "k", "LANGCHAIN_TRACING_V2": "true"}, "True"),
    ],
)
def test_langchain_itself_sends_nothing_whatever_lies_around(variables, enabled):
    server = LangSmithServer()
    places = {"LANGSMITH_ENDPOINT": server.url, "LANGCHAIN_ENDPOINT": server.url}
    done = settings_of(**variables, **places)
    server.stop()
    assert done.stdout.strip() == enabled, done.stderr
    assert not server.bodies


def test_asked_for_without_a_key_it_says_what_is_missing():
    assert "needs LANGSMITH_API_KEY" in settings_of(LANGSMITH_TRACING="true").stderr
