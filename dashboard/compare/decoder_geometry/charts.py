"""A heat map of a decoder's stretch under the real codes."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.scatter import class_labels, position_axes
from dashboard.ui.charts.spec import to_spec

LOW, HIGH = 0.01, 10.0
"""Ends of the common logarithmic scale; what lies beyond takes the colour of the end."""


def stretch_map(
    cells: pd.DataFrame,
    points: pd.DataFrame,
    extent: tuple[float, float, float, float],
    n_cells: int,
    *,
    size: int,
    dark: bool,
) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec.

    Parameters
    ----------
    cells : DataFrame
        Centre ``x, y`` of each cell and its ``stretch``.
    points : DataFrame
        Real codes ``x, y`` and their ``class``; those outside the extent are left out.
    extent : (float, float, float, float)
    n_cells : int
        Cells a side.
    size : int
        Pixels a side.
    dark : bool
    """
    position = position_axes(extent, None)
    x_min, x_max, y_min, y_max = extent
    inside = points[points["x"].between(x_min, x_max) & points["y"].between(y_min, y_max)]
    scale = alt.Scale(type="log", domain=[LOW, HIGH], clamp=True, scheme="viridis")
    legend = alt.Legend(
        title=None,
        orient="bottom",
        gradientLength=size - 40,
        gradientThickness=8,
        values=[LOW, 0.1, 1, HIGH],
        format="~g",
    )
    legend.labelExpr = "datum.label + ' x'"
    side = size / n_cells + 0.7  # a little over, or the seams between cells show
    heat = alt.Chart(cells.assign(stretch=cells["stretch"].clip(LOW, HIGH)))
    heat = heat.mark_rect(width=side, height=side, clip=True, tooltip=None)
    dots = alt.Chart(inside).mark_circle(size=7, color="#ffffff", opacity=0.45, clip=True, tooltip=None)
    layers = [
        heat.encode(**position, color=alt.Color("stretch:Q", scale=scale, legend=legend)),
        dots.encode(**position),
        class_labels(inside, position, dark=dark, size=12, side=size),
    ]
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    spec["padding"], spec["autosize"] = 0, {"type": "pad"}
    return spec
