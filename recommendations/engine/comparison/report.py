"""What was measured of one shop, as figures and as a table."""

from typing import TypedDict

from recommendations.engine.comparison.intervals import Interval, interval
from recommendations.engine.comparison.measuring import ShopResult
from recommendations.engine.comparison.metrics import METRICS

OURS = "ours"
COMPARED = {"hr_10": "HR@10", "ndcg_10": "NDCG@10"}  # what intervals, differences and ratios are given of
HEADINGS = (
    f"{'method':<18} {'HR@5':>6} {'HR@10':>6} {'95 %':>13} {'Rec@20':>6} {'NDCG@10':>7} {'95 %':>13} {'MRR':>6} "
    f"{'cov@10':>6} {'Gini':>5} {'ours - it: HR@10, 95 %':>23} {'NDCG@10, 95 %':>23} {'fit s':>7} {'ms':>6}"
)


class Difference(TypedDict):
    mean: float
    interval: Interval


class Figures(TypedDict):
    means: dict[str, float]  # by METRICS
    intervals: dict[str, Interval]  # by COMPARED
    ours_minus: dict[str, Difference]  # by COMPARED; empty without ours, and for ours
    coverage_10: float
    gini: float
    tuning_seconds: float
    fit_seconds: float
    milliseconds: float
    options: str


def figures(result: ShopResult) -> dict[str, Figures]:
    """By method."""
    found = {}
    for row, method in enumerate(result.methods):
        found[method.name] = Figures(
            means=dict(zip(METRICS, result.means[row].tolist(), strict=True)),
            intervals={name: interval(result.draws[:, row, METRICS.index(name)]) for name in COMPARED},
            ours_minus=_ours_minus(result, row),
            coverage_10=method.quality.coverage,
            gini=method.quality.gini,
            tuning_seconds=method.tuning_seconds,
            fit_seconds=method.fit_seconds,
            milliseconds=method.milliseconds,
            options=method.options,
        )
    return found


def table(result: ShopResult) -> str:
    """One row a method. `ms`: to rank for one customer; `fit s`: on all of train, without the tuning."""
    return "\n".join([HEADINGS, *(_line(name, row) for name, row in figures(result).items())])


def _ours_minus(result: ShopResult, row: int) -> dict[str, Difference]:
    if OURS not in result.names or result.names[row] == OURS:
        return {}
    ours = result.names.index(OURS)
    found = {}
    for name in COMPARED:
        metric = METRICS.index(name)
        mean = float(result.means[ours, metric] - result.means[row, metric])
        draws = result.draws[:, ours, metric] - result.draws[:, row, metric]
        found[name] = Difference(mean=mean, interval=interval(draws))
    return found


def _line(name: str, row: Figures) -> str:
    means = row["means"]
    spans = {metric: f"{low:.4f}-{high:.4f}" for metric, (low, high) in row["intervals"].items()}
    return (
        f"{name:<18} {means['hr_5']:>6.4f} {means['hr_10']:>6.4f} {spans['hr_10']} {means['recall_20']:>6.4f} "
        f"{means['ndcg_10']:>7.4f} {spans['ndcg_10']} {means['mrr']:>6.4f} {row['coverage_10']:>6.3f} "
        f"{row['gini']:>5.3f} {_difference(row, 'hr_10')} {_difference(row, 'ndcg_10')} "
        f"{row['fit_seconds']:>7.2f} {row['milliseconds']:>6.2f}"
    )


def _difference(row: Figures, metric: str) -> str:
    if metric not in row["ours_minus"]:
        return " " * 23
    difference = row["ours_minus"][metric]
    low, high = difference["interval"]
    return f"{difference['mean']:+.4f} {low:+.4f}..{high:+.4f}"
