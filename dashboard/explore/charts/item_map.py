"""The map of a space of items: the latent map with the item under the pointer beside it, and rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from dashboard.explore.charts.latent_map import (
    MapContent,
    MapStyle,
    map_layers,
    map_spec,
    params,
    shown_points,
)
from dashboard.explore.charts.preview import hovered_text, image_window, preview_label, text_room
from dashboard.ui.charts.labels import right_names
from dashboard.ui.charts.palette import ground, ink
from dashboard.ui.charts.scatter import BRUSH, position_axes
from dashboard.ui.charts.spec import AnyChart, with_tables

TITLE = "Item under the pointer"
TITLE_HEIGHT, HEAD_HEIGHT, STACKED_TEXT = 26, 22, 150
"""Pixels."""
FOUND_SIZE, HOVER_SIZE = 75, 130
LIKED_SIZE, TASTE_SIZE, TASTE_NAME = 80, 230, "taste"
MAX_RINGED = 2_000
"""Most items among which the one at the pointer is ringed: Vega repaints all between ring and text."""
BOX_VIEW = "boxes"
"""Name of the view that a box is drawn in."""
HOVER_FIELDS = ("i", "j", "x", "y", "head", "text")


@dataclass(frozen=True)
class ItemMapContent(MapContent):
    """Data of the map; the fields are those of `dashboard.explore.services.item_map.ItemMap`.

    The cells are the items. ``head`` and ``text`` are what is written of them, with line feeds; ``i, j`` is
    the strip of an item's image, and its tile in it. Without images, there are no strips.
    """

    found: pd.DataFrame


def item_map(content: ItemMapContent, style: MapStyle, taste: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec for ``st.vega_lite_chart(..., selection_mode="cell")``.

    Parameters
    ----------
    content : ItemMapContent
    style : MapStyle
    taste : DataFrame, optional
        ``x, y, liked``: where liked items lie, and (not liked) the taste itself.
    """
    position = position_axes(content.extent, content.axis_titles)
    colour = ink(dark=style.dark)
    ring = [_hover_ring(position, colour)] if len(content.cells) <= MAX_RINGED else []
    marked: list[AnyChart] = [
        _ring(alt.Chart(content.found), position, FOUND_SIZE, colour, 1.2),
        *_taste(taste, position, style),
        *ring,
    ]
    layers = [*map_layers(content, style, *marked), *_preview(content, style)]
    if style.box_name is not None:
        layers.insert(1, _box_layer(content, position))
    first = content.cells.iloc[_start_row(content, style.anchor)]
    start = {field: _plain(first[field]) for field in HOVER_FIELDS}
    spec = map_spec(layers, [*params(content, style, start), *_box_params(style)], style)
    if style.box_name is not None:
        spec["layer"][1]["layer"][0]["name"] = BOX_VIEW  # Altair has added a number to it
    return spec


def with_found(
    spec: dict[str, Any], drawn: ItemMapContent, content: ItemMapContent, style: MapStyle
) -> dict[str, Any]:
    """Return the spec of the map of `drawn` with the items of `content`, which has others that were found.

    Everything else stays as it is drawn, which takes a search a third of the time.
    """
    changed = [(shown_points(one, style), one.cells, one.found) for one in (drawn, content)]
    return with_tables(spec, zip(*changed, strict=True))


def _box_params(style: MapStyle) -> list[alt.TopLevelSelectionParameter]:
    """Return the selection of a box: drawn with the shift key, removed by a click with it."""
    if style.box_name is None:
        return []
    start: dict[str, Any] = {}
    if style.box is not None:
        start["value"] = {"x": list(style.box[:2]), "y": list(style.box[2:])}
    select = alt.IntervalSelectionConfig(
        type="interval",
        encodings=["x", "y"],
        on="[pointerdown[event.shiftKey], window:pointerup] > window:pointermove!",
        translate=False,
        zoom=False,
        clear=False,
        mark=alt.BrushConfig(**BRUSH),
    )
    return [alt.TopLevelSelectionParameter(name=style.box_name, select=select, views=[BOX_VIEW], **start)]


def _box_layer(content: ItemMapContent, position: dict[str, Any]) -> AnyChart:
    """Return the layer that the box is drawn in, below the points.

    Vega-Lite draws the box above all that is in the same layer, where it would hide the items in it from the
    pointer; hence a layer of layers, of one mark that is not seen.
    """
    x_min, _, y_min, _ = content.extent
    corner = alt.Chart(pd.DataFrame({"x": [x_min], "y": [y_min]}), name=BOX_VIEW)
    mark = corner.mark_point(opacity=0, size=1, clip=True, tooltip=None, aria=False)
    return alt.layer(mark.encode(**position))


def _preview(content: ItemMapContent, style: MapStyle) -> list[AnyChart]:
    """Return title, image if there is one, class and text of the item under the pointer."""
    layers: list[AnyChart] = [preview_label(TITLE, 0, 0, style)]
    below: float = TITLE_HEIGHT
    if content.strips:
        layers[0] = image_window(content.strips, content.n_cells, content.tile_shape, style)
        below = style.preview_height(content.tile_shape) + 8
    layers.append(hovered_text("head", below, style, bold=bool(content.strips)))
    layers.append(hovered_text("text", below + HEAD_HEIGHT, style))
    height = below + STACKED_TEXT if style.stacked else style.size
    return [text_room(height, style), *layers]


def _taste(taste: pd.DataFrame | None, position: dict[str, Any], style: MapStyle) -> list[AnyChart]:
    """Return diamonds for liked items, and a cross with its name for the taste."""
    if taste is None:
        return []
    liked, own = taste[taste["liked"]], taste[~taste["liked"]]
    own = own.assign(title=TASTE_NAME, colour=ink(dark=style.dark))
    marks = [
        _solid(alt.Chart(liked), position, "diamond", LIKED_SIZE, style),
        _solid(alt.Chart(own), position, "cross", TASTE_SIZE, style),
    ]
    return [*marks, *right_names(own, dark=style.dark)]


def _solid(places: alt.Chart, position: dict[str, Any], shape: str, size: int, style: MapStyle) -> alt.Chart:
    colour, edge = ink(dark=style.dark), ground(dark=style.dark)
    return _marks(
        places, position, shape=shape, size=size, filled=True, fill=colour, stroke=edge, strokeWidth=1.5
    )


def _hover_ring(position: dict[str, Any], colour: str) -> alt.Chart:
    """Return a thin ring around the item under the pointer, without a search for it among all items."""
    ringed = alt.Chart(pd.DataFrame({"one": [0]})).transform_calculate(
        x="hov.x ? hov.x[0] : NaN", y="hov.y ? hov.y[0] : NaN"
    )
    return _ring(ringed.transform_filter("isValid(datum.x)"), position, HOVER_SIZE, colour, 1.4)


def _ring(places: alt.Chart, position: dict[str, Any], size: int, colour: str, width: float) -> alt.Chart:
    return _marks(places, position, size=size, filled=False, stroke=colour, strokeWidth=width)


def _marks(places: alt.Chart, position: dict[str, Any], **look: Any) -> alt.Chart:  # noqa: ANN401 - Vega's values
    """Return marks at places, which neither the pointer nor a screen reader meets."""
    mark = places.mark_point(opacity=1, clip=True, tooltip=None, aria=False, **look)
    chart: alt.Chart = mark.encode(**position)
    return chart


def _start_row(content: ItemMapContent, anchor: tuple[float, float] | None) -> int:
    """Return the row of the cell at the anchor."""
    if anchor is None:
        return 0
    squared = (content.cells["x"] - anchor[0]) ** 2 + (content.cells["y"] - anchor[1]) ** 2
    return int(squared.to_numpy().argmin())


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of a frame
    return value.item() if hasattr(value, "item") else value
