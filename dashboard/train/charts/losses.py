"""Loss curves of a training run: one small panel per loss, with a line per kind of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from dashboard.ui.charts.palette import BLUE, ORANGE, legible
from dashboard.ui.charts.scatter import NO_PADDING
from dashboard.ui.charts.spec import to_spec

AXIS, GAP = 44, 14
"""Pixels for the numbers of a y-axis, and between panels."""
TRAIN, HELD_OUT = "train", "held-out"
"""Kinds of images, in the column ``images``."""
COLOURS = {TRAIN: BLUE, HELD_OUT: ORANGE}
LABEL_SHIFT = {TRAIN: 11, HELD_OUT: -7}
"""Pixels from the end of a line down to its name: the error of held-out images is the larger one."""


def loss_panels(
    names: Sequence[str],
    *,
    width: int,
    height: int,
    compared: Sequence[str] = (),
    n_columns: int = 4,
    dark: bool = False,
) -> dict[str, Any]:
    """Return the panels as a Vega-Lite spec whose data are ``epoch, loss, value, images``.

    Parameters
    ----------
    names : sequence of str
        Of the losses, in the order of the panels.
    width, height : int
        Of all panels together, and of each plot, in pixels.
    compared : sequence of str
        Losses above 0 that are measured on training images and on held-out images. Each line has its name,
        and the scale is logarithmic, so that lines that are close at the end can be separated.
    n_columns : int
        Largest number of panels per row.
    dark : bool
        Whether the page has a dark theme.
    """
    n = max(min(len(names), n_columns), 1)
    side = (width - (n - 1) * GAP) // n - AXIS
    x = alt.X("epoch:Q", title=None, axis=alt.Axis(tickCount=3, tickMinStep=1, grid=False, format="~s"))
    line = (
        alt.Chart()
        .mark_line(strokeWidth=2, tooltip=None, clip=True)
        .encode(
            x=x,
            color=alt.Color(
                "images:N",
                scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
                legend=None,
            ),
        )
    )
    panels = []
    for name in names:
        is_log = name in compared
        scale = alt.Scale(type="log", nice=False) if is_log else alt.Scale(zero=False)
        number = alt.Axis(tickCount=3, minExtent=AXIS - 8, maxExtent=AXIS - 8, grid=not is_log)
        y = alt.Y("value:Q", title=None, scale=scale, axis=number)
        ends = [_line_name(kind, x, y, dark=dark) for kind in COLOURS if name in compared]
        layers = [layer.transform_filter(alt.datum.loss == name) for layer in (line.encode(y=y), *ends)]
        title = alt.TitleParams(name, fontSize=12, fontWeight=500, anchor="start", frame="group")
        panels.append(alt.layer(*layers).properties(title=title, width=side, height=height))
    joined = alt.concat(*panels, columns=n, spacing=GAP)
    return {**to_spec(joined.resolve_scale(x="independent", y="independent")), "padding": NO_PADDING}


def _line_name(kind: str, x: alt.X, y: alt.Y, *, dark: bool) -> alt.Chart:
    """Return the name of a line, written at its end."""
    name: alt.Chart = (
        alt.Chart()
        .transform_filter(alt.datum.images == kind)
        .transform_joinaggregate(last="max(epoch)", groupby=["loss"])
        .transform_filter("datum.epoch == datum.last")
        .mark_text(
            text=kind,
            align="right",
            dy=LABEL_SHIFT[kind],
            fontSize=11,
            color=legible(COLOURS[kind], dark=dark),
            tooltip=None,
        )
        .encode(x=x, y=y)
    )
    return name
