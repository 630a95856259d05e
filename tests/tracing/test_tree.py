import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.tracing.answers import an_answer, stored
from tracing.context import TraceContext, entered
from tracing.models import Observation
from tracing.spans import observe, observe_root
from tracing.storage import record_score
from tracing.tree import branches, tree_lines

pytestmark = pytest.mark.django_db


def shown(*arguments):
    out = StringIO()
    call_command("show_trace", *arguments, stdout=out)
    return out.getvalue()


def test_the_tree_shows_who_did_what_below_whom():
    with observe_root("answer") as root:
        with observe("search", "retriever"), observe("index"):
            pass
        with observe("words", "generation") as words:
            words.model, words.usage = "llama", {"input": 12, "output": 3}
            words.warn("slow\nanswer \x1b[31m")
    lines = tree_lines(stored(root))
    assert [line.split("  ")[0] for line in lines] == ["answer", "├─ search", "│", "└─ words"]
    assert "│  └─ index  span  at " in lines[2]
    assert "llama  12 + 3 tokens  WARNING: slow\ufffdanswer \ufffd[31m" in lines[3]


def test_a_tree_is_one_query(django_assert_num_queries):
    trace = stored(an_answer())
    with django_assert_num_queries(1):
        tree_lines(trace)


def test_deep_and_orphaned_observations_are_shown():
    with observe_root("answer") as root:
        deep = [observe(f"step {n}") for n in range(1500)]
        for seen in deep:
            seen.__enter__()
        for seen in reversed(deep):
            seen.__exit__(None, None, None)
    trace = stored(root)
    assert branches(trace)[-1].depth == 1500
    Observation.objects.filter(trace=trace, position=700).update(parent_span_id="ab" * 8)
    assert len(branches(trace)) == 1501


def test_a_trace_of_a_caller_has_its_root_too():
    with entered(TraceContext("ab" * 16, parent_span_id="cd" * 8)):
        trace = stored(an_answer())
    assert [branch.depth for branch in branches(trace)] == [0, 1, 1]


def test_the_command_shows_a_trace_by_the_beginning_of_its_id():
    trace = stored(an_answer())
    record_score(trace, "user_rating", 4.5, comment="fine")
    text = shown(trace.trace_id[:12].upper())
    assert trace.trace_id in text
    assert "└─ filtered  event" in text
    assert "score user_rating 4.5 fine" in text


def test_traces_that_share_an_id_are_all_shown():
    with entered(TraceContext("ab" * 16)):
        first, second = stored(an_answer()), stored(an_answer())
    assert [trace["id"] for trace in json.loads(shown("ab" * 16, "--json"))] == [first.pk, second.pk]


def test_json_holds_everything():
    trace = stored(an_answer())
    record_score(trace, "user_rating", 4.5)
    (told,) = json.loads(shown(trace.trace_id, "--json"))
    assert (told["trace_id"], told["user_pseudonym"]) == (trace.trace_id, "u1")
    assert [seen["name"] for seen in told["observations"]] == ["answer", "words", "filtered"]
    assert told["observations"][1]["output"] == "Try this, Mr [name]."
    assert told["scores"][0]["value"] == 4.5


@pytest.mark.parametrize("trace_id", ["ab" * 16, "", "abc", "%", "' or 1=1"])
def test_an_unknown_trace_is_an_error(trace_id):
    stored(an_answer())
    with pytest.raises(CommandError, match="There is no trace"):
        shown(trace_id)
