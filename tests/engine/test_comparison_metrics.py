import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.metrics import ndcg_score

from recommendations.engine.comparison.intervals import DRAWS, interval, resampled_means
from recommendations.engine.comparison.measuring import Measured, ShopResult
from recommendations.engine.comparison.metrics import METRICS, Quality, gini, quality
from recommendations.engine.comparison.ratios import ratio_lines, ratios
from recommendations.engine.comparison.report import figures, table


def wanting(*products: list[int], of: int) -> csr_array:
    targets = np.zeros((len(products), of))
    for row, wanted in enumerate(products):
        targets[row, wanted] = 1
    return csr_array(targets)


def test_by_hand():
    lists = np.array([[3, 1, 2, -1, -1, -1], [0, 1, 2, 3, 4, 5], [-1] * 6, [5, 4, 3, 2, 1, 0]])
    targets = wanting([1], [5, 2], [0], [], of=7)
    # The first wants another product that nobody could list; the last only such a one.
    found = quality(lists, targets, np.array([2, 2, 1, 1]))
    ideal = 1 + 1 / np.log2(3)
    assert found.of_customers.tolist() == [
        pytest.approx([1, 1, 1 / 2, 1 / np.log2(3) / ideal, 1 / 2]),
        pytest.approx([1, 1, 1, (1 / np.log2(4) + 1 / np.log2(7)) / ideal, 1 / 3]),
        [0] * 5,
        [0] * 5,
    ]
    assert found.coverage == 6 / 7
    assert found.gini == pytest.approx(gini(np.array([2, 3, 3, 3, 2, 2, 0])))


def test_padding_hits_nothing():
    found = quality(np.array([[0, 1], [-1, -1]]), wanting([2], [0], of=3), np.ones(2, int))
    assert found.of_customers.tolist() == [[0] * 5] * 2


def test_each_metric_has_its_own_cut():
    lists = np.tile(np.arange(200), (5, 1))
    found = quality(lists, wanting([5], [10], [20], [99], [100], of=200), np.ones(5, int))
    assert [dict(zip(METRICS, row, strict=True)) for row in found.of_customers.round(4)] == [
        {"hr_5": 0, "hr_10": 1, "recall_20": 1, "ndcg_10": pytest.approx(1 / np.log2(7), abs=1e-4), "mrr": 0.1667},
        {"hr_5": 0, "hr_10": 0, "recall_20": 1, "ndcg_10": 0, "mrr": 0.0909},
        {"hr_5": 0, "hr_10": 0, "recall_20": 0, "ndcg_10": 0, "mrr": 0.0476},
        {"hr_5": 0, "hr_10": 0, "recall_20": 0, "ndcg_10": 0, "mrr": 0.01},
        {"hr_5": 0, "hr_10": 0, "recall_20": 0, "ndcg_10": 0, "mrr": 0},
    ]


@given(st.integers(0, 2**32 - 1))
def test_ndcg_is_scikit_learns(seed):
    chance = np.random.default_rng(seed)
    relevant = chance.random((6, 30)) < 0.2
    relevant[:, 0] |= ~relevant.any(axis=1)
    lists = np.stack([chance.permutation(30) for _ in range(6)])
    scores = np.empty(lists.shape)
    np.put_along_axis(scores, lists, -np.arange(30.0)[None].repeat(6, axis=0), axis=1)
    found = quality(lists, csr_array(relevant.astype(float)), relevant.sum(axis=1)).of_customers
    assert found[:, METRICS.index("ndcg_10")].mean() == pytest.approx(ndcg_score(relevant, scores, k=10))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20))
def test_gini_is_half_the_mean_difference(counts):
    x = np.array(counts)
    by_pairs = np.abs(x[:, None] - x).sum() / (2 * len(x) * x.sum()) if x.sum() else 0
    assert gini(x) == pytest.approx(by_pairs)


def test_gini_of_extremes():
    assert gini(np.array([4, 4, 4])) == 0
    assert gini(np.array([0, 0, 0, 8])) == 0.75


def test_an_interval_of_a_mean_is_two_standard_errors():
    values = np.random.default_rng(1).random((2000, 2))
    draws = resampled_means(values, seed=0)
    assert draws.shape == (DRAWS, 2)
    low, high = interval(draws[:, 0])
    error = values[:, 0].std() / np.sqrt(len(values))
    assert (high - low) / error == pytest.approx(2 * 1.96, rel=0.08)
    assert (low + high) / 2 == pytest.approx(values[:, 0].mean(), abs=error / 5)
    assert np.array_equal(draws, resampled_means(values, seed=0))
    assert not np.array_equal(draws, resampled_means(values, seed=1))


def a_result(shop: str = "shop", **hits: list[int]) -> ShopResult:
    """All metrics of a customer are 1 or 0."""
    return ShopResult(
        shop,
        [
            Measured(name, f"{name}()", Quality(np.tile(np.array(of)[:, None], 5).astype(float), 0.5, 0.25), 1, 2, 3)
            for name, of in hits.items()
        ],
        seed=0,
    )


def test_a_difference_is_paired():
    """A method that hits the same customers and 10 of 100 more surely is better, however wide its own interval."""
    peer = [1] * 40 + [0] * 60
    found = figures(a_result(ours=[1] * 50 + [0] * 50, EASE=peer))
    assert found["ours"]["ours_minus"] == {}
    difference = found["EASE"]["ours_minus"]["hr_10"]
    assert difference["mean"] == pytest.approx(0.1)
    assert difference["interval"][0] > 0.03
    assert found["ours"]["intervals"]["hr_10"][0] < found["EASE"]["intervals"]["hr_10"][1]
    assert "+0.1000" in table(a_result(ours=[1] * 50 + [0] * 50, EASE=peer))


def test_without_ours_there_is_a_table_without_differences():
    result = a_result(EASE=[1, 0], ALS=[0, 0])
    assert figures(result)["EASE"]["ours_minus"] == {}
    assert [line.split()[0] for line in table(result).splitlines()] == ["method", "EASE", "ALS"]


def test_ratios_are_geometric_means_over_shops_against_one_peer_for_all():
    one = a_result("one", ours=[1] * 80 + [0] * 20, EASE=[1] * 40 + [0] * 60, ALS=[1] * 50 + [0] * 50)
    two = a_result("two", ours=[1] * 40 + [0] * 60, EASE=[1] * 40 + [0] * 60, ALS=[1] * 20 + [0] * 80)
    found = ratios([one, two])
    assert [(row["metric"], row["peer"]) for row in found] == [("hr_10", "EASE"), ("ndcg_10", "EASE")]
    assert found[0]["ratio"] == pytest.approx(np.sqrt(2 * 1))
    assert found[0]["interval"][0] < np.sqrt(2) < found[0]["interval"][1]
    better = a_result("three", ours=[1] * 40 + [0] * 60, EASE=[1] * 10 + [0] * 90, ALS=[1] * 80 + [0] * 20)
    assert [row["peer"] for row in ratios([one, two, better])] == ["EASE", "ALS"] * 2
    assert "HR@10 ours / ALS" in ratio_lines([one, two, better])


def test_no_ratio_to_what_never_hits():
    one = a_result("one", ours=[1, 1], EASE=[0, 0], ALS=[1, 0])
    assert {row["peer"] for row in ratios([one, one])} == {"ALS"}
    assert ratios([one, a_result("two", EASE=[1, 0], ALS=[1, 0])]) == []
