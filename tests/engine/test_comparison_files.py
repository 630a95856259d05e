import gzip

import numpy as np
import pytest

from customers.importing.reading import ImportRefused
from customers.sentiment.products import PRIOR
from recommendations.engine.comparison.shop_files import read_split

TRAIN = """customer_id,product_id,purchased_at
7,cup,2024-01-02T00:00:10
7,mug,1970-01-01T00:00:05
12,cup,1970-01-02 00:00:00
12,cup,1970-01-02 00:00:00
"""
TEST = """customer_id,product_id,purchased_at
7,mug,1970-01-02T01:00:00+01:00
7,pot,1970-01-03T00:00:00
99,cup,1970-01-04T00:00:00
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "train.csv").write_text(TRAIN)
    (tmp_path / "test.csv").write_text(TEST)
    return tmp_path


def test_purchases_targets_and_times_are_those_of_the_files(folder):
    split = read_split(folder)
    assert (split.name, split.customer_ids, split.product_ids) == (folder.name, ["12", "7", "99"], ["cup", "mug"])
    assert split.train.bought.toarray().tolist() == [[1, 0], [1, 1], [0, 0]]
    assert split.train.time.tolist() == [86_400, 5, 1_704_153_610]
    assert split.customers.tolist() == [1, 2]
    assert split.times.tolist() == [86_400, 3 * 86_400]  # of several the first
    assert split.targets.toarray().tolist() == [[0, 1], [1, 0]]
    assert split.wanted.tolist() == [2, 1]  # the pot counts, though train doesn't know it


def test_a_request_without_a_time_comes_after_all_that_is_known(folder):
    (folder / "test.csv").write_text("customer_id,product_id\n12,mug\n")
    assert read_split(folder).times.tolist() == [1_704_153_611]
    (folder / "test.csv").write_text("customer_id,product_id,purchased_at\n12,mug,\n7,cup,1970-01-01\n")
    assert read_split(folder).times.tolist() == [1_704_153_611, 0]


def test_what_is_known_of_products(folder):
    assert read_split(folder).product_names == ["", ""]
    (folder / "products.csv").write_text(
        "product_id,product_name,product_category,derived_category,price\n"
        "mug,A Mug,,Kitchen,2.50\nold,Gone,Garden,,1\ncup,A Cup,Table,Kitchen,\n"
    )
    split = read_split(folder)
    assert split.product_names == ["A Cup", "A Mug"]
    assert split.categories == ["Table", "Kitchen"]
    np.testing.assert_equal(split.prices, [np.nan, 2.5])


def test_reviews_are_means_drawn_to_the_mean_of_all(folder):
    assert np.isnan(read_split(folder).sentiment).all()
    (folder / "train_reviews.csv").write_text("product_id,rating\nmug,5\nmug,4\nold,1\n")
    mean = (1 + 0.75 + 0) / 3
    split = read_split(folder)
    np.testing.assert_allclose(split.sentiment, [np.nan, (1.75 + PRIOR * mean) / (2 + PRIOR)])
    (folder / "train_reviews.csv").write_text("product_id,text\nmug,I love it!\ncup,Broke at once. Terrible.\n")
    cup, mug = read_split(folder).sentiment
    assert cup < mug


def test_packed_files_are_read(folder):
    (folder / "train.csv").unlink()
    with gzip.open(folder / "train.csv.gz", "wt") as file:
        file.write(TRAIN)
    assert len(read_split(folder).train.customer) == 3


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("train.csv", None, "holds neither train.csv nor train.csv.gz"),
        ("test.csv", None, "holds neither test.csv nor test.csv.gz"),
        ("train.csv", "customer_id,bought\n1,2\n", r"train\.csv lacks product_id, purchased_at"),
        ("train.csv", "customer_id,product_id,purchased_at\n", r"train\.csv has no row"),
        ("test.csv", "customer_id,product_id\n", r"test\.csv has no row"),
        ("train.csv", "customer_id,product_id,purchased_at\n1,2,soon\n", "'soon' is no time"),
        ("test.csv", "customer_id,product_id\n1\n", "line 2: fewer cells"),
        ("products.csv", "product_id,price\ncup,much\n", "price 'much' is no number"),
    ],
)
def test_what_cannot_be_read_is_said(folder, name, text, why):
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    with pytest.raises(ImportRefused, match=why):
        read_split(folder)
