"""A map coloured by how much each sample's neighbours differ between two spaces."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.scatter import class_labels, frame, points_layer, position_axes
from dashboard.ui.charts.spec import to_spec


def change_map(
    points: pd.DataFrame,
    moved: pd.DataFrame,
    extent: tuple[float, float, float, float],
    *,
    size: int,
    dark: bool,
) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec.

    Parameters
    ----------
    points : DataFrame
        Columns ``x, y, class, change``, the last in [0, 1].
    moved : DataFrame
        The rows of `points` that are ringed and numbered from 1.
    extent : (float, float, float, float)
    size : int
        Pixels a side.
    dark : bool
    """
    position = position_axes(extent, None)
    legend = alt.Legend(
        title=["neighbours that differ"],
        orient="top",
        titleOrient="left",
        gradientLength=180,
        gradientThickness=8,
        format=".0%",
        tickCount=3,
    )
    colour = alt.Color(
        "change:Q",
        scale=alt.Scale(domain=[0, 1], scheme=alt.SchemeParams("viridis", extent=[0.1, 1])),
        legend=legend,
    )
    layers = [
        frame(size),
        points_layer(points[["x", "y", "change"]], position, colour, size=16),
        class_labels(points, position, dark=dark, size=13, side=size),
        *_numbers(moved, position),
    ]
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    spec["padding"], spec["autosize"] = 0, {"type": "pad"}
    return spec


def _numbers(moved: pd.DataFrame, position: dict[str, Any]) -> list[alt.Chart]:
    """Return white discs with the place of each sample in the list."""
    table = moved[["x", "y"]].assign(number=range(1, len(moved) + 1))
    base = alt.Chart(table).encode(**position)
    disc = base.mark_circle(
        size=230, color="#ffffff", opacity=1, stroke="#111111", strokeWidth=1.5, tooltip=None
    )
    text = base.mark_text(fontSize=10, fontWeight=700, color="#111111", tooltip=None)
    return [disc, text.encode(text="number:Q")]
