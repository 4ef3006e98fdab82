"""What is drawn on the front door's maps: frames, points, class names, rings, cross, decodes and texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard.overview.charts.content import IMAGES, PICTURES, FrontContent
from dashboard.overview.charts.layout import TITLE, Corner, FrontLayout
from dashboard.ui.charts.labels import haloed
from dashboard.ui.charts.names import inside, wrapped
from dashboard.ui.charts.palette import GREY, ink
from dashboard.ui.charts.scatter import LETTER_SHARE, double_ring, label_places

RING_SIZE = 150
LETTER_WIDTH, MOST_LINES = 7, 3
"""Pixels of a letter of the texts; lines of a class's name."""
CROSS, CROSS_SIZE = "M-1,0H1M0,-1V1", 120
VALUES = {"x": alt.XValue, "y": alt.YValue, "x2": alt.X2Value, "y2": alt.Y2Value}


def frames(by_map: pd.DataFrame, layout: FrontLayout) -> alt.Chart:
    """Return a thin frame around each map."""
    rect = alt.Chart(by_map).mark_rect(
        fill=GREY, fillOpacity=0.05, stroke=GREY, strokeOpacity=0.4, tooltip=None
    )
    lefts, tops = zip(*layout.corners, strict=True)
    opposite = _per_map("x2", lefts, layout.size) | _per_map("y2", tops, layout.size)
    chart: alt.Chart = rect.encode(**_at(layout.corners), **opposite)
    return chart


def points_image(layout: FrontLayout) -> alt.Chart:
    """Return the image of each map's points."""
    mark = alt.Chart(alt.NamedData(PICTURES)).mark_image(
        width=layout.size, height=layout.size, align="left", baseline="top", tooltip=None
    )
    chart: alt.Chart = mark.encode(url=alt.Url("dots:N"), **_at(layout.corners))
    return chart


def class_names(
    images: pd.DataFrame, position: dict[str, Any], layout: FrontLayout, *, dark: bool
) -> list[alt.Chart]:
    """Return the class names on each map."""
    size = 12 if layout.size >= 200 else 10
    own = [images[[f"x{k}", f"y{k}", "class"]] for k in range(layout.n_maps)]
    placed = [label_places(points.set_axis(["x", "y", "class"], axis=1), size) for points in own]
    for names, (left, _) in zip(placed, layout.corners, strict=True):
        edges = (left, left + layout.size)
        names["x"] = inside(names["x"], names["shown"], LETTER_SHARE * size, edges)
    labels = pd.concat(placed)
    return haloed(alt.Chart(labels).encode(**position, text=alt.Text("shown:N")), dark=dark, size=size)


def rings(by_map: pd.DataFrame, position: dict[str, Any]) -> list[alt.Chart]:
    """Return a double ring around the nearest image on each map."""
    row = f"data('{IMAGES}')[hov.near[0]]"
    nearest = alt.Chart(by_map).transform_calculate(x=f"{row}['x' + datum.map]", y=f"{row}['y' + datum.map]")
    return double_ring(nearest, position, size=RING_SIZE)


def cross(position: dict[str, Any]) -> list[alt.Chart]:
    """Return a cross at the position whose decode is shown; it stays when the pointer leaves."""
    shown = alt.Chart(pd.DataFrame({"one": [0]})).transform_calculate(x="hov.x[0]", y="hov.y[0]")
    return [
        shown.mark_point(
            shape=CROSS, size=CROSS_SIZE, stroke=colour, strokeWidth=width, opacity=1, clip=True, tooltip=None
        ).encode(**position)
        for colour, width in (("#ffffff", 4.5), ("#000000", 1.8))
    ]


def decode_window(content: FrontContent, layout: FrontLayout, k: int) -> alt.Chart:
    """Return a clipped window onto one model's atlas: the cell under the pointer, or the nearest image."""
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
        url=alt.Url("atlas:N"),
        **_pixels("x", f"{left} - {tile} % {content.n_columns} * {width * scale}"),
        **_pixels("y", f"{top} - floor({tile} / {content.n_columns}) * {height * scale}"),
    )
    return chart


def texts(titles: Sequence[str], layout: FrontLayout, *, dark: bool) -> list[alt.Chart]:
    """Return the text of each decode; in the compact layout also the models' names above their maps."""
    names = alt.Chart(pd.DataFrame({"map": range(layout.n_maps), "title": titles}))
    across, down = (layout.window + 12, 2) if layout.text_beside else (0, layout.window + 6)
    own = "hov.map[0] == datum.map"
    image = f"data('{IMAGES}')[hov.near[0]]"
    if layout.compact:
        first, second = "datum.title", f"{own} ? 'the pointer' : 'the ring'"
    else:
        first = f"{own} ? 'Under the pointer' : 'The ringed image'"
        width = (layout.size - across) // LETTER_WIDTH
        name = wrapped(f"truncate({image}['class'], {MOST_LINES * width})", width)
        ringed = f"'\\n\\nThe ring: test image ' + {image}.index + '\\n' + {name}"
        second = f"'decoded by ' + datum.title + ({own} ? {ringed} : '')"
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
        lineBreak="\n",
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
