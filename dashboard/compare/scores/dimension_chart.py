"""Line plot of a score against the number of latent dimensions, one line per family."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.compare.scores.charts import Axis
from dashboard.ui.charts.labels import end_names, line_ends
from dashboard.ui.charts.palette import legible, line_colours
from dashboard.ui.charts.spec import AnyChart, to_spec

HEIGHT, ROOM = 280, 110
"""Height of the plot, and room for the names at its right, in pixels."""


def dimension_chart(points: pd.DataFrame, vertical: Axis, *, dark: bool) -> dict[str, Any]:
    """Return the plot as a Vega-Lite spec; the dimension is on a logarithmic axis, and up is better.

    Parameters
    ----------
    points : DataFrame
        One row per model: ``family, dimensions, value, low, high, on_line`` (bool).
    vertical : Axis
    dark : bool
        Whether the page has a dark theme.
    """
    colours = line_colours(points["family"].unique().tolist(), {})
    dimensions = sorted(points["dimensions"].unique().tolist())
    low, high = float(points["low"].min()), float(points["high"].max())
    margin = 0.05 * (high - low) or 0.1
    domain = (low - margin, high + margin)
    x = alt.X(
        "dimensions:Q",
        title="latent dimensions",
        scale=alt.Scale(type="log", base=2, domain=[dimensions[0] / 1.1, dimensions[-1] * 1.1], nice=False),
        axis=alt.Axis(values=dimensions, format="d", grid=False),
    )
    y = alt.Y(
        "value:Q",
        title=vertical.title,
        scale=alt.Scale(domain=list(domain), nice=False, zero=False, reverse=vertical.reverse),
        axis=alt.Axis(gridOpacity=0.25, tickCount=5, format=vertical.number_format),
    )
    colour = alt.Color(
        "family:N",
        legend=None,
        scale=alt.Scale(domain=list(colours), range=[legible(one, dark=dark) for one in colours.values()]),
    )
    lines, base = points[points["on_line"]], alt.Chart(points)
    rules = base.mark_rule(strokeWidth=1.5, tooltip=None)
    ends = line_ends(lines, ("family", "dimensions", "value"), colours)
    layers: list[AnyChart] = [
        alt.Chart(lines).mark_line(strokeWidth=2, tooltip=None).encode(x=x, y=y, color=colour),
        rules.encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour),
        base.mark_circle(size=70, opacity=1, tooltip=None).encode(x=x, y=y, color=colour),
        *end_names(ends, domain, HEIGHT, dark=dark),
    ]
    spec = to_spec(alt.layer(*layers).properties(width="container", height=HEIGHT))
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec["padding"] = {"left": 5, "top": 5, "bottom": 5, "right": ROOM}
    return spec
