"""Charts of a VAE's posterior and prior: density panels, codes over the prior, posterior ellipses."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.labels import haloed
from dashboard.ui.charts.palette import BLUE, GREY, ORANGE
from dashboard.ui.charts.scatter import class_colour, frame, position_axes
from dashboard.ui.charts.spec import AnyChart, to_spec

PANEL_WIDTH, PANEL_HEIGHT, PANEL_COLUMNS = 66, 44, 4
SIDE = 300
"""Width and height of a map in pixels."""
N_CORNERS = 28
"""Corners of the polygon that stands for an ellipse."""
MIN_VISIBLE_PIXELS = 3


def density_panels(table: pd.DataFrame, names: list[str]) -> dict[str, Any]:
    """Return one small panel per dimension: aggregate posterior as an area, prior as a line.

    Parameters
    ----------
    table : DataFrame
        One row per dimension and grid point: ``name, z, density, prior``.
    names : list of str
        Dimensions in the order of the panels.
    """
    x = alt.X("z:Q", axis=alt.Axis(title=None, values=[-3, 0, 3], grid=False, labelFontSize=10))
    base = alt.Chart().encode(x=x)
    area = base.mark_area(color=BLUE, opacity=0.55, tooltip=None)
    line = base.mark_line(color=ORANGE, strokeWidth=1.5, tooltip=None)
    highest = float(table[["density", "prior"]].to_numpy().max())
    axis: Any = {"axis": None, "scale": alt.Scale(domain=[0, highest], nice=False)}
    panel = alt.layer(
        area.encode(y=alt.Y("density:Q", **axis)), line.encode(y=alt.Y("prior:Q", **axis)), data=table
    )
    header = alt.Header(title=None, labelOrient="top", labelPadding=1, labelFontSize=11)
    chart = panel.properties(width=PANEL_WIDTH, height=PANEL_HEIGHT).facet(
        facet=alt.Facet("name:N", sort=names, header=header),
        columns=min(PANEL_COLUMNS, len(names)),
        spacing=10,
    )
    return to_spec(chart)


def codes_and_prior(
    codes: npt.NDArray[np.float32], labels: list[str], classes: tuple[str, ...], *, dark: bool
) -> dict[str, Any]:
    """Return a scatter plot of codes, with circles at 1, 2 and 3 standard deviations of the prior N(0, I).

    Parameters
    ----------
    codes : float32 array, shape (n, 2)
    labels : list of str
        Class name of each code.
    classes : tuple of str
    dark : bool
        Whether the page has a dark theme.
    """
    position = _square_axes(codes, at_least=3.3)
    dots = pd.DataFrame({"x": codes[:, 0], "y": codes[:, 1], "class": labels})
    points = alt.Chart(dots).mark_circle(size=14, opacity=0.75, clip=True, tooltip=None)
    points = points.encode(**position, color=class_colour(classes, legend=None))
    radii = np.array([1, 2, 3], np.float32)
    circles = _outlines(np.zeros((3, 2), np.float32), np.stack([radii, radii], axis=1), ["prior"] * 3)
    lines = alt.Chart(circles).mark_line(color=GREY, strokeWidth=1.5, clip=True, tooltip=None)
    lines = lines.encode(**position, detail="number:N", order="corner:Q")
    names = pd.DataFrame({"x": [0.0] * 3, "y": radii, "name": ["1 sd", "2 sd", "3 sd"]})
    labels_of_circles = haloed(alt.Chart(names).encode(**position, text="name:N"), dark=dark, size=12)
    return _square_spec([frame(SIDE), points, lines, *labels_of_circles])


def posterior_ellipses(
    mean: npt.NDArray[np.float32],
    deviation: npt.NDArray[np.float32],
    labels: list[str],
    classes: tuple[str, ...],
) -> dict[str, Any]:
    """Return one ellipse per posterior, centred on its mean, with `deviation` as half axes.

    Parameters
    ----------
    mean, deviation : float32 arrays, shape (n, 2)
    labels : list of str
        Class name of each posterior.
    classes : tuple of str
    """
    position = _square_axes(np.abs(mean) + deviation, at_least=0)
    lines = alt.Chart(_outlines(mean, deviation, labels)).mark_line(
        strokeWidth=1.4, opacity=0.9, clip=True, tooltip=None
    )
    lines = lines.encode(
        **position, detail="number:N", order="corner:Q", color=class_colour(classes, legend=None)
    )
    return _square_spec([frame(SIDE), lines])


def ellipse_scale(mean: npt.NDArray[np.float32], deviation: npt.NDArray[np.float32]) -> int:
    """Return the factor (1, 2, 5 or 10) by which to enlarge ellipses, so that most of them can be seen.

    Parameters
    ----------
    mean, deviation : float32 arrays, shape (n, 2)

    Returns
    -------
    int
        The smallest factor for which the median deviation spans at least `MIN_VISIBLE_PIXELS`, at most 10.
    """
    span = 2 * _half_width(mean, at_least=0)
    pixels = float(np.median(deviation)) / span * SIDE
    return next((factor for factor in (1, 2, 5) if factor * pixels >= MIN_VISIBLE_PIXELS), 10)


def _half_width(points: npt.NDArray[np.float32], *, at_least: float) -> float:
    return max(1.08 * float(np.abs(points).max()), at_least)


def _square_axes(points: npt.NDArray[np.float32], *, at_least: float) -> dict[str, Any]:
    """Return the axes of a square map around 0 that holds the points."""
    half = _half_width(points, at_least=at_least)
    return position_axes((-half, half, -half, half), None)


def _square_spec(layers: list[AnyChart]) -> dict[str, Any]:
    spec = to_spec(alt.layer(*layers).properties(width=SIDE, height=SIDE))
    spec["padding"], spec["autosize"] = 0, {"type": "pad"}
    return spec


def _outlines(
    centres: npt.NDArray[np.float32], radii: npt.NDArray[np.float32], labels: list[str]
) -> pd.DataFrame:
    """Return ellipses as polygons, one row per corner: ``x, y, number, corner, class``."""
    angle = np.linspace(0, 2 * np.pi, N_CORNERS, dtype=np.float32)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    corners = (centres[:, None] + radii[:, None] * circle).reshape(-1, 2)
    return pd.DataFrame(
        {
            "x": corners[:, 0].round(4),
            "y": corners[:, 1].round(4),
            "number": np.repeat(np.arange(len(centres)), N_CORNERS),
            "corner": np.tile(np.arange(N_CORNERS), len(centres)),
            "class": np.repeat(labels, N_CORNERS),
        }
    )
