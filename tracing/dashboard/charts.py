"""Charts as SVG, drawn here: nothing is loaded, and nothing has to run in the browser.

A picture is as many units wide as it has places and 100 high, stretched to whatever room there is; words stand beside
it as HTML, so that they keep their size. Each place tells its numbers when pointed at.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tracing.dashboard.period import Period
from tracing.dashboard.shapes import Amount, Cell, Chart, Table, count, word

COLOURS = 7  # c0 … c6 in dashboard.css; the last is for what is left
LABELS = 6
NOTHING = "Nothing in these days."
Series = Mapping[str, Sequence[float | None]]


def bars(
    caption: str,
    places: Sequence[Period],
    series: Series,
    written: Callable[[Amount], str] = count,
    nothing: str = NOTHING,
) -> Chart:
    """Stacked, one bar a place. Series beyond the colours are drawn as one, "others"."""
    series = _fewer(series)
    sums = [sum(values[place] or 0 for values in series.values()) for place in range(len(places))]
    top = _nice(max(sums, default=0), whole=written is count)
    heights = [0.0] * len(places)
    drawn = []
    for number, values in enumerate(series.values()):
        for place, value in enumerate(values):
            if value:
                height = value / top * 100
                heights[place] += height
                drawn.append((number, f"{place + 0.08:.2f}", f"{100 - heights[place]:.3f}", f"{height:.3f}"))
    marks = format_html_join("", '<rect class="c{}" x="{}" y="{}" width="0.84" height="{}"/>', drawn)
    totals = {name: written(sum(value or 0 for value in values)) for name, values in series.items()}
    return _chart(caption, places, series, marks, (0, top), written, nothing, totals)


def lines(
    caption: str,
    places: Sequence[Period],
    series: Series,
    written: Callable[[Amount], str] = count,
    nothing: str = NOTHING,
    scale: tuple[float, float] | None = None,
) -> Chart:
    """One step line a series, broken where nothing is known; from 0 up, or on a `scale` (lowest, highest)."""
    known = [value for values in series.values() for value in values if value is not None]
    low, top = scale or (0, _nice(max(known, default=0)))
    drawn = [(number, _steps(values, low, top)) for number, values in enumerate(series.values())]
    marks = format_html_join("", '<path class="l{}" d="{}"/>', drawn)
    return _chart(caption, places, series, marks, (low, top), written, nothing)


def _steps(values: Sequence[float | None], low: float, top: float) -> str:
    path, pen_is_down = [], False
    for place, value in enumerate(values):
        if value is not None:
            height = f"{(top - value) / (top - low) * 100:.3f}"
            path.append(f"{'L' if pen_is_down else 'M'}{place} {height}H{place + 1}")
        pen_is_down = value is not None
    return "".join(path)


def _chart(
    caption: str,
    places: Sequence[Period],
    series: Series,
    marks: SafeString,
    scale: tuple[float, float],
    written: Callable[[Amount], str],
    nothing: str,
    totals: Mapping[str, str] | None = None,
) -> Chart:
    """Lines where there are no totals: only what is stacked has a sum."""
    low, top = scale
    told = [
        (place, f"{period}\n" + "\n".join(f"{name}: {written(values[place])}" for name, values in series.items()))
        for place, period in enumerate(places)
    ]
    spots = format_html_join(
        "", '<rect class="spot" x="{}" y="0" width="1" height="100"><title>{}</title></rect>', told
    )
    grid = format_html_join(
        "", '<line class="grid" x1="0" x2="{}" y1="{}" y2="{}"/>', ((len(places), y, y) for y in (0, 25, 50, 75, 100))
    )
    svg = format_html(
        '<svg viewBox="0 0 {} 100" preserveAspectRatio="none" role="img" aria-label="{}">{}{}{}</svg>',
        len(places),
        f"{caption}; the numbers follow as a table",
        grid,
        marks,
        spots,
    )
    is_empty = not any(value for values in series.values() for value in values)
    rows = [
        [word(str(period)), *(Cell(written(values[place])) for values in series.values())]
        for place, period in enumerate(places)
    ]
    return Chart(
        caption=caption,
        svg=svg,
        legend=[(name, number, totals[name] if totals else "") for number, name in enumerate(series)],
        ticks=[(written(low + (top - low) * part / 4), part * 25) for part in range(5)],
        labels=_labels(places),
        table=Table(f"{caption}: the numbers", ["day", *series], [] if is_empty else rows, nothing=nothing),
        is_lines=totals is None,
    )


def _labels(places: Sequence[Period]) -> list[tuple[str, float]]:
    every = -(-len(places) // LABELS)
    return [
        (f"{period.first:%-d %b}", round(place / len(places) * 100, 3))
        for place, period in enumerate(places)
        if place % every == 0
    ]


def _fewer(series: Series) -> Series:
    if len(series) <= COLOURS:
        return series
    by_size = sorted(series, key=lambda name: -sum(value or 0 for value in series[name]))
    kept = {name: series[name] for name in by_size[: COLOURS - 1]}
    rest = [series[name] for name in by_size[COLOURS - 1 :]]
    return {**kept, "others": [sum(value or 0 for value in values) for values in zip(*rest, strict=True)]}


def _nice(most: float, whole: bool = False) -> float:
    """The scale's end: 1.2, 2, 4, 6, 8 or 12 times a power of ten that is no less, so that its quarters read well; of
    `whole` things its quarters are whole, too."""
    if most <= 12 and whole:
        return next(end for end in (4, 8, 12) if end >= most)
    if most <= 0:
        return 4
    power = 10.0 ** math.floor(math.log10(most))
    return next(step * power for step in (1.2, 2, 4, 6, 8, 12) if step * power >= most * 0.999999)
