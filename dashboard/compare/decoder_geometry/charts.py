"""Heat map of a decoder's local volume change over its latent space, with test codes on top."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.scatter import class_labels, position_axes
from dashboard.ui.charts.spec import to_spec

MIN_COLOUR, MAX_COLOUR = 0.01, 10.0
"""Ends of the logarithmic colour scale that all maps share; values beyond are clipped."""


def volume_change_chart(
    cells: pd.DataFrame,
    codes: pd.DataFrame,
    extent: tuple[float, float, float, float],
    n_cells: int,
    *,
    size: int,
    dark: bool,
) -> dict[str, Any]:
    """Return the heat map as a Vega-Lite spec.

    Parameters
    ----------
    cells : DataFrame
        One row per cell: centre ``x, y`` and ``volume_change``.
    codes : DataFrame
        Test codes ``x, y`` and their ``class``; those outside the extent are left out.
    extent : (float, float, float, float)
        ``x_min, x_max, y_min, y_max``.
    n_cells : int
        Cells per side.
    size : int
        Width and height in pixels.
    dark : bool
        Whether the page has a dark theme.
    """
    position = position_axes(extent, None)
    x_min, x_max, y_min, y_max = extent
    inside = codes[codes["x"].between(x_min, x_max) & codes["y"].between(y_min, y_max)]
    cell_size = size / n_cells + 0.7  # overlapping a little, or seams between cells show
    clipped = cells.assign(volume_change=cells["volume_change"].clip(MIN_COLOUR, MAX_COLOUR))
    heat = alt.Chart(clipped).mark_rect(width=cell_size, height=cell_size, clip=True, tooltip=None)
    dots = alt.Chart(inside).mark_circle(size=7, color="#ffffff", opacity=0.45, clip=True, tooltip=None)
    layers = [
        heat.encode(**position, color=_colour(size)),
        dots.encode(**position),
        class_labels(inside, position, dark=dark, size=12, side=size),
    ]
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    spec["padding"], spec["autosize"] = 0, {"type": "pad"}
    return spec


def _colour(size: int) -> alt.Color:
    """Return the encoding of the volume change, with a legend below a map of `size` pixels."""
    scale = alt.Scale(type="log", domain=[MIN_COLOUR, MAX_COLOUR], clamp=True, scheme="viridis")
    legend = alt.Legend(
        title=None,
        orient="bottom",
        gradientLength=size - 40,
        gradientThickness=8,
        values=[MIN_COLOUR, 0.1, 1, MAX_COLOUR],
        format="~g",
    )
    legend.labelExpr = "datum.label + ' x'"
    return alt.Color("volume_change:Q", scale=scale, legend=legend)
