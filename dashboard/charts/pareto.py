"""Two measures against each other: who is beaten in both, and who is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from dashboard.charts.palette import ink
from dashboard.charts.scatter import spread
from dashboard.charts.spec import AnyChart, to_spec

SIZE = (760, 400)
LABEL = (110, 15)
"""Pixels that a title takes."""
ACCENT, QUIET = "#e76300", "#717581"


@dataclass(frozen=True)
class Axis:
    """A measure as an axis: its title with direction, and whether its good end is turned to the corner."""

    title: str
    reverse: bool
    style: str


def pareto_chart(points: pd.DataFrame, horizontal: Axis, vertical: Axis, *, dark: bool) -> dict[str, Any]:
    """Return the plot as a Vega-Lite spec; right and up is better.

    Parameters
    ----------
    points : DataFrame
        Columns ``title, x, x_low, x_high, y, y_low, y_high, front`` (bool).
    horizontal, vertical : Axis
    dark : bool
    """
    domains = (_domain(points, "x"), _domain(points, "y"))
    x = alt.X("x:Q", title=horizontal.title, scale=_scale(horizontal, domains[0]), axis=_axis(horizontal))
    y = alt.Y("y:Q", title=vertical.title, scale=_scale(vertical, domains[1]), axis=_axis(vertical))
    colour = alt.condition("datum.front", alt.value(ACCENT), alt.value(QUIET))
    base = alt.Chart(points)
    bars = base.mark_rule(strokeWidth=1.5, opacity=0.7, tooltip=None)
    text = alt.Chart(_labels(points, domains)).mark_text(
        align="left", dx=9, dy=-9, fontSize=12, tooltip=None, color=ink(dark=dark)
    )
    layers: list[AnyChart] = [
        bars.encode(x=alt.X("x_low:Q"), x2="x_high:Q", y=y, color=colour),
        bars.encode(x=x, y=alt.Y("y_low:Q"), y2="y_high:Q", color=colour),
        base.mark_circle(size=90, opacity=1, tooltip=None).encode(x=x, y=y, color=colour),
        text.encode(x=x, y=y, text="title:N"),
    ]
    width, height = SIZE
    spec = to_spec(alt.layer(*layers).properties(width=width, height=height))
    spec["autosize"] = {"type": "fit", "contains": "padding"}
    return spec


def _domain(points: pd.DataFrame, axis: str) -> tuple[float, float]:
    low, high = float(points[f"{axis}_low"].min()), float(points[f"{axis}_high"].max())
    margin = 0.08 * (high - low) or 0.1
    return low - margin, high + margin


def _labels(points: pd.DataFrame, domains: tuple[tuple[float, float], tuple[float, float]]) -> pd.DataFrame:
    """Return where the titles go: beside their points, moved apart where they would overlap."""
    (left, right), (low, high) = domains
    width, height = SIZE
    box = (LABEL[0] / width * (right - left), LABEL[1] / height * (high - low))
    return spread(points[["title", "x", "y"]], *box)


def _scale(axis: Axis, domain: tuple[float, float]) -> alt.Scale:
    return alt.Scale(zero=False, nice=False, domain=list(domain), reverse=axis.reverse)


def _axis(axis: Axis) -> alt.Axis:
    return alt.Axis(grid=True, gridOpacity=0.25, tickCount=6, format=axis.style)
