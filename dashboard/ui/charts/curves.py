"""Curves over a logarithmic x-axis: lines with interval bands, labelled at their ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import pandas as pd

from dashboard.ui.charts.labels import end_names, line_ends
from dashboard.ui.charts.palette import BASELINE_GREY, GREY
from dashboard.ui.charts.spec import AnyChart, to_spec


@dataclass(frozen=True)
class Frame:
    """Size and scales of a chart; several with the same can be read across.

    Attributes
    ----------
    width : int or None
        Of the plot in pixels; None for as wide as its column.
    height : int
        Of the plot in pixels.
    domain : (float, float)
        Lower and upper end of the values.
    x_title : str
    y_title : str or None
    y_format : str
        Number format of the values.
    is_log : bool
        Whether the values have a logarithmic scale, too; their domain is above 0 then.
    at : float or None
        Position on the x-axis that a vertical line marks.
    """

    width: int | None
    height: int
    domain: tuple[float, float]
    x_title: str
    y_title: str | None
    y_format: str = ".0%"
    is_log: bool = False
    at: float | None = None


def domain_of(table: pd.DataFrame) -> tuple[float, float]:
    """Return round ends, in steps of 10%, that hold every band of a table."""
    low, high = float(table["low"].min()), float(table["high"].max())
    return max(math.floor(low * 10) / 10, 0.0), min(math.ceil(high * 10) / 10, 1.0)


def curves(table: pd.DataFrame, colours: Sequence[str], frame: Frame, *, dark: bool) -> dict[str, Any]:
    """Return the chart as a Vega-Lite spec; what is in the colour of the baseline is drawn dashed.

    Parameters
    ----------
    table : DataFrame
        Columns ``series, x, mean, low, high``; a line a point, series in the order of `colours`.
    colours : sequence of str
        One a series.
    frame : Frame
    dark : bool
    """
    names, places = table["series"].unique().tolist(), sorted(table["x"].unique().tolist())
    colour = alt.Color("series:N", scale=alt.Scale(domain=names, range=list(colours)), legend=None, sort=None)
    x = alt.X(
        "x:Q",
        scale=alt.Scale(type="log", domain=[places[0], places[-1]], nice=False),
        axis=alt.Axis(
            title=frame.x_title, values=places, grid=False, format=",d", labelOverlap=False, labelFlush=False
        ),
    )
    scale: Literal["log", "linear"] = "log" if frame.is_log else "linear"
    y = alt.Y(
        "mean:Q",
        scale=alt.Scale(type=scale, domain=list(frame.domain), nice=False, zero=False),
        axis=alt.Axis(title=frame.y_title, format=frame.y_format, tickCount=6, gridOpacity=0.25),
    )
    dash = alt.StrokeDash(
        "series:N",
        scale=alt.Scale(domain=names, range=[[5, 4] if one == BASELINE_GREY else [1, 0] for one in colours]),
        legend=None,
    )
    base = alt.Chart(table)
    bands = base.mark_area(opacity=0.16, clip=True, tooltip=None)
    lines = base.mark_line(strokeWidth=2, clip=True, tooltip=None)
    dots = base.mark_circle(size=42, opacity=1, tooltip=None)
    ends = line_ends(table, ("series", "x", "mean"), dict(zip(names, colours, strict=True)))
    layers: list[AnyChart] = [
        bands.encode(x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q"), color=colour),
        lines.encode(x=x, y=y, color=colour, strokeDash=dash),
        dots.encode(x=x, y=y, color=colour),
        *end_names(ends, frame.domain, frame.height, dark=dark, is_log=frame.is_log),
    ]
    if frame.at is not None:
        rule = alt.Chart(pd.DataFrame({"x": [frame.at]})).mark_rule(
            color=GREY, strokeDash=[3, 3], tooltip=None
        )
        layers.insert(0, rule.encode(x=x))
    spec = to_spec(alt.layer(*layers).properties(width=frame.width or "container", height=frame.height))
    spec["autosize"] = {"type": "pad"} if frame.width else {"type": "fit-x", "contains": "padding"}
    spec["padding"] = {"left": 0, "top": 6, "bottom": 4, "right": 0}
    return spec
