"""Heat map of a square matrix, with the values as text."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.spec import to_spec

WIDTH, MAX_WIDTH = 480, 720
"""Width in pixels that few columns share, and that many share on a laptop."""
MIN_CELL_WIDTH, USUAL_CELL_WIDTH, MAX_CELL_WIDTH = 38, 66, 96
"""Pixels."""
CELL_ASPECT = 0.55
"""Height of a cell divided by its width."""
LIGHT_TEXT_FROM = 0.55
"""Values above this stand on a dark shade and are written in white."""


def heatmap(table: pd.DataFrame, title: str) -> dict[str, Any]:
    """Return the heat map as a Vega-Lite spec.

    Parameters
    ----------
    table : DataFrame
        One row per cell: ``row, column, value, text``; values in [0, 1].
    title : str
        Of the colour legend.
    """
    order = table["row"].drop_duplicates().tolist()
    x = alt.X("column:N", sort=order, title=None, axis=_axis(orient="top", labelAngle=-40))
    y = alt.Y("row:N", sort=order, title=None, axis=_axis())
    colour = alt.Color(
        "value:Q",
        scale=alt.Scale(scheme="blues", domain=[0, 1]),
        legend=alt.Legend(title=title, orient="bottom", gradientLength=240, gradientThickness=8),
    )
    base = alt.Chart(table).encode(x=x, y=y)
    cells = base.mark_rect(tooltip=None).encode(color=colour)
    text_colour = alt.condition(
        f"datum.value > {LIGHT_TEXT_FROM}", alt.value("#ffffff"), alt.value("#1f2430")
    )
    cell_width = _cell_width(len(order))
    size = 13 if cell_width >= USUAL_CELL_WIDTH else 11
    values = base.mark_text(fontSize=size, tooltip=None).encode(text="text:N", color=text_colour)
    width, height = cell_width * len(order), round(cell_width * CELL_ASPECT) * len(order)
    spec = to_spec(alt.layer(cells, values).properties(width=width, height=height))
    spec["autosize"] = {"type": "pad"}
    return spec


def _cell_width(n: int) -> int:
    """Return the width of a cell in pixels: so that many columns fit a laptop, or few are not too wide."""
    fitting = max(min(USUAL_CELL_WIDTH, MAX_WIDTH / n), MIN_CELL_WIDTH)
    return round(min(max(WIDTH / n, fitting), MAX_CELL_WIDTH))


def _axis(**options: Any) -> alt.Axis:  # noqa: ANN401 - keyword arguments of Altair
    return alt.Axis(domain=False, ticks=False, labelLimit=200, labelOverlap=False, labelPadding=6, **options)
