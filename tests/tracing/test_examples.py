"""The examples of docs/tracing.md, run as they stand there."""

import re
from pathlib import Path

import pytest

from tracing.models import Trace

DOCUMENT = Path(__file__).parents[2] / "docs" / "tracing.md"
SECTION = DOCUMENT.read_text().partition("## In a shop's own code")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"```python\n(.*?)```", SECTION, flags=re.DOTALL)

LEFT: dict[
    str, dict[str, list[str] | None]
] = {  # what an example leaves: each trace's name and the types and names below it
    'span("stock"': {"stock": []},
    "campaign:": {"reminder": ["SPAN letter"]},
    "callbacks": {"advise": ["SPAN rules of the house", "GENERATION FakeListChatModel"]},
    "coupon_refused": {"checkout": ["EVENT coupon_refused"]},
    "complete": {"nightly prices": []},
    "user_rating": {"personalized_recommendation": None},
    "shared_task": {"checkout": ["TOOL reorder"]},
}


@pytest.mark.django_db
@pytest.mark.parametrize("sign", LEFT)
def test_an_example_does_what_it_says(sign):
    (example,) = (each for each in EXAMPLES if sign in each)
    exec(compile(example, str(DOCUMENT), "exec"), {"__name__": "example"})
    traces = {trace.name: trace for trace in Trace.objects.all()}
    assert set(traces) == set(LEFT[sign])
    for name, below in LEFT[sign].items():
        seen = traces[name].observations.filter(position__gt=0)
        assert below is None or [f"{each.type} {each.name}" for each in seen] == below
    if sign == "campaign:":
        (letter,) = traces["reminder"].observations.filter(name="letter")
        assert letter.input == "Dear [name], your router is back."
        assert (len(traces["reminder"].user_pseudonym), traces["reminder"].tags) == (32, ["campaign:back-in-stock"])
    if sign == "complete":
        assert [(each.value, each.comment) for each in traces["nightly prices"].scores.all()] == [(1, "")]
    if sign == "user_rating":
        score = traces["personalized_recommendation"].scores.get(name="user_rating")
        assert (score.value, score.comment) == (4.5, "just right")


def test_every_example_is_run():
    assert len(EXAMPLES) == len(LEFT)
