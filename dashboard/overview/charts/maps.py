"""The front door's maps as one chart: one pointer for all maps; a hover sends nothing to the server.

An invisible grid on top receives the pointer. `hov` holds what is under it: a cell of one map, whose decode
is shown, and the nearest image, which is ringed on every map and decoded by the other models. `open` holds
the target of a click and is the only selection that is sent to the server. All maps are one view in pixel
coordinates, since concatenated views are laid out, and repainted, at every move. The rings move on all maps
at once, so everything is repainted in any case: the points of a map are one image, since drawing thousands
of marks takes 20 ms.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.overview.charts.content import (
    IMAGES,
    TARGETS,
    FrontContent,
    csv_data,
    images_table,
    targets_table,
)
from dashboard.overview.charts.layers import (
    class_names,
    cross,
    decode_window,
    frames,
    points_image,
    rings,
    texts,
)
from dashboard.overview.charts.layout import FrontLayout
from dashboard.ui.charts.scatter import NO_PADDING, position_axes
from dashboard.ui.charts.spec import AnyChart, to_spec

UNSEEN: dict[str, Any] = {"opacity": 0, "tooltip": None, "aria": False}
"""ARIA descriptions of thousands of marks would take Vega half a second, and a canvas does not use them."""


def front_maps_chart(content: FrontContent, layout: FrontLayout, start: int, *, dark: bool) -> dict[str, Any]:
    """Return the maps as a Vega-Lite spec for ``st.vega_lite_chart(..., selection_mode="open")``.

    Parameters
    ----------
    content : FrontContent
    layout : FrontLayout
    start : int
        Row of `content.targets` that is shown before the pointer moves.
    dark : bool
    """
    images = images_table(content, layout)
    targets = targets_table(content, layout)
    position = position_axes((0, layout.width, 0, layout.height), None)
    by_map = pd.DataFrame({"map": range(layout.n_maps)})
    layers: list[AnyChart] = [
        alt.Chart(csv_data(images, IMAGES)).mark_point(
            x=0, y=0, size=0, **UNSEEN
        ),  # loads the table for the expressions
        frames(by_map, layout),
        points_image(layout),
        *class_names(images, position, layout, dark=dark),
        *rings(by_map, position),
        *cross(position),
        *(decode_window(content, layout, k) for k in range(layout.n_maps)),
        *texts(content.titles, layout, dark=dark),
        _grid(targets, position),
    ]
    chart = alt.layer(*layers).properties(width=layout.width, height=layout.height)
    chart.params = _params(targets.iloc[start])
    spec = to_spec(chart)
    spec["padding"], spec["autosize"] = NO_PADDING, {"type": "pad"}
    return spec


def _params(start: pd.Series) -> list[alt.TopLevelSelectionParameter]:
    names = ["map", "cell", "near", "x", "y"]
    over = "@grid_marks:"
    hover = alt.PointSelectionConfig(
        type="point", on=f"{over}pointermove, {over}pointerdown", fields=names, clear=False
    )
    click = alt.PointSelectionConfig(
        type="point", on=f"{over}click", fields=["target"], toggle=False, clear=False
    )
    return [
        alt.TopLevelSelectionParameter(
            name="hov", select=hover, value=[{n: float(start[n]) for n in names}], views=["grid"]
        ),
        alt.TopLevelSelectionParameter(name="open", select=click, views=["grid"]),
    ]


def _grid(targets: pd.DataFrame, position: dict[str, Any]) -> alt.Chart:
    """Return what the pointer hits: one square per cell and, above them, one disc per image.

    They are clipped so that the chart is not larger than its frames, which `FrontLayout.origin` relies on.
    They replace Vega's ``nearest=True``, which takes a second to prepare for thousands of points.
    """
    data = csv_data(targets, TARGETS)
    mark = alt.Chart(data, name="grid").mark_point(filled=True, clip=True, **UNSEEN)
    chart: alt.Chart = mark.encode(
        **position,
        size=alt.Size("area:Q", scale=None, legend=None),
        shape=alt.Shape("shape:N", scale=None, legend=None),
    )
    return chart
