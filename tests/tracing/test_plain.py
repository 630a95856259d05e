import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage

from tracing.models import Trace
from tracing.plain import LIMIT, as_text, cut_json, plain


class Colour(Enum):
    RED = "red"


@dataclass
class Point:
    x: float
    label: str


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("19.90"), "19.90"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00+00:00"),
        (time(12, 30), "12:30:00"),
        (timedelta(seconds=90), "0:01:30"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Path("/tmp/x"), "/tmp/x"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (True, True),
        (10**30, "<int of 100 bits>"),
        (Colour.RED, "red"),
        ({"b", "a"}, ["a", "b"]),
        (("a", 1), ["a", 1]),
        ({1: None, Colour.RED: 2, None: 3}, {"1": None, "red": 2, "None": 3}),
        (Point(1.5, "x"), {"x": 1.5, "label": "x"}),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.float32(0.5), 0.5),
        (b"\x00\xff", "<bytes>"),
        (ValueError("no\x00"), "ValueError: no\ufffd"),
        (object(), "<object>"),
        (Trace(name="x"), "<Trace>"),
        (Trace, "<ModelBase>"),
    ],
)
def test_values_as_json(value, shown):
    assert plain(value) == shown


def test_messages_of_a_model_keep_their_words():
    shown: Any = plain([HumanMessage("hello")])
    assert shown[0]["content"] == "hello"


def test_what_contains_itself_ends():
    loop: list[Any] = []
    loop.append(loop)
    tree: dict[str, Any] = {}
    tree["self"] = tree
    assert len(as_text(plain([loop, tree]))) < 1000


def test_what_is_too_much_is_cut_and_says_so():
    numbers: Any = plain(list(range(5000)))
    squares: Any = plain({n: n * n for n in range(5000)})
    assert (numbers[-1], squares["…"]) == ("… 3000 more", "3000 more")
    assert str(cut_json("x" * (LIMIT + 1))).endswith("[cut, 100,001 characters]")
    assert cut_json("x" * LIMIT) == "x" * LIMIT
    assert isinstance(cut_json([["x" * 1000]] * 1000), str)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals() | st.dates() | st.binary()
    | st.uuids() | st.sets(st.text()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=15,
)  # fmt: skip


@given(anything)
def test_anything_becomes_json_that_stays_the_same(value):
    shown = plain(value)
    text = json.dumps(shown, allow_nan=False)
    assert json.loads(text) == shown == plain(shown)
    assert "\\u0000" not in text
    text.encode()
