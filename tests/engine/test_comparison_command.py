import csv
import json
import random
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from recommendations.engine.comparison.peers import PEERS

HOURS = 24


@pytest.fixture
def shop(tmp_path) -> Path:
    """Sixty customers with one of two tastes, the last new purchase of each hidden."""
    return write_shop(tmp_path / "two-tastes")


def write_shop(folder: Path, seed: int = 0) -> Path:
    chance = random.Random(seed)
    folder.mkdir()
    known, hidden = [], []
    for customer in range(60):
        taste = "kitchen" if customer % 2 else "garden"
        products = [f"{taste}-{number}" for number in chance.sample(range(12), 5)]
        rows = [
            (f"c{customer}", product, f"2024-01-{1 + at:02}T{customer % HOURS:02}:00:00")
            for at, product in enumerate(products)
        ]
        known += rows[:-1]
        hidden.append(rows[-1])
    for name, rows in (("train.csv", known), ("test.csv", hidden)):
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows([("customer_id", "product_id", "purchased_at"), *rows])
    return folder


def evaluated(capsys, *arguments: object) -> list[str]:
    call_command("evaluate_engine", *map(str, arguments))
    printed: str = capsys.readouterr().out
    return printed.strip().splitlines()


def test_all_methods_are_measured_and_personal_ones_foretell_more_than_popularity(shop, capsys, tmp_path):
    lines = evaluated(capsys, shop, "--json", tmp_path / "figures.json")
    assert lines[0] == "two-tastes: 60 customers tested; in train 60 customers, 24 products, 240 purchases"
    found = json.loads((tmp_path / "figures.json").read_text())
    methods = found["shops"]["two-tastes"]
    assert list(methods) == ["ours", *PEERS]
    assert len(lines) == 2 + len(methods)
    for line, (name, figures) in zip(lines[2:], methods.items(), strict=True):
        assert line.startswith(name)
        assert f"{figures['means']['hr_10']:.4f}" in line
        low, high = figures["intervals"]["ndcg_10"]
        assert low <= figures["means"]["ndcg_10"] <= high
        assert figures["milliseconds"] > 0
    rates = {name: figures["means"]["hr_10"] for name, figures in methods.items()}
    # Of 24 products the 8 open ones of one's taste fit into a list of 10.
    assert min(rates["EASE"], rates["ours"], rates["user kNN"]) > 0.9
    assert rates["popularity"] < 0.8
    assert methods["EASE"]["options"].startswith("EASE(ridge=")
    assert methods["popularity"]["ours_minus"]["hr_10"]["interval"][0] > 0
    assert methods["ours"]["ours_minus"] == {}
    assert found["ratios"][0]["peer"] == "EASE"


def test_the_same_call_prints_the_same_quality(shop, capsys):
    def quality() -> list[str]:
        return [line[:120] for line in evaluated(capsys, shop, "--only", "ours,ALS,BPR,EASE")]

    assert quality() == quality()


def test_several_shops_end_in_their_geometric_mean(shop, tmp_path, capsys):
    other = write_shop(tmp_path / "other", seed=1)
    lines = evaluated(capsys, shop, other, "--only", "ours,popularity")
    assert [line for line in lines if "tested" in line][1].startswith("other: 60 customers")
    assert lines[-3].startswith("Geometric mean over 2 shops")
    assert lines[-2].startswith("HR@10 ours / popularity")
    assert float(lines[-2].split()[4]) > 1


def test_only_peers_can_be_asked_for(shop, capsys):
    lines = evaluated(capsys, shop, "--only", "popularity, user kNN")
    assert [line[:10].strip() for line in lines[2:]] == ["popularity", "user kNN"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--only", "ours,magic"], "no method magic; there are ours, popularity,"),
        (["--seed=-1"], "a seed is a number"),
        (["--json", "/nowhere/figures.json"], "no folder /nowhere"),
    ],
)
def test_what_cannot_be_asked_for_is_said(shop, arguments, why):
    with pytest.raises(CommandError, match=why):
        call_command("evaluate_engine", str(shop), *arguments)


def test_shops_of_one_name_are_refused(shop):
    with pytest.raises(CommandError, match="same name"):
        call_command("evaluate_engine", str(shop), str(shop))


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(CommandError, match=r"holds neither train\.csv"):
        call_command("evaluate_engine", str(tmp_path))


def test_a_missing_library_is_said_with_its_extra(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "implicit.cpu.bpr", None)
    with pytest.raises(CommandError, match=r"\[bench\]"):
        call_command("evaluate_engine", str(shop), "--only", "BPR")
