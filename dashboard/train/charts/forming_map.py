"""Map of held-out images while a model is trained; its data are sent apart, so that it is not drawn anew."""

from __future__ import annotations

import json
from typing import Any

import altair as alt

from dashboard.ui.charts.labels import haloed
from dashboard.ui.charts.names import fitted
from dashboard.ui.charts.scatter import (
    MAX_IN_LEGEND,
    MAX_LETTERS_OF_FEW,
    NO_PADDING,
    class_colour,
    frame,
    points_layer,
    position_axes,
)
from dashboard.ui.charts.spec import AnyChart, to_spec


def forming_map(
    classes: tuple[str, ...], *, size: int, dark: bool, only: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec whose data are ``x, y, class``, x and y in [-1, 1].

    Parameters
    ----------
    classes : tuple of str
    size : int
        Width and height in pixels.
    dark : bool
        Whether the page has a dark theme.
    only : tuple of str
        Classes whose points are shown; empty for all.
    """
    position = position_axes((-1, 1, -1, 1), None)
    inherited: Any = alt.Undefined
    points = points_layer(inherited, position, class_colour(classes, legend=None), size=44)
    if only:
        points = points.transform_filter(alt.FieldOneOfPredicate(field="class", oneOf=list(only)))
    layers: list[AnyChart] = [frame(size, alt.Chart().transform_aggregate(n="count()")), points]
    named = only or classes
    if len(classes) > 1 and len(named) <= MAX_IN_LEGEND:
        layers += haloed(_names(named, position), dark=dark, size=14)
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    return {**spec, "autosize": {"type": "pad"}, "padding": NO_PADDING}


def _names(named: tuple[str, ...], position: dict[str, Any]) -> alt.Chart:
    """Return the names of classes at the medians of their points; a tooltip has those that are shortened."""
    shown = {name: fitted(name, MAX_LETTERS_OF_FEW) for name in named}
    middles = alt.Chart().transform_filter(alt.FieldOneOfPredicate(field="class", oneOf=list(named)))
    middles = middles.transform_aggregate(x="median(x)", y="median(y)", groupby=["class"])
    middles = middles.transform_calculate(shown=f"({json.dumps(shown)})[datum.class]")
    names: alt.Chart = middles.encode(**position, text=alt.Text("shown:N"))
    if list(shown) != list(shown.values()):
        names = names.encode(tooltip=alt.Tooltip("class:N", title="Class"))
    return names
