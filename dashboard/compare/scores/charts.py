"""Scatter plot of two scores with intervals, the Pareto front highlighted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.labels import FAR, FONT_SIZE, GAP, beside_points
from dashboard.ui.charts.palette import BASELINE_GREY, ORANGE, ink
from dashboard.ui.charts.spec import AnyChart, to_spec

SIZE = (800, 320)
"""Width and height of the plot in pixels; labels are placed for this width, which follows the column."""
NARROW = 500
"""Plots narrower than this, in pixels, label only the models on the Pareto front."""
FRONT_COLOUR, OTHER_COLOUR = ORANGE, BASELINE_GREY


@dataclass(frozen=True)
class Axis:
    """A score as an axis.

    Attributes
    ----------
    title : str
    reverse : bool
        Whether low values are at the right or at the top, for scores where lower is better.
    number_format : str
        D3 format of the tick labels.
    """

    title: str
    reverse: bool
    number_format: str


def pareto_chart(points: pd.DataFrame, horizontal: Axis, vertical: Axis, *, dark: bool) -> dict[str, Any]:
    """Return the plot as a Vega-Lite spec; right and up is better.

    Parameters
    ----------
    points : DataFrame
        One row per model: ``title, x, x_low, x_high, y, y_low, y_high, front`` (bool).
    horizontal, vertical : Axis
    dark : bool
        Whether the page has a dark theme.
    """
    scales = (_scale(horizontal, _domain(points, "x")), _scale(vertical, _domain(points, "y")))
    x = alt.X("x:Q", title=horizontal.title, scale=scales[0], axis=_ticks(horizontal))
    y = alt.Y("y:Q", title=vertical.title, scale=scales[1], axis=_ticks(vertical))
    colour = alt.condition("datum.front", alt.value(FRONT_COLOUR), alt.value(OTHER_COLOUR))
    base = alt.Chart(points)
    bars = base.mark_rule(strokeWidth=1.5, opacity=0.7, tooltip=None)
    layers: list[AnyChart] = [
        bars.encode(x=alt.X("x_low:Q"), x2="x_high:Q", y=y, color=colour),
        bars.encode(x=x, y=alt.Y("y_low:Q"), y2="y_high:Q", color=colour),
        base.mark_circle(size=90, opacity=1, tooltip=None).encode(x=x, y=y, color=colour),
        *_labels(points, scales, dark=dark),
    ]
    spec = to_spec(alt.layer(*layers).properties(width="container", height=SIZE[1]))
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec


def _domain(points: pd.DataFrame, axis: str) -> tuple[float, float]:
    low, high = float(points[f"{axis}_low"].min()), float(points[f"{axis}_high"].max())
    margin = 0.08 * (high - low) or 0.1
    return low - margin, high + margin


def _labels(points: pd.DataFrame, scales: tuple[alt.Scale, alt.Scale], *, dark: bool) -> list[alt.Chart]:
    """Return the titles beside their points; a leader line connects a label that is far from its point."""
    across, up = (
        _pixels(points[name], scale, size) for name, scale, size in zip("xy", scales, SIZE, strict=True)
    )
    positions = np.stack([across, SIZE[1] - up], axis=1)
    sides, offsets = beside_points(positions, points["title"].tolist(), SIZE)
    low, high = scales[1]["domain"]
    units_per_pixel = (high - low) / SIZE[1] * (1 if scales[1]["reverse"] else -1)
    labels = points[["title", "x", "y", "front"]].assign(
        side=sides, at=points["y"] + offsets * units_per_pixel
    )
    visible = {"expr": f"width < {NARROW} && !datum.front ? 0 : 1"}
    text = {
        "type": "text",
        "fontSize": FONT_SIZE,
        "color": ink(dark=dark),
        "opacity": visible,
        "tooltip": None,
    }
    charts = [
        alt.Chart(labels[labels["side"] == side])
        .properties(mark=text | {"align": align, "dx": dx})
        .encode(x="x:Q", y="at:Q", text="title:N")
        for side, align, dx in (("right", "left", GAP), ("left", "right", -GAP), ("middle", "center", 0))
    ]
    leader = {"type": "rule", "color": OTHER_COLOUR, "opacity": visible, "tooltip": None}
    far = alt.Chart(labels[np.abs(offsets) > FAR]).properties(mark=leader)
    return [far.encode(x="x:Q", y="y:Q", y2="at:Q"), *charts]


def _pixels(values: pd.Series[float], scale: alt.Scale, size: int) -> npt.NDArray[np.float64]:
    """Return values as pixels on a scale of `size` pixels, counted from the left or from the bottom."""
    low, high = scale["domain"]
    share: npt.NDArray[np.float64] = (values.to_numpy(np.float64) - low) / (high - low)
    return size * (1 - share) if scale["reverse"] else size * share


def _scale(axis: Axis, domain: tuple[float, float]) -> alt.Scale:
    return alt.Scale(zero=False, nice=False, domain=list(domain), reverse=axis.reverse)


def _ticks(axis: Axis) -> alt.Axis:
    return alt.Axis(grid=True, gridOpacity=0.25, tickCount=6, format=axis.number_format)
