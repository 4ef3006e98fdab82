"""The front door's maps as one chart: one pointer for all maps; a hover sends nothing to the server.

An invisible grid on top receives the pointer. `hov` holds what is under it: a cell of one map, whose decode
is shown, and the nearest image, which is ringed on every map and decoded by the other models. `open` holds
the target of a click and is the only selection that is sent to the server. All maps are one view in pixel
coordinates, since concatenated views are laid out, and repainted, at every move. The rings move on all maps
at once, so everything is repainted in any case: the points of a map are one image, since drawing thousands
of marks takes 20 ms.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from dashboard.overview.charts.layout import TITLE, Corner, FrontLayout
from dashboard.ui.charts.labels import haloed
from dashboard.ui.charts.palette import GREY, ink
from dashboard.ui.charts.scatter import (
    NO_PADDING,
    double_ring,
    label_places,
    position_axes,
)
from dashboard.ui.charts.spec import AnyChart, to_spec

PICTURES, IMAGES, TARGETS = "front_pictures", "front_images", "front_targets"
"""Names of the data tables. The first is added to the spec later: ``map, sheet, dots``, the last two URIs."""
RING_SIZE, HIT_AREA = 150, 60
CROSS, CROSS_SIZE = "M-1,0H1M0,-1V1", 120
UNSEEN: dict[str, Any] = {"opacity": 0, "tooltip": None, "aria": False}
"""ARIA descriptions of thousands of marks would take Vega half a second, and a canvas does not use them."""
VALUES = {"x": alt.XValue, "y": alt.YValue, "x2": alt.X2Value, "y2": alt.Y2Value}


@dataclass(frozen=True)
class FrontContent:
    """Data of the maps; the fields are those of `dashboard.overview.services.FrontMaps`."""

    titles: tuple[str, ...]
    images: pd.DataFrame
    targets: pd.DataFrame
    n_columns: int
    n_rows: int
    n_cells: int
    tile_shape: tuple[int, int]


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
    images = _images(content, layout)
    targets = _targets(content, layout)
    position = position_axes((0, layout.width, 0, layout.height), None)
    by_map = pd.DataFrame({"map": range(layout.n_maps)})
    layers: list[AnyChart] = [
        alt.Chart(_csv(images, IMAGES)).mark_point(
            x=0, y=0, size=0, **UNSEEN
        ),  # loads the table for the expressions
        _frames(by_map, layout),
        _dots(layout),
        *_labels(images, position, layout, dark=dark),
        *_rings(by_map, position),
        *_cross(position),
        *(_window(content, layout, k) for k in range(layout.n_maps)),
        *_texts(content.titles, layout, dark=dark),
        _grid(targets, position),
    ]
    chart = alt.layer(*layers).properties(width=layout.width, height=layout.height)
    chart.params = _params(targets.iloc[start])
    spec = to_spec(chart)
    spec["padding"], spec["autosize"] = NO_PADDING, {"type": "pad"}
    return spec


def _images(content: FrontContent, layout: FrontLayout) -> pd.DataFrame:
    """Return the images with positions in pixels, y upwards."""
    images = content.images.copy()
    for k, (left, bottom) in enumerate(_lower_corners(layout)):
        images[f"x{k}"] = (left + images[f"x{k}"] * layout.size).round(1)
        images[f"y{k}"] = (bottom + images[f"y{k}"] * layout.size).round(1)
    return images


def _targets(content: FrontContent, layout: FrontLayout) -> pd.DataFrame:
    """Return the targets with positions in pixels, y upwards, and with shape and area of their marks."""
    targets = content.targets
    corners = np.array(_lower_corners(layout))[targets["map"]]
    cell = (layout.size / content.n_cells) ** 2
    return targets[["map", "cell", "near"]].assign(
        x=(corners[:, 0] + targets["x"] * layout.size).round(1),
        y=(corners[:, 1] + targets["y"] * layout.size).round(1),
        target=np.arange(len(targets)),
        shape=np.where(targets["is_image"], "circle", "square"),
        area=np.where(targets["is_image"], HIT_AREA, cell).round(1),
    )


def _lower_corners(layout: FrontLayout) -> list[Corner]:
    return [(left, layout.height - top - layout.size) for left, top in layout.corners]


def _csv(table: pd.DataFrame, name: str) -> alt.InlineData:
    """Return a table as CSV: Streamlit reads Arrow at 8 us per cell, which adds up to a second."""
    parse = {str(column): "number" for column in table.select_dtypes("number")}
    layout = alt.CsvDataFormat(type="csv", parse=parse)
    return alt.InlineData(values=table.to_csv(index=False), format=layout, name=name)


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
    data = _csv(targets, TARGETS)
    mark = alt.Chart(data, name="grid").mark_point(filled=True, clip=True, **UNSEEN)
    chart: alt.Chart = mark.encode(
        **position,
        size=alt.Size("area:Q", scale=None, legend=None),
        shape=alt.Shape("shape:N", scale=None, legend=None),
    )
    return chart


def _frames(by_map: pd.DataFrame, layout: FrontLayout) -> alt.Chart:
    """Return a thin frame around each map."""
    rect = alt.Chart(by_map).mark_rect(
        fill=GREY, fillOpacity=0.05, stroke=GREY, strokeOpacity=0.4, tooltip=None
    )
    lefts, tops = zip(*layout.corners, strict=True)
    opposite = _per_map("x2", lefts, layout.size) | _per_map("y2", tops, layout.size)
    chart: alt.Chart = rect.encode(**_at(layout.corners), **opposite)
    return chart


def _dots(layout: FrontLayout) -> alt.Chart:
    """Return the image of each map's points."""
    mark = alt.Chart(alt.NamedData(PICTURES)).mark_image(
        width=layout.size, height=layout.size, align="left", baseline="top", tooltip=None
    )
    chart: alt.Chart = mark.encode(url=alt.Url("dots:N"), **_at(layout.corners))
    return chart


def _labels(
    images: pd.DataFrame, position: dict[str, Any], layout: FrontLayout, *, dark: bool
) -> list[alt.Chart]:
    """Return the class names on each map."""
    size = 12 if layout.size >= 200 else 10
    own = [images[[f"x{k}", f"y{k}", "class"]] for k in range(layout.n_maps)]
    labels = pd.concat([label_places(points.set_axis(["x", "y", "class"], axis=1), size) for points in own])
    return haloed(alt.Chart(labels).encode(**position, text=alt.Text("class:N")), dark=dark, size=size)


def _rings(by_map: pd.DataFrame, position: dict[str, Any]) -> list[alt.Chart]:
    """Return a double ring around the nearest image on each map."""
    row = f"data('{IMAGES}')[hov.near[0]]"
    nearest = alt.Chart(by_map).transform_calculate(x=f"{row}['x' + datum.map]", y=f"{row}['y' + datum.map]")
    return double_ring(nearest, position, size=RING_SIZE)


def _cross(position: dict[str, Any]) -> list[alt.Chart]:
    """Return a cross at the position whose decode is shown; it stays when the pointer leaves."""
    shown = alt.Chart(pd.DataFrame({"one": [0]})).transform_calculate(x="hov.x[0]", y="hov.y[0]")
    return [
        shown.mark_point(
            shape=CROSS, size=CROSS_SIZE, stroke=colour, strokeWidth=width, opacity=1, clip=True, tooltip=None
        ).encode(**position)
        for colour, width in (("#ffffff", 4.5), ("#000000", 1.8))
    ]


def _window(content: FrontContent, layout: FrontLayout, k: int) -> alt.Chart:
    """Return a clipped window onto one model's sheet: the cell under the pointer, or the nearest image."""
    (left, top), side = layout.windows[k], layout.window
    height, width = content.tile_shape
    scale = side / max(height, width)
    tile = f"(hov.map[0] == {k} ? hov.cell[0] : data('{IMAGES}')[hov.near[0]].tile)"
    outline = f"M{left},{top}h{width * scale}v{height * scale}h{-width * scale}Z"
    mark = (
        alt.Chart(alt.NamedData(PICTURES))
        .transform_filter(f"datum.map == {k}")
        .mark_image(
            width=content.n_columns * width * scale,
            height=content.n_rows * height * scale,
            align="left",
            baseline="top",
            aspect=False,
            smooth=False,
            clip=alt.ExprRef(expr=f"pathShape('{outline}')"),
            tooltip=None,
        )
    )
    chart: alt.Chart = mark.encode(
        url=alt.Url("sheet:N"),
        **_pixels("x", f"{left} - {tile} % {content.n_columns} * {width * scale}"),
        **_pixels("y", f"{top} - floor({tile} / {content.n_columns}) * {height * scale}"),
    )
    return chart


def _texts(titles: Sequence[str], layout: FrontLayout, *, dark: bool) -> list[alt.Chart]:
    """Return the text of each decode; in the compact layout also the models' names above their maps."""
    names = alt.Chart(pd.DataFrame({"map": range(layout.n_maps), "title": titles}))
    across, down = (layout.window + 12, 2) if layout.text_beside else (0, layout.window + 6)
    own = "hov.map[0] == datum.map"
    image = f"data('{IMAGES}')[hov.near[0]]"
    if layout.compact:
        first, second = "datum.title", f"{own} ? 'the pointer' : 'the ring'"
    else:
        first = f"{own} ? 'Under the pointer' : 'The ringed image'"
        ringed = f"'The ring: test image ' + {image}.index, 'class: ' + {image}['class']"
        second = f"{own} ? ['decoded by ' + datum.title, '', {ringed}] : ['decoded by ' + datum.title]"
    names = names.transform_calculate(first=first, second=second)
    parts = [
        _text(names, "first", _at(layout.windows, across, down), size=13, bold=True, dark=dark),
        _text(names, "second", _at(layout.windows, across, down + 19), size=12, dark=dark),
    ]
    if layout.compact:
        parts.append(_text(names, "title", _at(layout.corners, 0, 6 - TITLE), size=15, bold=True, dark=dark))
    return parts


def _text(
    names: alt.Chart, column: str, at: dict[str, Any], *, size: int, bold: bool = False, dark: bool
) -> alt.Chart:
    mark = names.mark_text(
        align="left",
        baseline="top",
        fontSize=size,
        fontWeight=600 if bold else 400,
        lineHeight=size + 5,
        color=ink(dark=dark),
        tooltip=None,
    )
    chart: alt.Chart = mark.encode(text=alt.Text(f"{column}:N"), **at)
    return chart


def _pixels(channel: str, expression: str) -> dict[str, Any]:
    """Return a channel's encoding as an expression in pixels; `alt.value` would take 20 ms."""
    return {channel: VALUES[channel](alt.ExprRef(expr=expression))}  # type: ignore[no-untyped-call]


def _per_map(channel: str, values: Iterable[int], offset: int = 0) -> dict[str, Any]:
    """Return a channel's encoding as one number of pixels per map."""
    return _pixels(channel, f"{json.dumps([value + offset for value in values])}[datum.map]")


def _at(corners: Iterable[Corner], across: int = 0, down: int = 0) -> dict[str, Any]:
    """Return the encoding of one position per map, shifted by some pixels across and down."""
    lefts, tops = zip(*corners, strict=True)
    return _per_map("x", lefts, across) | _per_map("y", tops, down)
