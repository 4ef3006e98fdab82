"""Parts of scatter plots of codes, shared by the latent map, its export and the small maps."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.labels import haloed, middle_of, spread, without_overlap
from dashboard.ui.charts.names import fitted, inside
from dashboard.ui.charts.palette import BASELINE_GREY, GREY, class_colours
from dashboard.ui.charts.spec import AnyChart, to_spec

AXIS_SPACE = 38
"""Fixed width of each axis in pixels, so that the plot's position in the canvas is known."""
MAX_IN_LEGEND = 10
"""Of more classes there is no legend, and not every one is named on the map."""
MAX_LETTERS, LETTER_SHARE = 16, 0.58
"""Of a class's name on a map of many; width of a letter as a share of its height."""
MAX_LETTERS_OF_FEW = 28
LEGEND_LIMIT, LETTERS_IN_LEGEND = 100, 15
"""Pixels, and usual letters, of a class's name in a legend."""
BRUSH: dict[str, Any] = {
    "fill": BASELINE_GREY,
    "fillOpacity": 0.12,
    "stroke": BASELINE_GREY,
    "strokeWidth": 1,
}
"""Look of a box that is drawn on a map to select what lies in it."""
NO_PADDING = {"left": 0, "right": 0, "top": 0, "bottom": 0}
"""Every side by name: Streamlit leaves 20 pixels below a chart whose padding names no bottom."""


def position_axes(
    extent: tuple[float, float, float, float], titles: tuple[str, str] | None
) -> dict[str, Any]:
    """Return x and y encodings over fixed domains; without titles the axes are left out.

    Titles have a fixed place: Vega would lay them out, and repaint the chart, at every move of the pointer.
    """
    x_min, x_max, y_min, y_max = extent

    def axis(title: str) -> alt.Axis:
        return alt.Axis(title=title, tickCount=5, grid=False, minExtent=AXIS_SPACE, maxExtent=AXIS_SPACE)

    axes: list[alt.Axis | None] = [None, None]
    if titles is not None:
        across, up = axis(titles[0]), axis(titles[1])
        across.titleY, up.titleX = AXIS_SPACE + 2, -AXIS_SPACE - 2
        axes = [across, up]
    return {
        "x": alt.X("x:Q", axis=axes[0], scale=alt.Scale(domain=[x_min, x_max], nice=False, zero=False)),
        "y": alt.Y("y:Q", axis=axes[1], scale=alt.Scale(domain=[y_min, y_max], nice=False, zero=False)),
    }


def frame(size: int, one_row: alt.Chart | None = None) -> alt.Chart:
    """Return a quiet frame of `size` pixels a side: Streamlit's theme hides a view's own.

    `one_row` is a chart of a single row, for a chart whose data are sent apart.
    """
    base = alt.Chart(pd.DataFrame({"one": [0]})) if one_row is None else one_row
    chart: alt.Chart = base.mark_rect(
        x=0,
        x2=size,
        y=0,
        y2=size,
        fill=GREY,
        fillOpacity=0.05,
        stroke=GREY,
        strokeOpacity=0.4,
        tooltip=None,
    )
    return chart


def class_colour(
    classes: tuple[str, ...], *, legend: alt.Legend | None, points: pd.DataFrame | None = None
) -> alt.Color:
    """Return the encoding of class names as colours that colour-blind people can tell apart.

    Parameters
    ----------
    classes : tuple of str
    legend : Legend or None
    points : DataFrame, optional
        Columns ``x, y, class``: where the classes lie on the map, so that many classes can be given colours
        that differ from those beside them.
    """
    colours = class_colours(len(classes), None if points is None else class_places(points, classes))
    scale = alt.Scale(domain=list(classes), range=colours)
    return alt.Color("class:N", scale=scale, legend=legend, sort=None)


def value_colour(column: str, title: str, *, is_date: bool = False) -> alt.Color:
    """Return the encoding of a number, or of a date in milliseconds, as a sequential colour."""
    legend = alt.Legend(
        title=title,
        orient="top",
        gradientLength=140,
        gradientThickness=8,
        titleOrient="left",
        titleLimit=240,
    )
    scale = alt.Scale(scheme=alt.SchemeParams("viridis", extent=[0.2, 1]))
    if is_date:  # two long labels, which would overlap under a short gradient
        legend.format, legend.gradientLength = "%Y-%m-%d", 240
    else:
        scale.zero = False
    return alt.Color(f"{column}:{'T' if is_date else 'Q'}", scale=scale, legend=legend)


def class_places(points: pd.DataFrame, classes: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Return the median position of each class, float64 ``(n_classes, 2)``; NaN without points."""
    return points.groupby("class")[["x", "y"]].median().reindex(list(classes)).to_numpy(np.float64)


def class_legend(classes: tuple[str, ...], n_columns: int = 5) -> alt.Legend | None:
    """Return the legend of classes, above the map; None if they are too many for one.

    Where it cuts names, a tooltip shows the whole one. Vega-Lite passes `encoding` on to Vega's legend
    although neither its schema nor Altair has it.
    """
    if len(classes) > MAX_IN_LEGEND:
        return None
    legend = alt.Legend(
        title=None,
        orient="top",
        columns=n_columns,
        symbolType="circle",
        symbolSize=90,
        symbolOpacity=1,
        labelLimit=LEGEND_LIMIT,
    )
    if any(fitted(name, LETTERS_IN_LEGEND) != name for name in classes):
        whole = {"tooltip": {"value": {"signal": "datum.value"}}}
        legend["encoding"] = {"labels": whole, "symbols": whole}
    return legend


def shown_classes(classes: tuple[str, ...], only: tuple[str, ...]) -> Any:  # noqa: ANN401 - a predicate
    """Return the filter of rows: what the legend "leg" selects or, of too many classes for one, `only`.

    Parameters
    ----------
    classes : tuple of str
    only : tuple of str
        Classes that were searched for; empty for all.
    """
    if len(classes) <= MAX_IN_LEGEND:
        return alt.ParameterPredicate(param="leg", empty=True)
    return alt.FieldOneOfPredicate(field="class", oneOf=list(only)) if only else "true"


def points_layer(
    points: pd.DataFrame | alt.NamedData,
    position: dict[str, Any],
    colour: alt.Color,
    *,
    size: int,
    name: str = "points",
) -> alt.Chart:
    """Return a layer of one filled circle per row of `points` (columns ``x, y`` and what `colour` needs).

    Vega would describe each in words, for thousands of circles half a second, and a canvas cannot tell them.
    """
    mark = alt.Chart(points, name=name).mark_circle(
        size=size, opacity=0.75, clip=True, tooltip=None, aria=False
    )
    chart: alt.Chart = mark.encode(**position, color=colour)
    return chart


def double_ring(places: alt.Chart, position: dict[str, Any], *, size: int) -> list[alt.Chart]:
    """Return a white ring and a black one within it around each place of a chart, seen on any colour."""
    return [
        places.mark_point(
            size=size, filled=False, stroke=colour, strokeWidth=width, opacity=1, clip=True, tooltip=None
        ).encode(**position)
        for colour, width in (("#ffffff", 5.0), ("#000000", 2.0))
    ]


def moving_pixels(expression: str) -> Any:  # noqa: ANN401 - altair's value wrapper
    """Return the encoding of a place in pixels that follows signals."""
    return alt.value(alt.ExprRef(expr=expression))


def class_labels(
    points: pd.DataFrame, position: dict[str, Any], *, dark: bool, size: int, side: int
) -> AnyChart:
    """Return each class's name amid its points, haloed, on a map of `side` pixels."""
    low, high = position["y"]["scale"]["domain"]
    places = label_places(points, size / side * (high - low))
    left, right = position["x"]["scale"]["domain"]
    letter = LETTER_SHARE * size / side * (right - left)
    places["x"] = inside(places["x"], places["shown"], letter, (left, right))
    return alt.layer(*haloed(name_texts(places, position), dark=dark, size=size))


def name_texts(places: pd.DataFrame, position: dict[str, Any]) -> alt.Chart:
    """Return the names of `label_places` as texts; where any is shortened, a tooltip has the whole one."""
    texts: alt.Chart = alt.Chart(places).encode(**position, text=alt.Text("shown:N"))
    if (places["shown"] != places["class"]).any():
        texts = texts.encode(tooltip=alt.Tooltip("class:N", title="Class"))
    return texts


def label_places(points: pd.DataFrame, size: float) -> pd.DataFrame:
    """Return ``x, y, class, shown``: where names go that are `size` high, in the units of the points.

    Of many classes, only those are named whose names do not overlap, large classes first. ``shown`` is the
    name, shortened where it is long.
    """
    groups = points.groupby("class", sort=False)
    centres = [middle_of(group[["x", "y"]].to_numpy(np.float64)) for _, group in groups]
    middles = pd.DataFrame(centres, columns=["x", "y"]).assign(**{"class": [name for name, _ in groups]})
    if len(middles) <= MAX_IN_LEGEND:
        middles["shown"] = [fitted(name, MAX_LETTERS_OF_FEW) for name in middles["class"]]
        return spread(middles, 4 * size, 1.1 * size)
    middles["shown"] = [fitted(name, MAX_LETTERS) for name in middles["class"]]
    order = np.argsort(-groups.size().to_numpy(), kind="stable")
    return without_overlap(middles.iloc[order], LETTER_SHARE * size, 1.2 * size)


def static_map(
    points: pd.DataFrame,
    extent: tuple[float, float, float, float],
    titles: tuple[str, str] | None,
    colour: alt.Color,
    *,
    size: int,
    labels: bool,
    dark: bool = False,
    mark_size: int = 22,
) -> dict[str, Any]:
    """Return a map without interaction as a Vega-Lite spec, `size` pixels a side."""
    position = position_axes(extent, titles)
    layers: list[AnyChart] = [frame(size), points_layer(points, position, colour, size=mark_size)]
    if labels:
        layers.append(class_labels(points, position, dark=dark, size=12, side=size))
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    spec["autosize"] = {"type": "pad"}
    return spec
