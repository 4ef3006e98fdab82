"""Two measures against each other: who is beaten in both, and who is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.labels import FAR, FONT_SIZE, GAP, beside_points
from dashboard.ui.charts.palette import ink
from dashboard.ui.charts.spec import AnyChart, to_spec

SIZE = (800, 320)
"""Of the plot in pixels; the width is that of a usual screen, and follows the column."""
NARROW = 500
"""Pixels of the plot below which only models on the front are named: there is no room for more."""
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
    scales = (_scale(horizontal, _domain(points, "x")), _scale(vertical, _domain(points, "y")))
    x = alt.X("x:Q", title=horizontal.title, scale=scales[0], axis=_axis(horizontal))
    y = alt.Y("y:Q", title=vertical.title, scale=scales[1], axis=_axis(vertical))
    colour = alt.condition("datum.front", alt.value(ACCENT), alt.value(QUIET))
    base = alt.Chart(points)
    bars = base.mark_rule(strokeWidth=1.5, opacity=0.7, tooltip=None)
    layers: list[AnyChart] = [
        bars.encode(x=alt.X("x_low:Q"), x2="x_high:Q", y=y, color=colour),
        bars.encode(x=x, y=alt.Y("y_low:Q"), y2="y_high:Q", color=colour),
        base.mark_circle(size=90, opacity=1, tooltip=None).encode(x=x, y=y, color=colour),
        *_names(points, scales, dark=dark),
    ]
    spec = to_spec(alt.layer(*layers).properties(width="container", height=SIZE[1]))
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec


def _domain(points: pd.DataFrame, axis: str) -> tuple[float, float]:
    low, high = float(points[f"{axis}_low"].min()), float(points[f"{axis}_high"].max())
    margin = 0.08 * (high - low) or 0.1
    return low - margin, high + margin


def _names(points: pd.DataFrame, scales: tuple[alt.Scale, alt.Scale], *, dark: bool) -> list[alt.Chart]:
    """Return the titles beside their points; one farther off is tied to its point by a line."""
    across, up = (
        _pixels(points[name], scale, size) for name, scale, size in zip("xy", scales, SIZE, strict=True)
    )
    places = np.stack([across, SIZE[1] - up], axis=1)
    sides, lower = beside_points(places, points["title"].tolist(), SIZE)
    low, high = scales[1]["domain"]
    unit = (high - low) / SIZE[1] * (1 if scales[1]["reverse"] else -1)
    names = points[["title", "x", "y", "front"]].assign(side=sides, at=points["y"] + lower * unit)
    seen = {"expr": f"width < {NARROW} && !datum.front ? 0 : 1"}
    words = {"type": "text", "fontSize": FONT_SIZE, "color": ink(dark=dark), "opacity": seen, "tooltip": None}
    charts = [
        alt.Chart(names[names["side"] == side])
        .properties(mark=words | {"align": align, "dx": dx})
        .encode(x="x:Q", y="at:Q", text="title:N")
        for side, align, dx in (("right", "left", GAP), ("left", "right", -GAP), ("middle", "center", 0))
    ]
    line = {"type": "rule", "color": QUIET, "opacity": seen, "tooltip": None}
    far = alt.Chart(names[np.abs(lower) > FAR]).properties(mark=line)
    return [far.encode(x="x:Q", y="y:Q", y2="at:Q"), *charts]


def _pixels(values: pd.Series[float], scale: alt.Scale, size: int) -> npt.NDArray[np.float64]:
    """Return places on a scale of `size` pixels, from the left or from below."""
    low, high = scale["domain"]
    share: npt.NDArray[np.float64] = (values.to_numpy(np.float64) - low) / (high - low)
    return size * (1 - share) if scale["reverse"] else size * share


def _scale(axis: Axis, domain: tuple[float, float]) -> alt.Scale:
    return alt.Scale(zero=False, nice=False, domain=list(domain), reverse=axis.reverse)


def _axis(axis: Axis) -> alt.Axis:
    return alt.Axis(grid=True, gridOpacity=0.25, tickCount=6, format=axis.style)
