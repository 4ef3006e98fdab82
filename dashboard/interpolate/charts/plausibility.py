"""Plausibility of each step of a path: distances to train codes and images, and classifier confidence."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.palette import BLUE, GREY, ORANGE
from dashboard.ui.charts.spec import to_spec

HEIGHT = 76
LOWEST = 0.25
AXIS_SPACE = 26
"""Pixels left of the first step; the strip above has a padding of as many."""
SERIES = ("nearest train code", "nearest train image")
COLOURS = (BLUE, ORANGE)


def plausibility(
    code_distance: npt.NDArray[np.float32],
    image_distance: npt.NDArray[np.float32] | None,
    confidence: npt.NDArray[np.float32] | None,
    *,
    top: float,
) -> dict[str, Any]:
    """Return the curves of one strip as a Vega-Lite spec that fills its column.

    Parameters
    ----------
    code_distance, image_distance : float array, shape (n,)
        In multiples of the median for test images, on a logarithmic axis that begins at 1/4. The second may
        be None.
    confidence : float array, shape (n,), or None
        Largest class probability, in [0, 1]: a grey area behind the curves.
    top : float
        Upper end of the distance axis, common to all strips.
    """
    n = len(code_distance)
    curves_shown = [curve for curve in (code_distance, image_distance) if curve is not None]
    frame = pd.DataFrame(
        {
            "step": np.tile(np.arange(n) + 0.5, len(curves_shown)),
            "distance": np.clip(np.concatenate(curves_shown), LOWEST, top),
            "series": np.repeat(SERIES[: len(curves_shown)], n),
        }
    )
    x = alt.X("step:Q", scale=alt.Scale(domain=[0, n], nice=False), axis=None)
    distance = alt.Y(
        "distance:Q",
        scale=alt.Scale(type="log", base=2, domain=[LOWEST, top], nice=False),
        axis=alt.Axis(
            title=None,
            values=[0.5, 1, 2, 4, 8],
            format="~r",
            grid=False,
            orient="left",
            minExtent=AXIS_SPACE,
            maxExtent=AXIS_SPACE,
            ticks=False,
            labelFontSize=11,  # fixed, and narrower than AXIS_SPACE, or the curves would shift
            labelPadding=4,
            labelOverlap=False,
        ),
    )
    colour = alt.Color(
        "series:N", scale=alt.Scale(domain=list(SERIES), range=list(COLOURS)), legend=None, sort=None
    )
    curves = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=16), tooltip=None)
        .encode(x=x, y=distance, color=colour)
    )
    usual = (
        alt.Chart(pd.DataFrame({"distance": [1.0]}))
        .mark_rule(strokeDash=[3, 3], color=GREY, tooltip=None)
        .encode(y=distance)
    )
    layers: list[alt.Chart] = [usual, curves]
    if confidence is not None:
        sure = pd.DataFrame({"step": np.arange(n) + 0.5, "confidence": confidence})
        area = (
            alt.Chart(sure)
            .mark_area(color=GREY, opacity=0.22, tooltip=None)
            .encode(x=x, y=alt.Y("confidence:Q", scale=alt.Scale(domain=[0, 1]), axis=None))
        )
        layers.insert(0, area)
    chart = alt.layer(*layers).resolve_scale(y="independent").properties(height=HEIGHT, width="container")
    spec = to_spec(chart)
    spec["padding"] = {"left": 0, "right": 0, "top": 4, "bottom": 4}
    return spec
