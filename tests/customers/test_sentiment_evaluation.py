"""manage.py evaluate_sentiment: the readers beside each other."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from customers.sentiment.evaluation import of_file, within
from tests.customers.test_sentiment_classifier import reviews_of_a_shop
from tests.customers.test_sentiment_training import a_shop

DATA = Path(os.environ.get("SHOPASSIST_DATA", "/nowhere"))
CLOTHING = DATA / "womens_clothing_small/reviews.csv.gz"


def a_file(path, pairs=20, seed=1):
    reviews, positive = reviews_of_a_shop(pairs, seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["review_id", "product_id", "rating", "text"])
        for number, (text, good) in enumerate(zip(reviews.texts, positive, strict=True)):
            writer.writerow([number, "p", 5 if good else 2, text])
        writer.writerows(
            [["x", "p", 3, "So so"], ["y", "p", "", "No stars"], ["z", "p", "bad", "?"], ["w", "p", 1, ""]]
        )
    return path


def lines_of(out):
    return {line[2:16].strip(): line for line in out.splitlines() if line.startswith("  ")}


def test_files_are_cross_validated(tmp_path, capsys):
    call_command("evaluate_sentiment", str(a_file(tmp_path / "reviews.csv")))
    out = capsys.readouterr().out
    assert "reviews.csv, cross-validated: 20 positive and 20 negative reviews" in out
    lines = lines_of(out)
    assert "0.500 (0.500–0.500)" in lines["VADER here"]
    assert "1.000 (1.000–1.000)" in lines["classifier"]
    assert "VADER alone" in lines


def test_one_file_trains_and_others_test(tmp_path, capsys):
    train, test = a_file(tmp_path / "a.csv"), a_file(tmp_path / "b.csv", 8, seed=6)
    call_command("evaluate_sentiment", "--train", str(train), "--test", str(test))
    out = capsys.readouterr().out
    assert "b.csv, trained on a.csv: 8 positive and 8 negative reviews" in out
    assert "1.000 (1.000–1.000)" in lines_of(out)["classifier"]


def test_it_is_said_how_few_reviews_will_do(tmp_path, capsys):
    call_command("evaluate_sentiment", "--fewer", str(a_file(tmp_path / "reviews.csv")))
    assert "with 15 negative reviews the classifier wins 10 times of 10" in capsys.readouterr().out


@pytest.mark.django_db
def test_without_files_it_is_the_shops_own_reviews(capsys):
    a_shop(20)
    call_command("evaluate_sentiment")
    assert "the shop's reviews, cross-validated: 20 positive" in capsys.readouterr().out


@pytest.mark.django_db
def test_what_cannot_be_measured_is_said(tmp_path):
    with pytest.raises(CommandError, match="At least 5 positive"):
        call_command("evaluate_sentiment")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate_sentiment", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="--train FILE with --test"):
        call_command("evaluate_sentiment", "--train", str(tmp_path / "none.csv"))


@pytest.mark.data
@pytest.mark.skipif(not CLOTHING.is_file(), reason="SHOPASSIST_DATA names no folder of real data")
def test_on_real_reviews_the_classifier_is_good_and_vader_better_than_alone():
    found = within(of_file(CLOTHING))
    assert found["classifier"].macro_f1.low > 0.85
    assert found["classifier"].calibration_error < 0.02
    assert found["VADER here"].auc.low > found["VADER alone"].auc.high
    assert np.isclose(found["VADER alone"].auc.value, 0.85, atol=0.01)
