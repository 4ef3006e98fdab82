"""Loss curves of a training run: one small panel per loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from dashboard.ui.charts.palette import BLUE
from dashboard.ui.charts.scatter import NO_PADDING
from dashboard.ui.charts.spec import to_spec

AXIS, GAP = 44, 14
"""Pixels for the numbers of a y-axis, and between panels."""


def loss_panels(names: Sequence[str], *, width: int, height: int) -> dict[str, Any]:
    """Return the panels as a Vega-Lite spec whose data are ``epoch, loss, value``.

    Parameters
    ----------
    names : sequence of str
        Of the losses, in the order of the panels.
    width, height : int
        Of all panels together, and of each plot, in pixels.
    """
    n = max(len(names), 1)
    side = (width - (n - 1) * GAP) // n - AXIS
    number = alt.Axis(tickCount=3, minExtent=AXIS - 8, maxExtent=AXIS - 8, grid=True)
    line = (
        alt.Chart()
        .mark_line(strokeWidth=2, color=BLUE, tooltip=None, clip=True)
        .encode(
            x=alt.X("epoch:Q", title=None, axis=alt.Axis(tickCount=3, grid=False, format="~s")),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=number),
        )
        .properties(width=side, height=height)
    )
    panels = [
        line.transform_filter(alt.datum.loss == name).properties(
            title=alt.TitleParams(name, fontSize=12, fontWeight=500, anchor="start", frame="group")
        )
        for name in names
    ]
    spec = to_spec(alt.hconcat(*panels, spacing=GAP).resolve_scale(x="independent", y="independent"))
    return {**spec, "padding": NO_PADDING}
