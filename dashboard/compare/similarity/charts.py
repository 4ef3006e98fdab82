"""A square of numbers as shades, with the numbers in it."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.spec import to_spec

WIDTH = 480
CELL = (66, 96)
"""Pixels from side to side: of all numbers if they are few, and the least and greatest of one."""
FLAT = 0.55
"""Height of a number's place, of its width."""


def heatmap(table: pd.DataFrame, title: str) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec.

    Parameters
    ----------
    table : DataFrame
        Columns ``row, column, value, text``; values in [0, 1].
    title : str
        What the shades mean.
    """
    order = table["row"].drop_duplicates().tolist()
    x = alt.X("column:N", sort=order, title=None, axis=_axis(orient="top", labelAngle=-40))
    y = alt.Y("row:N", sort=order, title=None, axis=_axis())
    shade = alt.Color(
        "value:Q",
        scale=alt.Scale(scheme="blues", domain=[0, 1]),
        legend=alt.Legend(title=title, orient="bottom", gradientLength=240, gradientThickness=8),
    )
    base = alt.Chart(table).encode(x=x, y=y)
    cells = base.mark_rect(tooltip=None).encode(color=shade)
    ink = alt.condition("datum.value > 0.55", alt.value("#ffffff"), alt.value("#1f2430"))
    numbers = base.mark_text(fontSize=13, tooltip=None).encode(text="text:N", color=ink)
    side = min(max(WIDTH / len(order), CELL[0]), CELL[1])
    width, height = round(side) * len(order), round(side * FLAT) * len(order)
    spec = to_spec(alt.layer(cells, numbers).properties(width=width, height=height))
    spec["autosize"] = {"type": "pad"}
    return spec


def _axis(**options: Any) -> alt.Axis:  # noqa: ANN401 - what Altair takes
    return alt.Axis(domain=False, ticks=False, labelLimit=200, labelOverlap=False, labelPadding=6, **options)
