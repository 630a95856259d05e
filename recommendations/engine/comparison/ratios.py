"""Ours through a peer's, over several shops."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from recommendations.engine.comparison.intervals import Floats, Interval, interval
from recommendations.engine.comparison.measuring import ShopResult
from recommendations.engine.comparison.metrics import METRICS
from recommendations.engine.comparison.report import COMPARED, OURS

YARDSTICK = "EASE"


class Ratio(TypedDict):
    metric: str
    peer: str
    ratio: float
    interval: Interval


def ratios(results: Sequence[ShopResult]) -> list[Ratio]:
    """The geometric mean over the shops of ours through EASE's, and through those of the one peer that is best over
    all of them. Nothing where ours or every peer is missing in a shop, or has no hit there."""
    names = set.intersection(*(set(result.names) for result in results))
    if OURS not in names:
        return []
    found = []
    for metric in COMPARED:
        reached = {name: float(np.exp(_log_ratio(results, name, metric).mean())) for name in sorted(names - {OURS})}
        reached = {name: ratio for name, ratio in reached.items() if np.isfinite(ratio)}
        if reached:
            best = min(reached, key=lambda name: reached[name])
            shown = dict.fromkeys([YARDSTICK, best] if YARDSTICK in reached else [best])
            found += [_ratio(results, name, metric, reached[name]) for name in shown]
    return found


def ratio_lines(results: Sequence[ShopResult]) -> str:
    lines = [f"Geometric mean over {len(results)} shops, 95 %; beside {YARDSTICK} the peer that is best over all"]
    for found in ratios(results):
        low, high = found["interval"]
        title = f"{COMPARED[found['metric']]} ours / {found['peer']}"
        lines.append(f"{title:<36} {found['ratio']:.3f}  {low:.3f} to {high:.3f}")
    return "\n".join(lines)


def _ratio(results: Sequence[ShopResult], peer: str, metric: str, ratio: float) -> Ratio:
    draws = np.exp(_log_ratio(results, peer, metric, drawn=True))
    return Ratio(metric=metric, peer=peer, ratio=ratio, interval=interval(draws[np.isfinite(draws)]))


def _log_ratio(results: Sequence[ShopResult], peer: str, metric: str, *, drawn: bool = False) -> Floats:
    """(DRAWS,), or (1,) of the means: over the shops the mean logarithm of ours through the peer's, nan where a
    method has none. Each shop's customers are drawn for themselves."""
    logs = []
    for result in results:
        values = (result.draws if drawn else result.means[None])[:, :, METRICS.index(metric)]
        ours, theirs = (values[:, result.names.index(name)] for name in (OURS, peer))
        with np.errstate(divide="ignore", invalid="ignore"):
            logs.append(np.log(ours) - np.log(theirs))
    with np.errstate(invalid="ignore"):
        return np.asarray(np.mean(logs, axis=0))
