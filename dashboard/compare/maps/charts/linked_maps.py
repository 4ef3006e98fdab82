"""Linked maps of the same samples: hover, brush and legend selections act on all maps, in the browser.

One wide table holds one row per sample and one pair of columns per model. Each selection is listed once at
the top level with the views that feed it, and has one store, so that a selection in one map applies to all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.names import wrapped
from dashboard.ui.charts.palette import GREY, ink
from dashboard.ui.charts.scatter import (
    BRUSH,
    MAX_IN_LEGEND,
    class_colour,
    class_labels,
    class_legend,
    double_ring,
    frame,
    moving_pixels,
    points_layer,
    position_axes,
    shown_classes,
)
from dashboard.ui.charts.spec import AnyChart, to_spec

RING_SIZE = 150
GAP = 16
NOTE_WIDTH = 22
"""Characters per line of the text below the image."""


@dataclass(frozen=True)
class LinkedContent:
    """Data of the maps; see `dashboard.data.aligned_maps`.

    Attributes
    ----------
    table : DataFrame
        One row per sample: ``row, index, class``, and its position ``x0, y0, x1, y1 ...`` on each map; with
        ``lines``, that is what is written of the sample under the pointer.
    titles, planes, contexts : tuple of str
        Per map: its model, what its plane is, and all samples as a picture of faint dots (data URI).
    edge : float
        Each map covers ``-edge`` to ``edge`` in x and y.
    classes : tuple of str
    atlas_uri : str
        Images of all samples, tiled in the order of the rows (data URI); empty without images.
    tile_shape : (int, int)
    n_columns, n_rows : int
        Tiles of the atlas.
    """

    table: pd.DataFrame
    titles: tuple[str, ...]
    planes: tuple[str, ...]
    contexts: tuple[str, ...]
    edge: float
    classes: tuple[str, ...]
    atlas_uri: str
    tile_shape: tuple[int, int]
    n_columns: int
    n_rows: int


@dataclass(frozen=True)
class LinkedStyle:
    """Layout and theme of the maps.

    Attributes
    ----------
    size, preview : int
        Width and height in pixels of a map, and of the image under the pointer.
    maps_per_row : int
        The image is to the right of the rows.
    image_title, image_note : str
        Text above the image, and a longer one below it, which may be empty: original or stand-in.
    dark : bool
        Whether the page has a dark theme.
    only : tuple of str
        Of more classes than a legend holds, those whose points are shown; empty for all.
    """

    size: int
    preview: int
    maps_per_row: int
    image_title: str
    image_note: str
    dark: bool
    only: tuple[str, ...] = ()


def linked_maps_chart(content: LinkedContent, style: LinkedStyle) -> dict[str, Any]:
    """Return the maps as a Vega-Lite spec; no selection is sent to the server."""
    n_maps = len(content.titles)
    views = [to_spec(_map(content, style, k)) for k in range(n_maps)]
    views.append(to_spec(_preview(content, style)))
    spec = {key: views[0][key] for key in ("$schema", "config", "usermeta")}
    datasets = {"samples": content.table.to_dict("records")}
    for view in views:  # Altair's concat copies every part at each level, ten times slower
        datasets |= view.pop("datasets")
        del view["$schema"], view["config"], view["usermeta"]
    rows = [
        {"hconcat": views[k : min(k + style.maps_per_row, n_maps)], "spacing": GAP}
        for k in range(0, n_maps, style.maps_per_row)
    ]
    spec["hconcat"] = [{"vconcat": rows, "spacing": GAP}, views[-1]]
    spec |= {
        "params": _params(n_maps, legend=len(content.classes) <= MAX_IN_LEGEND),
        "datasets": datasets,
        "spacing": GAP,
    }
    spec |= {"padding": 0, "autosize": {"type": "pad"}}
    spec["config"]["path"] = {"opacity": 0}  # hides the Voronoi cells of the nearest-point selection
    return spec


def _params(n_maps: int, *, legend: bool) -> list[dict[str, Any]]:
    """Return the selections (hover, brush, legend), each with the views that feed it."""
    targets, points = ([f"{name}{k}" for k in range(n_maps)] for name in ("targets", "points"))
    on = "pointermove, pointerdown"
    hover = {"type": "point", "on": on, "nearest": True, "fields": ["row"], "clear": False}
    brush = {"type": "interval", "encodings": ["x", "y"], "resolve": "global", "zoom": False, "mark": BRUSH}
    of_class = {"type": "point", "fields": ["class"]}
    params: list[dict[str, Any]] = [
        {"name": "hov", "select": hover, "value": [{"row": 0}], "views": targets},
        {"name": "brush", "select": brush, "views": points},
        {"name": "leg", "select": of_class, "bind": "legend", "views": points[:1]},
    ]
    return params if legend else params[:-1]


def _map(content: LinkedContent, style: LinkedStyle, k: int) -> AnyChart:
    """Return map `k`; layers from the bottom: context, points, labels, ring at the pointer, hover targets."""
    position = position_axes((-content.edge, content.edge, -content.edge, content.edge), None)
    own = {axis: encoding.copy() for axis, encoding in position.items()}
    own["x"].shorthand, own["y"].shorthand = f"x{k}:Q", f"y{k}:Q"
    samples = alt.NamedData("samples")
    of_class = shown_classes(content.classes, style.only)
    named = content.table[content.table["class"].isin(style.only or content.classes)]
    own_points = named[[f"x{k}", f"y{k}", "class"]].set_axis(["x", "y", "class"], axis=1)
    first_points = content.table[["x0", "y0", "class"]].set_axis(["x", "y", "class"], axis=1)
    colour = class_colour(content.classes, legend=class_legend(content.classes, 10), points=first_points)
    points = points_layer(samples, own, colour, size=18)
    points = points.properties(name=f"points{k}")
    targets = alt.Chart(samples, name=f"targets{k}").mark_point(opacity=0, size=1, tooltip=None)
    labels = class_labels(own_points, position, dark=style.dark, size=12, side=style.size)
    layers: list[AnyChart] = [
        frame(style.size),
        _context(content.contexts[k], style.size),
        points.transform_filter(of_class).transform_filter(alt.ParameterPredicate(param="brush", empty=True)),
        labels.transform_filter(of_class),
        *double_ring(_hovered(), own, size=RING_SIZE),
        targets.encode(**own).transform_filter(of_class),
    ]
    title = _title(content.titles[k], content.planes[k])
    return alt.layer(*layers).properties(width=style.size, height=style.size, title=title)


def _context(uri: str, size: int) -> alt.Chart:
    """Return all samples as one image of faint dots, shown while a brush is active.

    Drawn as marks, all of them would be redrawn at each move of the brush.
    """
    blank = alt.Chart(pd.DataFrame({"one": [0]})).transform_filter("length(data('brush_store'))")
    chart: alt.Chart = blank.mark_image(
        url=uri, width=size, height=size, align="left", baseline="top", tooltip=None
    ).encode(x=alt.value(0), y=alt.value(0))
    return chart


def _preview(content: LinkedContent, style: LinkedStyle) -> AnyChart:
    """Return the image of the hovered sample, a clipped tile of the atlas, with index and class below it."""
    height, width = content.tile_shape
    scale = style.preview / max(height, width)
    tile_width, tile_height = width * scale, height * scale
    blank = alt.Chart(pd.DataFrame({"one": [0]}))
    window = blank.mark_image(
        url=content.atlas_uri,
        width=tile_width * content.n_columns,
        height=tile_height * content.n_rows,
        align="left",
        baseline="top",
        aspect=False,
        smooth=False,
        clip=True,
        tooltip=None,
    ).encode(
        x=moving_pixels(f"-(hov.row[0] % {content.n_columns}) * {tile_width}"),
        y=moving_pixels(f"-floor(hov.row[0] / {content.n_columns}) * {tile_height}"),
    )
    text = _hovered().mark_text(
        align="left", baseline="top", fontSize=13, lineBreak="\n", color=ink(dark=style.dark), tooltip=None
    )
    note, name = json.dumps(style.image_note), wrapped("datum.class", NOTE_WIDTH)
    if "lines" not in content.table:
        text = text.transform_calculate(
            lines=f"'Test image ' + datum.index + '\\n' + {name} + {wrapped(note, NOTE_WIDTH)}"
        )
    below = tile_height + 10 if content.atlas_uri else 0
    text = text.encode(x=alt.value(0), y=alt.value(below), text="lines:N")
    title = _title("Under the pointer", style.image_title)
    shown = [window, text] if content.atlas_uri else [text]
    return alt.layer(*shown).properties(width=tile_width, height=tile_height, title=title)


def _hovered() -> alt.Chart:
    """Return a chart of the hovered sample only."""
    hovered = alt.ParameterPredicate(param="hov", empty=False)
    return alt.Chart(alt.NamedData("samples")).transform_filter(hovered)


def _title(title: str, subtitle: str) -> alt.Title:
    return alt.Title(
        title,
        subtitle=subtitle,
        subtitleColor=GREY,
        anchor="start",
        fontSize=14,
        subtitleFontSize=12,
        offset=8,
    )
