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

from dashboard.ui.charts.palette import ink
from dashboard.ui.charts.scatter import (
    MAX_IN_LEGEND,
    NO_PADDING,
    class_colour,
    class_labels,
    class_legend,
    double_ring,
    frame,
    moving_pixels,
    points_layer,
    position_axes,
    shown_classes,
    value_colour,
)
from dashboard.ui.charts.spec import AnyChart, to_spec

RING_SIZE = 190
SPACING, STACKED_SPACING = 18, 68
"""Pixels between the map and the decode under the pointer beside it, or below it and the axis."""


@dataclass(frozen=True)
class MapStyle:
    """How the map is drawn.

    Attributes
    ----------
    colour : str
        "class", or a column of the points.
    colour_title : str
        Title of a numeric colour's legend.
    size, preview : int
        Side of the map, and of the decode under the pointer, in pixels.
    stacked : bool
        Whether the decode is below the map (narrow screens) instead of beside it.
    dark : bool
    shade_uri : str or None
        Image of the trust shading, as a data URI.
    anchor : (float, float) or None
        Position that is ringed until the first click.
    only : tuple of str
        Of more classes than a legend holds, those whose points are shown; empty for all.
    """

    colour: str
    colour_title: str
    size: int
    preview: int
    stacked: bool
    dark: bool
    shade_uri: str | None
    anchor: tuple[float, float] | None
    only: tuple[str, ...] = ()


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
    layers = [*_map_layers(content, style), *_preview_layers(content, style)]
    chart = alt.layer(*layers).properties(width=style.size, height=style.size)
    chart.params = _params(content, style)
    spec = to_spec(chart)
    spec["padding"], spec["autosize"] = NO_PADDING, {"type": "pad"}
    # The only path marks are the Voronoi cells of nearest=True, which are invisible. Unless their opacity
    # is 0, Vega draws thousands of transparent polygons at each move; the pointer finds them all the same.
    spec["config"]["path"] = {"opacity": 0}
    return spec


def _params(content: MapContent, style: MapStyle) -> list[alt.TopLevelSelectionParameter]:
    """Return the four selections, attached by view name: `add_params` would repeat them on every layer."""
    start = _start_tile(content, style.anchor)
    params = [
        alt.TopLevelSelectionParameter(
            name="hov",
            select=alt.PointSelectionConfig(
                type="point", on="pointermove, pointerdown", nearest=True, fields=["i", "j"], clear=False
            ),
            value=[{"i": start[0], "j": start[1]}],
            views=["grid"],
        ),
        alt.TopLevelSelectionParameter(
            name="cell",
            select=alt.PointSelectionConfig(
                type="point", on="click", nearest=True, fields=["gx", "gy", "row"], toggle=False, clear=False
            ),
            views=["grid"],
        ),
        alt.TopLevelSelectionParameter(
            name="zoom",
            select=alt.IntervalSelectionConfig(type="interval", encodings=["x", "y"]),
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


def _map_layers(content: MapContent, style: MapStyle) -> list[AnyChart]:
    position = position_axes(content.extent, content.axis_titles)
    by_class = style.colour == "class"
    colour = (
        class_colour(content.classes, legend=class_legend(content.classes), points=content.points)
        if by_class
        else value_colour(style.colour, style.colour_title)
    )
    columns = ["x", "y", "class"] if by_class else ["x", "y", style.colour]
    points = points_layer(content.points[columns], position, colour, size=24)
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
    return [*layers, *_rings(style, position), grid]


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


def _preview_layers(content: MapContent, style: MapStyle) -> list[AnyChart]:
    """Return the decode under the pointer: a clipped window in which `hov` moves a strip of tiles; its label.

    Vega repaints the rectangle around what has changed, with all marks that reach into it. To spare the
    points, a strip extends beyond the window only on the side away from the map, and the window is not a
    view of its own: concatenated views are laid out, and repainted, at every move. The other strips lie
    directly beside the window, clipped away, so that the browser loads them from the start.
    """
    height, width = content.tile_shape
    scale = style.preview / max(height, width)
    sides, start = {"x": width * scale, "y": height * scale}, {"x": 0, "y": 0}
    across, along = ("y", "x") if style.stacked else ("x", "y")  # axes across and along a strip
    start[across] = style.size + (STACKED_SPACING if style.stacked else SPACING)
    length = {across: sides[across], along: sides[along] * content.n_cells}
    strip, tile = ("hov.j[0]", "hov.i[0]") if style.stacked else ("hov.i[0]", "hov.j[0]")
    offsets = {
        across: f"{start[across]} + (datum.strip == {strip} ? 0 : {sides[across]})",
        along: f"{start[along]} - (datum.strip == {strip} ? {tile} * {sides[along]} : 0)",
    }
    outline = f"M{start['x']},{start['y']}h{sides['x']}v{sides['y']}h{-sides['x']}Z"
    window = alt.Chart(pd.DataFrame({"strip": range(content.n_cells), "url": content.strips})).mark_image(
        width=length["x"],
        height=length["y"],
        align="left",
        baseline="top",
        aspect=False,
        smooth=False,
        clip=alt.ExprRef(expr=f"pathShape('{outline}')"),
        tooltip=None,
    )
    window = window.encode(url="url:N", x=moving_pixels(offsets["x"]), y=moving_pixels(offsets["y"]))
    return [window, _label("Decode under the pointer", start["x"], start["y"] + sides["y"] + 8, style)]


def _label(text: str, x: float, y: float, style: MapStyle) -> alt.Chart:
    """Return a text with its upper left corner at ``(x, y)`` in pixels of the chart."""
    mark = alt.Chart(pd.DataFrame({"text": [text]})).mark_text(
        align="left",
        baseline="top",
        fontSize=13,
        fontWeight=600,
        color=ink(dark=style.dark),
        clip=False,  # with a zoom, Vega clips to the map every mark that does not say otherwise
        tooltip=None,
    )
    chart: alt.Chart = mark.encode(x=alt.value(x), y=alt.value(y), text=alt.Text("text:N"))
    return chart


def _start_tile(content: MapContent, anchor: tuple[float, float] | None) -> tuple[int, int]:
    """Return column and row of the tile shown before the first hover: the anchor's, or the middle one."""
    if anchor is None:
        return content.n_cells // 2, content.n_cells // 2
    squared = (content.cells["x"] - anchor[0]) ** 2 + (content.cells["y"] - anchor[1]) ** 2
    nearest = int(squared.to_numpy().argmin())
    return int(content.cells["i"].iloc[nearest]), int(content.cells["j"].iloc[nearest])
