"""Map of samples coloured by the share of their neighbours that differ between two latent spaces."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.scatter import class_labels, frame, points_layer, position_axes
from dashboard.ui.charts.spec import to_spec


def neighbour_change_map(
    points: pd.DataFrame,
    numbered: pd.DataFrame,
    extent: tuple[float, float, float, float],
    *,
    size: int,
    dark: bool,
) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec.

    Parameters
    ----------
    points : DataFrame
        Columns ``x, y, class, change``; change in [0, 1].
    numbered : DataFrame
        The rows of `points` that are numbered, from 1.
    extent : (float, float, float, float)
        ``x_min, x_max, y_min, y_max``.
    size : int
        Width and height in pixels.
    dark : bool
        Whether the page has a dark theme.
    """
    position = position_axes(extent, None)
    layers = [
        frame(size),
        points_layer(points[["x", "y", "change"]], position, _change_colour(), size=16),
        class_labels(points, position, dark=dark, size=13, side=size),
        *_numbers(numbered, position),
    ]
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    spec["padding"], spec["autosize"] = 0, {"type": "pad"}
    return spec


def _change_colour() -> alt.Color:
    legend = alt.Legend(
        title=["neighbours that differ"],
        orient="top",
        titleOrient="left",
        gradientLength=180,
        gradientThickness=8,
        format=".0%",
        tickCount=3,
    )
    scale = alt.Scale(domain=[0, 1], scheme=alt.SchemeParams("viridis", extent=[0.1, 1]))
    return alt.Color("change:Q", scale=scale, legend=legend)


def _numbers(numbered: pd.DataFrame, position: dict[str, Any]) -> list[alt.Chart]:
    """Return white discs with the number of each row."""
    table = numbered[["x", "y"]].assign(number=range(1, len(numbered) + 1))
    base = alt.Chart(table).encode(**position)
    disc = base.mark_circle(
        size=230, color="#ffffff", opacity=1, stroke="#111111", strokeWidth=1.5, tooltip=None
    )
    text = base.mark_text(fontSize=10, fontWeight=700, color="#111111", tooltip=None)
    return [disc, text.encode(text="number:Q")]
