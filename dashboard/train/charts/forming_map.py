"""Map of held-out images while a model is trained; its data are sent apart, so that it is not drawn anew."""

from __future__ import annotations

from typing import Any

import altair as alt

from dashboard.ui.charts.labels import haloed
from dashboard.ui.charts.scatter import (
    MAX_IN_LEGEND,
    NO_PADDING,
    class_colour,
    frame,
    points_layer,
    position_axes,
)
from dashboard.ui.charts.spec import AnyChart, to_spec


def forming_map(classes: tuple[str, ...], *, size: int, dark: bool) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec whose data are ``x, y, class``, x and y in [-1, 1].

    Parameters
    ----------
    classes : tuple of str
    size : int
        Width and height in pixels.
    dark : bool
        Whether the page has a dark theme.
    """
    position = position_axes((-1, 1, -1, 1), None)
    inherited: Any = alt.Undefined
    layers: list[AnyChart] = [
        frame(size, alt.Chart().transform_aggregate(n="count()")),
        points_layer(inherited, position, class_colour(classes, legend=None), size=44),
    ]
    if 1 < len(classes) <= MAX_IN_LEGEND:
        middles = alt.Chart().transform_aggregate(x="median(x)", y="median(y)", groupby=["class"])
        layers += haloed(middles.encode(**position, text=alt.Text("class:N")), dark=dark, size=14)
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    return {**spec, "autosize": {"type": "pad"}, "padding": NO_PADDING}
