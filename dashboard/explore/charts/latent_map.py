"""The latent map: a scatter plot with hover and click in one chart; a hover sends nothing to the server.

An invisible grid on top receives the pointer. `hov` holds the grid cell under the pointer and stays in the
browser, where it moves a strip of decodes behind a clipped window; `cell` holds the position of a click and
is the only selection that is sent to the server. `zoom` and `leg` stay in the browser, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from dashboard.explore.charts.preview import Preview, image_window, preview_label
from dashboard.ui.charts.scatter import (
    MAX_IN_LEGEND,
    NO_PADDING,
    class_colour,
    class_labels,
    class_legend,
    double_ring,
    frame,
    points_layer,
    position_axes,
    shown_classes,
    value_colour,
)
from dashboard.ui.charts.spec import AnyChart, to_spec

RING_SIZE = 190
DECODE_TITLE = "Decode under the pointer"


@dataclass(frozen=True, kw_only=True)
class MapStyle(Preview):
    """How the map is drawn, beside the size of the preview.

    Attributes
    ----------
    colour : str
        "class", or a column of the points.
    colour_title : str
        Title of a numeric colour's legend.
    shade_uri : str or None
        Image of the trust shading, as a data URI.
    anchor : (float, float) or None
        Position that is ringed until the first click.
    only : tuple of str
        Of more classes than a legend holds, those whose points are shown; empty for all.
    is_date : bool
        Whether the colour is a date, in milliseconds.
    box_name : str or None
        Name of the selection of a box that is drawn with the shift key; None for no such selection.
    box : (float, float, float, float) or None
        The box that is drawn at first: x_min, x_max, y_min, y_max.
    """

    colour: str
    colour_title: str
    shade_uri: str | None
    anchor: tuple[float, float] | None
    only: tuple[str, ...] = ()
    is_date: bool = False
    box_name: str | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class MapContent:
    """Data of the map; the fields are those of `dashboard.data.maps.MapData`."""

    points: pd.DataFrame
    cells: pd.DataFrame
    extent: tuple[float, float, float, float]
    axis_titles: tuple[str, str]
    classes: tuple[str, ...]
    n_cells: int
    tile_shape: tuple[int, int]
    strips: tuple[str, ...]


def latent_map(content: MapContent, style: MapStyle) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec for ``st.vega_lite_chart(..., selection_mode="cell")``."""
    i, j = _start_tile(content, style.anchor)
    layers = [
        *map_layers(content, style),
        image_window(content.strips, content.n_cells, content.tile_shape, style),
        preview_label(DECODE_TITLE, 0, style.preview_height(content.tile_shape) + 8, style),
    ]
    return map_spec(layers, params(content, style, {"i": i, "j": j}), style)


def map_spec(
    layers: list[AnyChart], params: list[alt.TopLevelSelectionParameter], style: MapStyle
) -> dict[str, Any]:
    """Return the layers of a map as a spec, with its selections."""
    chart = alt.layer(*layers).properties(width=style.size, height=style.size)
    chart.params = params
    spec = to_spec(chart)
    spec["padding"], spec["autosize"] = NO_PADDING, {"type": "pad"}
    # The only path marks are the Voronoi cells of nearest=True, which are invisible. Unless their opacity
    # is 0, Vega draws thousands of transparent polygons at each move; the pointer finds them all the same.
    spec["config"]["path"] = {"opacity": 0}
    return spec


def params(
    content: MapContent, style: MapStyle, start: dict[str, Any]
) -> list[alt.TopLevelSelectionParameter]:
    """Return the four selections, attached by view name: `add_params` would repeat them on every layer.

    Parameters
    ----------
    content : MapContent
    style : MapStyle
    start : dict
        Values by field of the cells that `hov` holds before the first hover; it holds these fields.
    """
    free = "" if style.box_name is None else "[!event.shiftKey]"  # with the shift key, a box is drawn
    params = [
        alt.TopLevelSelectionParameter(
            name="hov",
            select=alt.PointSelectionConfig(
                type="point",
                on="pointermove, pointerdown",
                nearest=True,
                fields=list(start),
                toggle=False,
                clear=False,
            ),
            value=[start],
            views=["grid"],
        ),
        alt.TopLevelSelectionParameter(
            name="cell",
            select=alt.PointSelectionConfig(
                type="point",
                on=f"click{free}",
                nearest=True,
                fields=["gx", "gy", "row"],
                toggle=False,
                clear=False,
            ),
            views=["grid"],
        ),
        alt.TopLevelSelectionParameter(
            name="zoom",
            select=alt.IntervalSelectionConfig(
                type="interval",
                encodings=["x", "y"],
                translate=f"[pointerdown{free}, window:pointerup] > window:pointermove!",
            ),
            bind="scales",
            views=["grid"],
        ),
    ]
    if style.colour == "class" and len(content.classes) <= MAX_IN_LEGEND:
        legend = alt.PointSelectionConfig(type="point", fields=["class"])
        params.append(
            alt.TopLevelSelectionParameter(name="leg", select=legend, bind="legend", views=["points"])
        )
    return params


def map_layers(content: MapContent, style: MapStyle, *marked: AnyChart) -> list[AnyChart]:
    """Return the layers of the map: points, names, what is `marked`, rings, targets."""
    position = position_axes(content.extent, content.axis_titles)
    by_class = style.colour == "class"
    colour = (
        class_colour(content.classes, legend=class_legend(content.classes), points=content.points)
        if by_class
        else value_colour(style.colour, style.colour_title, is_date=style.is_date)
    )
    points = points_layer(shown_points(content, style), position, colour, size=24)
    grid = alt.Chart(content.cells, name="grid").mark_point(opacity=0, size=1, tooltip=None, aria=False)
    grid = grid.encode(**position)
    layers: list[AnyChart] = [frame(style.size)]
    if style.shade_uri is not None:
        layers.append(_shade(style.shade_uri, content.extent, position))
    if by_class:
        named = content.points[content.points["class"].isin(style.only)] if style.only else content.points
        labels = class_labels(named, position, dark=style.dark, size=13, side=style.size)
        shown = shown_classes(content.classes, style.only)
        if shown != "true":
            points, labels = points.transform_filter(shown), labels.transform_filter(shown)
            hit = alt.LogicalOrPredicate(**{"or": ["datum.row < 0", shown]})  # type: ignore[no-untyped-call]
            grid = grid.transform_filter(hit)
        layers += [points, labels]
    else:
        layers.append(points)
    return [*layers, *marked, *_rings(style, position), grid]


def shown_points(content: MapContent, style: MapStyle) -> pd.DataFrame:
    """Return the points as the map draws them: positions and what they are coloured by."""
    return content.points[["x", "y", style.colour]]


def _shade(uri: str, extent: tuple[float, float, float, float], position: dict[str, Any]) -> alt.Chart:
    """Return the trust shading as an image between the corners of the extent, so that it follows a zoom."""
    x_min, x_max, y_min, y_max = extent
    corner = pd.DataFrame({"x": [x_min], "x2": [x_max], "y": [y_min], "y2": [y_max]})
    mark = alt.Chart(corner).mark_image(url=uri, aspect=False, smooth=True, clip=True, tooltip=None)
    chart: alt.Chart = mark.encode(**position, x2="x2", y2="y2")
    return chart


def _rings(style: MapStyle, position: dict[str, Any]) -> list[alt.Chart]:
    """Return a double ring around the clicked position, or around the anchor before the first click."""
    x, y = ("NaN", "NaN") if style.anchor is None else style.anchor
    ringed = alt.Chart(pd.DataFrame({"one": [0]})).transform_calculate(
        x=f"cell.gx ? cell.gx[0] : {x}", y=f"cell.gy ? cell.gy[0] : {y}"
    )
    return double_ring(ringed.transform_filter("isValid(datum.x)"), position, size=RING_SIZE)


def _start_tile(content: MapContent, anchor: tuple[float, float] | None) -> tuple[int, int]:
    """Return column and row of the tile shown before the first hover: the anchor's, or the middle one."""
    if anchor is None:
        return content.n_cells // 2, content.n_cells // 2
    squared = (content.cells["x"] - anchor[0]) ** 2 + (content.cells["y"] - anchor[1]) ** 2
    nearest = int(squared.to_numpy().argmin())
    return int(content.cells["i"].iloc[nearest]), int(content.cells["j"].iloc[nearest])
