"""On real purchases the lists foretell more than what sells well, and as often as they say."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from recommendations.engine.catalogue import Catalogue
from recommendations.engine.comparison.ease import EASE
from recommendations.engine.comparison.metrics import METRICS, quality
from recommendations.engine.comparison.ours import Ours
from recommendations.engine.comparison.popularity import Popularity
from recommendations.engine.comparison.recommender import Recommender
from recommendations.engine.comparison.shop_files import Split, read_split
from recommendations.engine.evaluation import Shelf, confidence, measured
from recommendations.engine.learning import Learnt, fit_model
from recommendations.engine.purchases import Ints
from recommendations.models import EngineFit

FOLDER = Path(os.environ.get("SHOPASSIST_DATA", "")) / "online_retail_small"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not os.environ.get("SHOPASSIST_DATA"), reason="SHOPASSIST_DATA names no folder of real data"),
]


@dataclass(frozen=True)
class Tried:
    """Lists of ten for the customers of the test part, at the times at which they came again."""

    split: Split
    shelf: Shelf
    learnt: Learnt
    lists: dict[str, Ints]  # by method

    def reached(self, method: str, metric: str = "hr_10") -> float:
        found = quality(self.lists[method], self.split.targets, self.split.wanted)
        return float(found.of_customers[:, METRICS.index(metric)].mean())


@pytest.fixture(scope="module")
def tried() -> Tried:
    split, ours, ease, popularity = (found := read_split(FOLDER)), Ours(found), EASE(ridge=200), Popularity()
    catalogue = Catalogue.of(split.product_names, split.categories, split.prices.tolist(), split.sentiment.tolist())
    with threadpool_limits(1):
        ours.train = split.train
        ours.model, learnt = fit_model(split.train, catalogue)
        ease.fit(split.train)
        popularity.fit(split.train)
        methods: dict[str, Recommender] = {"ours": ours, "EASE": ease, "popularity": popularity}
        lists = {name: method.rank(split.customers, split.times, 10) for name, method in methods.items()}
    return Tried(split, Shelf(split.product_names, catalogue), learnt, lists)


@pytest.mark.parametrize(
    ("metric", "peer", "times"), [("hr_10", "popularity", 2), ("ndcg_10", "popularity", 2), ("hr_10", "EASE", 1)]
)
def test_the_lists_foretell_more(tried, metric, peer, times):
    """327 customers: one standard error of a hit rate is .016, so the bars stand well below what is reached."""
    assert tried.reached("ours", metric) > times * tried.reached(peer, metric)


def test_a_list_holds_ten_products_that_were_not_bought(tried):
    lists = tried.lists["ours"]
    assert (lists >= 0).all()
    assert all(len(set(products)) == 10 for products in lists.tolist())
    assert not tried.split.train.bought.toarray()[tried.split.customers[:, None], lists].any()


def test_the_lists_are_right_as_often_as_they_say(tried):
    fit = EngineFit(quality=measured(tried.learnt, tried.shelf))
    evidence = np.diff(tried.split.train.bought.indptr)[tried.split.customers]
    promised = [confidence(fit, int(known), 10, "personal") or 0 for known in evidence]
    assert np.mean(promised) == pytest.approx(tried.reached("ours"), abs=0.04)
