"""Bar chart of values per dimension or class, and dot plot of single scores with intervals."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.palette import BLUE, GREY, ORANGE
from dashboard.ui.charts.spec import AnyChart, to_spec

HEIGHT, BAR_WIDTH = 170, 26
"""Pixels."""
MAX_FIXED_BARS = 9
"""Most bars that have a fixed width; more of them share the width of the chart."""


def dimension_bars(
    table: pd.DataFrame,
    title: str,
    *,
    number_format: str = ".2~f",
    cumulative: bool = False,
    level: float | None = None,
) -> dict[str, Any]:
    """Return a bar chart, one bar per row of the table and in its order, as wide as its column.

    Parameters
    ----------
    table : DataFrame
        Columns ``name, value``; optionally ``low, high`` (interval), ``used`` (bool; False is marked by a
        cross) and ``reference`` (marked by a tick).
    title : str
        Of the vertical axis.
    number_format : str
        D3 format of the vertical axis.
    cumulative : bool
        Whether to add a line of the cumulative sum.
    level : float, optional
        Value at which to add a dashed horizontal line.
    """
    x = alt.X("name:N", sort=None, axis=alt.Axis(title=None, labelAngle=0, ticks=False, labelOverlap=True))
    y = alt.Y("value:Q", axis=alt.Axis(title=title, tickCount=4, format=number_format, grid=False))
    width = BAR_WIDTH if len(table) <= MAX_FIXED_BARS else alt.Undefined
    base = alt.Chart(table).encode(x=x)
    layers: list[AnyChart] = [base.mark_bar(color=BLUE, opacity=0.6, tooltip=None, size=width).encode(y=y)]
    if "used" in table and not table["used"].all():
        layers.append(_crosses(table[~table["used"]]).encode(x=x, y=y))
    if level is not None:
        layers.append(_level_line(level).encode(y=y))
    if "reference" in table:
        tick = base.mark_tick(color=ORANGE, thickness=2.5, size=22, tooltip=None)
        layers.append(tick.encode(y=alt.Y("reference:Q", title=title)))
    if "low" in table and table["low"].notna().any():
        interval = base.mark_rule(color=BLUE, strokeWidth=4, tooltip=None)
        layers.append(interval.encode(y=alt.Y("low:Q", title=title), y2="high:Q"))
    if cumulative:
        layers.append(_cumulative_line(table).encode(x=x, y=y))
    return to_spec(alt.layer(*layers).properties(height=HEIGHT, width="container"))


def _crosses(unused: pd.DataFrame) -> alt.Chart:
    chart: alt.Chart = alt.Chart(unused).mark_point(
        shape="cross", angle=45, size=90, filled=True, color=GREY, tooltip=None
    )
    return chart


def _level_line(level: float) -> alt.Chart:
    chart: alt.Chart = alt.Chart(pd.DataFrame({"value": [level]})).mark_rule(
        color=GREY, strokeDash=[4, 3], strokeWidth=1.5, tooltip=None
    )
    return chart


def _cumulative_line(table: pd.DataFrame) -> alt.Chart:
    points = alt.OverlayMarkDef(color=ORANGE, size=22)
    sums = alt.Chart(table.assign(value=table["value"].cumsum()))
    chart: alt.Chart = sums.mark_line(color=ORANGE, strokeWidth=2, point=points, tooltip=None)
    return chart


def score_dots(table: pd.DataFrame, title: str, *, number_format: str = ".3~f") -> dict[str, Any]:
    """Return a dot plot, one row per score: a dot with its interval and its value as text.

    Parameters
    ----------
    table : DataFrame
        Columns ``name, value, low, high``.
    title : str
        Of the horizontal axis.
    number_format : str
        D3 format of the values.
    """
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, ticks=False, labelLimit=190, domain=False))
    x = alt.X("value:Q", scale=alt.Scale(zero=True), axis=alt.Axis(title=title, tickCount=4, grid=False))
    base = alt.Chart(table).encode(y=y)
    bars = base.mark_rule(color=BLUE, strokeWidth=4, tooltip=None).encode(x="low:Q", x2="high:Q")
    dots = base.mark_circle(color=BLUE, size=70, opacity=1, tooltip=None).encode(x=x)
    text = base.mark_text(dy=-13, fontSize=12, color=GREY, tooltip=None)
    values = text.encode(x=x, text=alt.Text("value:Q", format=number_format))
    chart = alt.layer(bars, dots, values).properties(height=alt.Step(44), width="container")
    return to_spec(chart)
