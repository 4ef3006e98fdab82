"""Chart of a score against the corruption level: one line per method, labelled at its end."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.labels import end_names, line_ends
from dashboard.ui.charts.palette import GREY, line_colours
from dashboard.ui.charts.spec import AnyChart, to_spec

HEIGHT = 240
DASHES = {"model": [1, 0], "filter": [6, 3], "input": [2, 3]}
"""Dash pattern of each group's lines; filters and input are grey."""


def level_curves(
    table: pd.DataFrame, axes: tuple[str, str], *, at: float, form: str, dark: bool
) -> dict[str, Any]:
    """Return the curves as a Vega-Lite spec that fills its column.

    Parameters
    ----------
    table : DataFrame
        One row per method and level: ``title, group, level, value, low, high``; `group` of `DASHES`. Models
        get their colours in the order of the rows.
    axes : (str, str)
        Titles of the level and of the score.
    at : float
        The chosen level, marked by a vertical line.
    form : str
        Number format of the score.
    dark : bool
        Whether the theme is dark.
    """
    table = table.dropna(subset=["value"])
    grey_titles = table.loc[table["group"] != "model", "title"]
    colours = line_colours(table["title"], dict.fromkeys(grey_titles, GREY))
    domain = (float(table["low"].min()), float(table["high"].max()))
    x, y, colour = _channels(axes, domain, form, colours)
    base = alt.Chart(table)
    chosen_level = alt.Chart(pd.DataFrame({"level": [at]})).mark_rule(
        color=GREY, strokeDash=[3, 3], tooltip=None
    )
    band = base.mark_area(opacity=0.18, tooltip=None).encode(
        x=x, y=alt.Y("low:Q", title=axes[1]), y2="high:Q", color=colour
    )
    layers: list[AnyChart] = [chosen_level.encode(x=alt.X("level:Q", title=axes[0])), band]
    for group, dash in DASHES.items():
        own = table[table["group"] == group]
        line = alt.Chart(own).mark_line(strokeWidth=2, strokeDash=dash, point={"size": 22}, tooltip=None)
        layers.append(line.encode(x=x, y=y, color=colour))
    layers += end_names(line_ends(table, ("title", "level", "value"), colours), domain, HEIGHT, dark=dark)
    spec = to_spec(alt.layer(*layers).properties(height=HEIGHT, width="container"))
    spec["padding"] = {"left": 0, "top": 8, "bottom": 6, "right": 0}
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    return spec


def _channels(
    axes: tuple[str, str], domain: tuple[float, float], form: str, colours: dict[str, str]
) -> tuple[alt.X, alt.Y, alt.Color]:
    """Return the encodings of level, score and method."""
    x = alt.X("level:Q", title=axes[0], scale=alt.Scale(nice=False), axis=alt.Axis(grid=False, tickCount=6))
    y = alt.Y(
        "value:Q",
        title=axes[1],
        scale=alt.Scale(domain=list(domain), zero=False, nice=False),
        axis=alt.Axis(format=form, tickCount=5),
    )
    colour = alt.Color(
        "title:N", legend=None, scale=alt.Scale(domain=list(colours), range=list(colours.values()))
    )
    return x, y, colour
