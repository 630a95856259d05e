"""Figures are those of the tool that the engine is judged by, and of the methods as others measured them."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_limits

from recommendations.engine.comparison.intervals import interval, resampled_means
from recommendations.engine.comparison.measuring import ShopResult, measure
from recommendations.engine.comparison.metrics import LONGEST, METRICS, quality
from recommendations.engine.comparison.neighbours import UserKnn
from recommendations.engine.comparison.peers import PEERS
from recommendations.engine.comparison.report import figures
from recommendations.engine.comparison.shop_files import Split, read_split
from recommendations.engine.purchases import Ints

DATA = Path(os.environ.get("SHOPASSIST_DATA", ""))
FOLDER = DATA / "online_retail_small"
TOOL = DATA.parent / "tools" / "evaluate.py"
TOOLS_NAMES = {"hr_5": "hitrate5", "hr_10": "hitrate10", "recall_20": "recall20", "ndcg_10": "ndcg10", "mrr": "mrr100"}

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not os.environ.get("SHOPASSIST_DATA"), reason="SHOPASSIST_DATA names no folder of real data"),
]


@pytest.mark.parametrize("test_file", ["test.csv", "test_basket.csv.gz"])
@pytest.mark.skipif(not TOOL.exists(), reason="the tool is not beside the data")
def test_the_tool_prints_the_same_figures(tmp_path, test_file):
    (tmp_path / "train.csv").write_bytes(gzip.decompress((FOLDER / "train.csv.gz").read_bytes()))
    content = (FOLDER / test_file).read_bytes()
    (tmp_path / "test.csv").write_bytes(gzip.decompress(content) if test_file.endswith(".gz") else content)
    split = read_split(tmp_path)
    peer = UserKnn(nearest=50)
    peer.fit(split.train)
    lists = peer.rank(split.customers, split.times, LONGEST)
    told = the_tool(tmp_path, split, lists)
    found = quality(lists, split.targets, split.wanted)
    for metric, value in zip(METRICS, found.of_customers.mean(axis=0), strict=True):
        assert value == pytest.approx(told[TOOLS_NAMES[metric]], abs=6e-5)
    draws = resampled_means(found.of_customers, seed=0)
    assert interval(draws[:, METRICS.index("hr_10")]) == pytest.approx(told["hitrate10_ci95"], abs=6e-5)
    assert interval(draws[:, METRICS.index("ndcg_10")]) == pytest.approx(told["ndcg10_ci95"], abs=6e-5)
    assert found.coverage == pytest.approx(told["coverage10"], abs=6e-5)
    assert found.gini == pytest.approx(told["gini10"], abs=6e-5)
    assert told["already_bought10"] == 0


def the_tool(folder: Path, split: Split, lists: Ints) -> dict[str, Any]:
    with (folder / "lists.csv").open("w") as file:
        file.write("customer_id,product_id,rank\n")
        for customer, products in zip(split.customers, lists, strict=True):
            for rank, product in enumerate(products[products >= 0], 1):
                file.write(f"{split.customer_ids[customer]},{split.product_ids[product]},{rank}\n")
    names = {"--train": "train.csv", "--test": "test.csv", "--pred": "lists.csv"}
    arguments = [part for option, name in names.items() for part in (option, str(folder / name))]
    run = subprocess.run([sys.executable, str(TOOL), *arguments, "--json"], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def test_peers_reach_what_others_measured():
    """The table beside the data, within what the choice of options moves it by."""
    split = read_split(FOLDER)
    names = ("popularity", "recent popularity", "item kNN TF-IDF", "ALS", "user kNN")
    with threadpool_limits(1):
        methods = list(measure(split, {name: PEERS[name] for name in names}, seed=0))
    found = {name: row["means"]["hr_10"] for name, row in figures(ShopResult("shop", methods, seed=0)).items()}
    table = {"popularity": 0.028, "recent popularity": 0.037, "item kNN TF-IDF": 0.055, "ALS": 0.058}
    assert {name: found[name] for name in table} == pytest.approx(table, abs=0.006)
    assert found["user kNN"] > found["recent popularity"]
