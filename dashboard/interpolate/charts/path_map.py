"""A small latent map with a path on it; its points can be clicked."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.scatter import (
    NO_PADDING,
    class_colour,
    class_labels,
    frame,
    points_layer,
    position_axes,
)
from dashboard.ui.charts.spec import AnyChart, to_spec


def path_map(
    points: pd.DataFrame,
    extent: tuple[float, float, float, float],
    classes: tuple[str, ...],
    path: npt.NDArray[np.float32] | None,
    endpoints: npt.NDArray[np.float32],
    *,
    size: int,
    dark: bool,
) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec for ``st.vega_lite_chart(..., selection_mode="picked")``.

    Parameters
    ----------
    points : DataFrame
        Columns ``x, y, row, class``; the selection returns ``row``.
    extent : (float, float, float, float)
    classes : tuple of str
    path : float32 array, shape (n, 2), or None
        Positions of the steps; None if the plane is not the latent space itself.
    endpoints : float32 array, shape (2, 2)
        Positions of start and end.
    size : int
        Side in pixels.
    dark : bool
    """
    position = position_axes(extent, None)
    picked = alt.selection_point(
        name="picked", on="click", nearest=True, fields=["row"], toggle=False, clear=False
    )
    columns = points[["x", "y", "row", "class"]]
    dots = points_layer(columns, position, class_colour(classes, legend=None), size=12, name="dots")
    targets = alt.Chart(columns).mark_point(opacity=0, size=1, clip=True, tooltip=None).encode(**position)
    names = class_labels(points, position, dark=dark, size=11, side=size)
    layers: list[AnyChart] = [frame(size), dots, names]
    if path is not None:
        layers += _line(path, position)
    layers += _endpoints(endpoints, position)
    layers.append(targets.add_params(picked))
    chart = alt.layer(*layers).properties(width=size, height=size)
    spec = to_spec(chart)
    spec["padding"], spec["autosize"] = NO_PADDING, {"type": "pad"}
    spec["config"]["path"] = {"opacity": 0}
    return spec


def _line(path: npt.NDArray[np.float32], position: dict[str, Any]) -> list[alt.Chart]:
    """Return the path as a haloed line with one dot per step."""
    steps = pd.DataFrame({"x": path[:, 0], "y": path[:, 1], "step": np.arange(len(path))})
    base = alt.Chart(steps).encode(**position, order=alt.Order("step:Q"))
    under = base.mark_line(color="#ffffff", strokeWidth=5, tooltip=None, clip=True)
    over = base.mark_line(
        color="#111111",
        strokeWidth=2,
        point=alt.OverlayMarkDef(color="#111111", size=26),
        tooltip=None,
        clip=True,
    )
    return [under, over]


def _endpoints(endpoints: npt.NDArray[np.float32], position: dict[str, Any]) -> list[alt.Chart]:
    """Return both endpoints as haloed squares with labels."""
    labelled = pd.DataFrame({"x": endpoints[:, 0], "y": endpoints[:, 1], "name": ["from", "to"]})
    base = alt.Chart(labelled).encode(**position)
    mark = base.mark_point(
        shape="square",
        size=110,
        filled=True,
        color="#111111",
        stroke="#ffffff",
        strokeWidth=2,
        opacity=1,
        tooltip=None,
    )
    halo = alt.MarkDef(
        type="text",
        dy=-13,
        fontSize=12,
        fontWeight=700,
        tooltip=None,
        stroke="#ffffff",
        strokeWidth=3,
        color="#ffffff",
    )
    text = halo.copy()
    text.stroke, text.strokeWidth, text.color = None, 0, "#111111"
    return [mark, *(base.encode(text=alt.Text("name:N")).properties(mark=kind) for kind in (halo, text))]
