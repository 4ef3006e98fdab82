"""Charts of Sample: class histogram, and scatter plot of the samples' codes over test codes."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.palette import BASELINE_GREY, CLASS_COLOURS
from dashboard.ui.charts.scatter import NO_PADDING, class_colour, frame, position_axes
from dashboard.ui.charts.spec import AnyChart, to_spec

BAR_HEIGHT, MAX_NAMED = 110, 20
"""Pixels; of more classes, only those are named below their bars that have room."""


def class_histogram(
    shares: npt.NDArray[np.float32],
    data_shares: npt.NDArray[np.float32],
    classes: tuple[str, ...],
    *,
    top: float,
) -> dict[str, Any]:
    """Return the share of each class among samples as bars, with a tick at its share among test images.

    Parameters
    ----------
    shares, data_shares : float32 array, shape (n_classes,)
    classes : tuple of str
    top : float
        Upper end of the axis, common to all models.
    """
    table = pd.DataFrame({"class": classes, "share": shares, "data": data_shares})
    x = alt.X(
        "class:N",
        sort=None,
        axis=alt.Axis(
            title=None,
            labelAngle=-60,
            labelPadding=2,
            labelOverlap=len(classes) > MAX_NAMED,
            labelLimit=90,
            ticks=False,
        ),
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    axis = alt.Axis(title=None, tickCount=3, format=".0%", grid=False)
    tooltip = [
        alt.Tooltip("class:N", title="Class"),
        alt.Tooltip("share:Q", title="Samples", format=".1%"),
        alt.Tooltip("data:Q", title="Test images", format=".1%"),
    ]
    bars = alt.Chart(table).mark_bar()
    bars = bars.encode(
        x=x,
        y=alt.Y("share:Q", scale=scale, axis=axis),
        color=class_colour(classes, legend=None),
        tooltip=tooltip,
    )
    ticks = alt.Chart(table).mark_tick(thickness=2, color=BASELINE_GREY, size=18)
    ticks = ticks.encode(x=x, y=alt.Y("data:Q", scale=scale, axis=axis), tooltip=tooltip)
    spec = to_spec(alt.layer(bars, ticks).properties(height=BAR_HEIGHT, width="container"))
    spec["padding"] = NO_PADDING
    return spec


def samples_over_codes(
    real: npt.NDArray[np.float32],
    sampled: npt.NDArray[np.float32],
    labels: list[str],
    classes: tuple[str, ...],
    extent: tuple[float, float, float, float],
    *,
    size: int,
) -> dict[str, Any]:
    """Return test codes in grey, and over them the samples' codes in the colours of their classes.

    Parameters
    ----------
    real : float32 array, shape (n, 2)
        Positions of the test codes.
    sampled : float32 array, shape (m, 2)
        Positions of the samples' codes.
    labels : list of str
        Class name of each sample.
    classes : tuple of str
    extent : (float, float, float, float)
    size : int
        Side in pixels.
    """
    position = position_axes(extent, None)
    cloud = alt.Chart(pd.DataFrame({"x": real[:, 0], "y": real[:, 1]}))
    grey = cloud.mark_circle(size=10, color=CLASS_COLOURS[3], opacity=0.35, clip=True, tooltip=None)
    grey = grey.encode(**position)
    table = pd.DataFrame({"x": sampled[:, 0], "y": sampled[:, 1], "class": labels})
    dots = alt.Chart(table).mark_circle(
        size=34, opacity=0.95, stroke="#ffffff", strokeWidth=0.6, clip=True, tooltip=None
    )
    coloured = dots.encode(**position, color=class_colour(classes, legend=None))
    layers: list[AnyChart] = [frame(size), grey, coloured]
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    spec["padding"], spec["autosize"] = NO_PADDING, {"type": "pad"}
    return spec
