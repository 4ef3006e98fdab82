"""The curve of one loss of a training run, with a line per kind of images."""

from __future__ import annotations

from typing import Any

import altair as alt

from dashboard.ui.charts.palette import BLUE, ORANGE
from dashboard.ui.charts.scatter import NO_PADDING
from dashboard.ui.charts.spec import to_spec

AXIS = 44
"""Pixels for the numbers of the y-axis."""
TRAIN, HELD_OUT = "train", "held-out"
"""Kinds of images, in the column ``images``."""
COLOURS = {TRAIN: BLUE, HELD_OUT: ORANGE}


def loss_curve(name: str, *, width: int, height: int, is_log: bool = False) -> dict[str, Any]:
    """Return the curve as a Vega-Lite spec whose data are ``epoch, value, images``.

    Parameters
    ----------
    name : str
        Of the loss.
    width, height : int
        Of the whole, and of the plot, in pixels.
    is_log : bool
        Whether the scale is logarithmic, so that lines that are close at the end can be told apart; the
        values must exceed 0.
    """
    number = alt.Axis(tickCount=3, minExtent=AXIS - 8, maxExtent=AXIS - 8, grid=not is_log)
    chart = (
        alt.Chart()
        .mark_line(strokeWidth=2, tooltip=None, clip=True)
        .encode(
            x=alt.X(
                "epoch:Q", title=None, axis=alt.Axis(tickCount=3, tickMinStep=1, grid=False, format="~s")
            ),
            y=alt.Y(
                "value:Q",
                title=None,
                scale=alt.Scale(type="log", nice=False) if is_log else alt.Scale(zero=False),
                axis=number,
            ),
            color=alt.Color(
                "images:N",
                scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
                legend=None,
            ),
        )
        .properties(
            title=alt.TitleParams(
                name, fontSize=12, fontWeight=500, anchor="start", frame="group", limit=width
            ),
            width=width - AXIS,
            height=height,
        )
    )
    return {**to_spec(chart), "padding": NO_PADDING, "autosize": {"type": "pad"}}
