"""What is drawn, and what stands beside it."""

import re
from datetime import date

import pytest

from tracing.dashboard.charts import bars, lines
from tracing.dashboard.period import Period
from tracing.dashboard.shapes import change, milliseconds, money, share

JUNE = Period(date(2026, 6, 1), date(2026, 6, 4))
DAYS = [Period(day, day) for day in JUNE.days()]


def heights(chart) -> list[float]:
    return [float(height) for height in re.findall(r'<rect class="c\d" [^>]*height="([\d.]+)"', chart.svg)]


def test_bars_are_as_high_as_their_numbers():
    chart = bars("Questions", DAYS, {"a": [4, 0, 2, 8], "b": [0, 0, 2, 0]})
    assert chart.ticks == [("0", 0), ("2", 25), ("4", 50), ("6", 75), ("8", 100)]
    assert heights(chart) == [50, 25, 100, 25]  # series by series; nothing is drawn for nothing
    assert [cell.text for cell in chart.table.rows[2]] == ["3 Jun 2026", "2", "2"]


def test_a_line_is_broken_where_nothing_is_known():
    chart = lines("Stars", DAYS, {"a": [1, None, 3, 5]}, scale=(1, 5))
    assert 'd="M0 100.000H1M2 50.000H3L3 0.000H4"' in chart.svg


def test_a_line_of_one_day_can_be_seen():
    assert 'd="M0 50.000H1"' in lines("p50", DAYS[:1], {"a": [2]}, milliseconds, scale=(0, 4)).svg


def test_too_many_series_are_drawn_as_others_and_none_is_lost():
    chart = bars("Tokens", DAYS, {f"model {n}": [n, 0, 0, 0] for n in range(1, 12)})
    assert len(chart.legend) == 7
    assert chart.legend[-1] == ("others", 6, str(sum(range(1, 6))))


@pytest.mark.parametrize(("most", "end"), [(0, 4), (3, 4), (9, 12), (13, 20), (121, 200), (1_000_000, 1_200_000)])
def test_quarters_of_a_scale_are_whole_questions(most, end):
    ticks = bars("Questions", DAYS[:1], {"a": [most]}).ticks
    assert [float(text.replace(",", "")) for text, _ in ticks] == [end / 4 * n for n in range(5)]


def test_names_are_escaped_in_a_picture():
    assert "<b>" not in bars("x", DAYS, {"<b>": [1, 1, 1, 1]}).svg


def test_steps_cover_each_day_once():
    days = Period(date(2026, 1, 1), date(2026, 4, 10))
    steps = days.steps(13)
    assert len(steps) <= 13
    assert [day for step in steps for day in step.days()] == list(days.days())


def test_figures_are_written_for_people(settings):
    settings.COST_CURRENCY = "EUR"
    assert [milliseconds(n) for n in (None, 0, 0.261, 8.34, 41.2, 2_410)] == [
        "–", "0 ms", "0.26 ms", "8.3 ms", "41 ms", "2.41 s",
    ]  # fmt: skip
    assert [money(n) for n in (None, 0, 12.4, 0.03, 0.00031)] == [
        "–", "0.00 EUR", "12.40 EUR", "0.0300 EUR", "0.000310 EUR",
    ]  # fmt: skip
    assert [change(*pair) for pair in ((3, 2), (2, 4), (1, 1), (1, 0), (None, 3))] == ["+50 %", "−50 %", "±0 %", "", ""]
    assert share(None) == "–"
