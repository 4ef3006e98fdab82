"""A scatter of codes: the layer that the latent map, its export and the small maps share."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.charts.palette import SEQUENTIAL_SCHEME, class_colours

AXIS_SPACE = 38
"""Pixels that each axis takes, fixed, so that the plot's place inside the canvas is known."""


def position_axes(
    extent: tuple[float, float, float, float], titles: tuple[str, str] | None
) -> dict[str, Any]:
    """Return x and y encodings over fixed domains; without titles the axes are left out."""
    x_min, x_max, y_min, y_max = extent

    def axis(title: str) -> alt.Axis:
        return alt.Axis(
            title=title, tickCount=5, grid=False, minExtent=AXIS_SPACE, maxExtent=AXIS_SPACE, titlePadding=2
        )

    axes = (None, None) if titles is None else (axis(titles[0]), axis(titles[1]))
    return {
        "x": alt.X("x:Q", axis=axes[0], scale=alt.Scale(domain=[x_min, x_max], nice=False, zero=False)),
        "y": alt.Y("y:Q", axis=axes[1], scale=alt.Scale(domain=[y_min, y_max], nice=False, zero=False)),
    }


def class_colour(classes: tuple[str, ...], *, legend: alt.Legend | None) -> alt.Color:
    """Return the encoding of class names as colours that colour-blind people can tell apart."""
    scale = alt.Scale(domain=list(classes), range=class_colours(len(classes)))
    return alt.Color("class:N", scale=scale, legend=legend, sort=None)


def value_colour(column: str, title: str) -> alt.Color:
    """Return the encoding of a number as a sequential colour."""
    legend = alt.Legend(title=title, orient="top", gradientLength=200, gradientThickness=8, titleOrient="left")
    return alt.Color(f"{column}:Q", scale=alt.Scale(scheme=SEQUENTIAL_SCHEME, zero=False), legend=legend)


def class_legend() -> alt.Legend:
    """Return the legend of classes, above the map, five a row."""
    return alt.Legend(title=None, orient="top", columns=5, symbolType="circle", symbolSize=90, symbolOpacity=1)


def points_layer(
    points: pd.DataFrame, position: dict[str, Any], colour: alt.Color, *, size: int, name: str = "points"
) -> alt.Chart:
    """Return one filled circle a row of `points` (columns ``x, y`` and what `colour` needs)."""
    mark = alt.Chart(points, name=name).mark_circle(size=size, opacity=0.75, clip=True, tooltip=None)
    chart: alt.Chart = mark.encode(**position, color=colour)
    return chart


def class_labels(points: pd.DataFrame, position: dict[str, Any], *, dark: bool, size: int) -> alt.LayerChart:
    """Return each class's name at the median of its points, with a halo that keeps it readable."""
    middles = points.groupby("class", as_index=False, sort=False)[["x", "y"]].median()
    base = alt.Chart(middles).encode(**position, text="class:N")
    ink, halo = ("#ffffff", "#14171c") if dark else ("#1f2430", "#ffffff")
    text = {"fontSize": size, "fontWeight": 600, "tooltip": None, "clip": True}
    under = base.mark_text(stroke=halo, strokeWidth=4, strokeJoin="round", color=halo, opacity=0.85, **text)
    labels: alt.LayerChart = alt.layer(under, base.mark_text(color=ink, **text))
    return labels


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
    layers: list[alt.Chart | alt.LayerChart] = [points_layer(points, position, colour, size=mark_size)]
    if labels:
        layers.append(class_labels(points, position, dark=dark, size=12))
    chart = alt.layer(*layers).properties(width=size, height=size)
    spec: dict[str, Any] = chart.configure_view(strokeOpacity=0.25).to_dict()
    return spec
