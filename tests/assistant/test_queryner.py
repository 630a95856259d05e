"""The benchmark of reading, on three searches counted by hand and on the real ones."""

import gzip
import json
import os
from pathlib import Path

import pytest

from bench.queryner import measure

pytestmark = pytest.mark.django_db

SEARCHES = [
    ("bosch drill under $50", "B-creator B-core_product_type B-price I-price"),
    ("shorts high waisted", "B-core_product_type B-shape I-shape"),
    ("5 inch blender", "B-UoM I-UoM B-core_product_type"),
]


def test_the_figures_by_hand(tmp_path):
    rows = [{"query": text, "tokens": text.split(), "labels": labels.split()} for text, labels in SEARCHES]
    lines = "\n".join(map(json.dumps, rows)).encode()
    (tmp_path / "queryner").mkdir()
    (tmp_path / "queryner" / "dev.jsonl").write_bytes(lines)
    (tmp_path / "queryner" / "train.jsonl.gz").write_bytes(gzip.compress(lines))

    figures = measure(tmp_path)

    assert figures["head"]["accuracy"] == 1
    assert figures["head"]["last_word"] == pytest.approx(1 / 3)  # "blender" alone stands last
    assert figures["price"]["reading"] == {"precision": 1, "recall": 1, "found": 1, "labelled": 1}
    assert figures["price"]["any_number"]["precision"] == 0.5  # "5 inch" is none
    assert figures["exclusions"] == {"false_alarms": 0, "rate": 0, "queries": 3}
    assert figures["units"] == {"kept": 1, "words": 1}
    assert figures["brands"]["reading"]["recall"] == 1


@pytest.mark.data
@pytest.mark.skipif("SHOPASSIST_DATA" not in os.environ, reason="needs the folder of real data")
def test_real_searches_are_read_better_than_by_their_last_word():
    figures = measure(Path(os.environ["SHOPASSIST_DATA"]))

    assert figures["head"]["interval"][0] > figures["head"]["last_word"] + 0.15
    assert figures["exclusions"]["rate"] < 0.01
    assert figures["units"]["kept"] > 0.95
