"""The same graph through LangFuse's SDK and through ours: a LangFuse server gets the same account."""

import json
from typing import Any, TypedDict

import pytest
from langfuse import Langfuse, propagate_attributes
from langgraph.graph import END, START, StateGraph

from tests.tracing.answers import stored
from tracing.prompts import get_prompt, seed_prompts
from tracing.spans import observe, observe_root
from tracing.tasks import relay

pytestmark = pytest.mark.django_db

TAGS = ["intent:recommendation", "channel:web"]
METADATA = {"intent": "recommendation"}
QUESTION = {"question": "a toaster under 50"}
MESSAGES = [{"role": "user", "content": "a toaster"}]


class State(TypedDict, total=False):
    words: str


def graph(search, words):
    build = StateGraph(State)
    build.add_node("search", search)
    build.add_node("words", words)
    build.add_edge(START, "search")
    build.add_edge("search", "words")
    build.add_edge("words", END)
    return build.compile()


def by_the_sdk(server):
    client = Langfuse(
        public_key=server.public_key,
        secret_key=server.secret_key,
        base_url=server.url,
        environment="staging",
        release="1.2.3",
    )

    class Prompt:  # what the SDK reads of a prompt
        name, version, is_fallback = "greeting", 1, False

    def search(_state: State) -> State:
        with client.start_as_current_observation(name="search", as_type="retriever", input=QUESTION) as seen:
            seen.update(output=["t1", "t2"], metadata={"strategy": "search"})
            seen.create_event(name="filtered", metadata={"removed": 2})
        return {}

    def words(_state: State) -> State:
        with client.start_as_current_observation(name="words", as_type="generation", input=MESSAGES) as seen:
            seen.update(
                output="Take t1.",
                model="llama3.1:8b",
                model_parameters={"temperature": 0.2},
                usage_details={"input": 12, "output": 3, "total": 15},
                cost_details={"total": 0.0},
                prompt=Prompt(),  # type: ignore[arg-type]
                level="WARNING",
                status_message="slow",
            )
        return {"words": "Take t1."}

    with (
        propagate_attributes(user_id="u1", session_id="s1", tags=TAGS, metadata=METADATA, trace_name="answer"),
        client.start_as_current_observation(name="answer", as_type="agent", input=QUESTION) as root,
    ):
        root.update(output=graph(search, words).invoke({}))
    client.flush()
    client.shutdown()


def by_ours(tmp_path):
    (tmp_path / "greeting.md").write_text("Say hello.")
    seed_prompts(tmp_path)

    def search(_state: State) -> State:
        with observe("search", "retriever", input=QUESTION) as seen:
            seen.output, seen.metadata = ["t1", "t2"], {"strategy": "search"}
            seen.event("filtered", {"removed": 2})
        return {}

    def words(_state: State) -> State:
        with observe("words", "generation", input=MESSAGES) as seen:
            seen.output, seen.model, seen.model_parameters = "Take t1.", "llama3.1:8b", {"temperature": 0.2}
            seen.usage, seen.prompt = {"input": 12, "output": 3}, get_prompt("greeting")
            seen.warn("slow")
        return {"words": "Take t1."}

    with observe_root("answer", input=QUESTION) as root:
        root.user_pseudonym, root.session_id, root.tags, root.metadata = "u1", "s1", TAGS, METADATA
        root.output = graph(search, words).invoke({})
    stored(root)
    relay()


def unquoted(key, value):
    """SDK 5 writes text in metadata as JSON, for servers from 4.59 on; on others its quotes would be seen."""
    quoted = "metadata." in key and value.startswith('"')
    return json.loads(value) if quoted or str(value).startswith("{") else value  # {: PostgreSQL orders keys its own way


def received(server):
    """By name: what the server made of each observation, and the attributes it got."""
    names = {row["id"]: row["name"] for row in server.rows}
    told: dict[str, dict[str, Any]] = {}
    for row in server.rows:
        kept = {key: row[key] for key in row if key not in {"id", "traceId", "startTime", "endTime", "visible"}}
        kept["parentObservationId"] = names.get(row["parentObservationId"])
        kept["attributes"] = {key: unquoted(key, value) for key, value in row["attributes"].items()}
        kept["metadata"] = {key: unquoted("metadata.", value) for key, value in row["metadata"].items()}
        told[row["name"]] = kept
    server.rows.clear()
    return told


@pytest.fixture
def both(langfuse_server, settings, tmp_path):
    settings.LANGFUSE_ENVIRONMENT, settings.LANGFUSE_RELEASE = "staging", "1.2.3"
    by_the_sdk(langfuse_server)
    theirs = received(langfuse_server)
    by_ours(tmp_path)
    return theirs, received(langfuse_server)


def test_a_langfuse_server_gets_and_makes_the_same_of_both(both):
    theirs, ours = both
    assert set(ours) == set(theirs) == {"answer", "search", "words", "filtered"}
    for name in ours:
        assert ours[name] == theirs[name]
