"""Bars by dimension, scores with intervals, densities, and posteriors on a map."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.labels import haloed
from dashboard.ui.charts.scatter import class_colour, frame, position_axes
from dashboard.ui.charts.spec import AnyChart, to_spec

DATA, GREY, ACCENT = "#3f90da", "#8a93a3", "#e76300"
HEIGHT, BAR, FEW = 170, 26, 9
PANEL_WIDTH, PANEL_HEIGHT, PANEL_COLUMNS = 66, 44, 4
SIDE = 300
N_CORNERS = 28


def dimension_bars(
    table: pd.DataFrame,
    title: str,
    *,
    form: str = ".2~f",
    cumulative: bool = False,
    level: float | None = None,
) -> dict[str, Any]:
    """Return one bar a row, in the order of the rows, that fills its column.

    Parameters
    ----------
    table : DataFrame
        Columns ``name, value``; optionally ``low, high`` for an interval, ``used`` (bool) to cross out
        some, and ``reference`` for a tick beside the bar.
    title : str
        Of the vertical axis.
    form : str
        Number format of that axis.
    cumulative : bool
        Whether a line of running sums is drawn as well.
    level : float, optional
        Where a dashed line runs across.
    """
    x = alt.X("name:N", sort=None, axis=alt.Axis(title=None, labelAngle=0, ticks=False, labelOverlap=True))
    y = alt.Y("value:Q", axis=alt.Axis(title=title, tickCount=4, format=form, grid=False))
    size = BAR if len(table) <= FEW else alt.Undefined
    base = alt.Chart(table).encode(x=x)
    layers: list[AnyChart] = [base.mark_bar(color=DATA, opacity=0.6, tooltip=None, size=size).encode(y=y)]
    if "used" in table and not table["used"].all():
        unused = alt.Chart(table[~table["used"]])
        cross = unused.mark_point(shape="cross", angle=45, size=90, filled=True, color=GREY, tooltip=None)
        layers.append(cross.encode(x=x, y=y))
    if level is not None:
        across = alt.Chart(pd.DataFrame({"value": [level]}))
        dashed = across.mark_rule(color=GREY, strokeDash=[4, 3], strokeWidth=1.5, tooltip=None)
        layers.append(dashed.encode(y=y))
    if "reference" in table:
        tick = base.mark_tick(color=ACCENT, thickness=2.5, size=22, tooltip=None)
        layers.append(tick.encode(y=alt.Y("reference:Q", title=title)))
    if "low" in table and table["low"].notna().any():
        rule = base.mark_rule(color=DATA, strokeWidth=4, tooltip=None)
        layers.append(rule.encode(y=alt.Y("low:Q", title=title), y2="high:Q"))
    if cumulative:
        sums = alt.Chart(table.assign(value=table["value"].cumsum()))
        points = alt.OverlayMarkDef(color=ACCENT, size=22)
        line = sums.mark_line(color=ACCENT, strokeWidth=2, point=points, tooltip=None)
        layers.append(line.encode(x=x, y=y))
    return to_spec(alt.layer(*layers).properties(height=HEIGHT, width="container"))


def score_rows(table: pd.DataFrame, title: str, *, form: str = ".3~f") -> dict[str, Any]:
    """Return one row a score, a dot with its interval and its number beside it.

    Parameters
    ----------
    table : DataFrame
        Columns ``name, value, low, high``.
    title : str
        Of the horizontal axis.
    form : str
        Number format.
    """
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, ticks=False, labelLimit=190, domain=False))
    x = alt.X("value:Q", scale=alt.Scale(zero=True), axis=alt.Axis(title=title, tickCount=4, grid=False))
    base = alt.Chart(table).encode(y=y)
    bars = base.mark_rule(color=DATA, strokeWidth=4, tooltip=None).encode(x="low:Q", x2="high:Q")
    dots = base.mark_circle(color=DATA, size=70, opacity=1, tooltip=None).encode(x=x)
    words = base.mark_text(dy=-13, fontSize=12, color=GREY, tooltip=None)
    numbers = words.encode(x=x, text=alt.Text("value:Q", format=form))
    chart = alt.layer(bars, dots, numbers).properties(height=alt.Step(44), width="container")
    return to_spec(chart)


def density_panels(table: pd.DataFrame, names: list[str]) -> dict[str, Any]:
    """Return one small panel a dimension: the aggregate posterior as an area, the prior as a line.

    Parameters
    ----------
    table : DataFrame
        Columns ``name, z, density, prior``.
    names : list of str
        Dimensions in the order of the panels.
    """
    x = alt.X("z:Q", axis=alt.Axis(title=None, values=[-3, 0, 3], grid=False, labelFontSize=10))
    base = alt.Chart().encode(x=x)
    area = base.mark_area(color=DATA, opacity=0.55, tooltip=None)
    line = base.mark_line(color=ACCENT, strokeWidth=1.5, tooltip=None)
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
    """Return codes over circles at 1, 2 and 3 standard deviations of the prior N(0, I).

    Parameters
    ----------
    codes : float32 array, shape (n, 2)
    labels : list of str
        Class name of each.
    classes : tuple of str
    dark : bool
    """
    position = _square(codes, at_least=3.3)
    dots = pd.DataFrame({"x": codes[:, 0], "y": codes[:, 1], "class": labels})
    points = alt.Chart(dots).mark_circle(size=14, opacity=0.75, clip=True, tooltip=None)
    points = points.encode(**position, color=class_colour(classes, legend=None))
    radii = np.array([1, 2, 3], np.float32)
    circles = _outlines(np.zeros((3, 2), np.float32), np.stack([radii, radii], axis=1), ["prior"] * 3)
    lines = alt.Chart(circles).mark_line(color=GREY, strokeWidth=1.5, clip=True, tooltip=None)
    lines = lines.encode(**position, detail="number:N", order="corner:Q")
    names = pd.DataFrame({"x": [0.0] * 3, "y": radii, "name": ["1 sd", "2 sd", "3 sd"]})
    words = haloed(alt.Chart(names).encode(**position, text="name:N"), dark=dark, size=12)
    return _square_spec([frame(SIDE), points, lines, *words])


def posterior_ellipses(
    mean: npt.NDArray[np.float32],
    deviation: npt.NDArray[np.float32],
    labels: list[str],
    classes: tuple[str, ...],
) -> dict[str, Any]:
    """Return an ellipse around each mean, with half axes of `deviation`.

    Parameters
    ----------
    mean, deviation : float32 arrays, shape (n, 2)
    labels : list of str
        Class name of each.
    classes : tuple of str
    """
    position = _square(np.abs(mean) + deviation, at_least=0)
    lines = alt.Chart(_outlines(mean, deviation, labels)).mark_line(
        strokeWidth=1.4, opacity=0.9, clip=True, tooltip=None
    )
    lines = lines.encode(
        **position, detail="number:N", order="corner:Q", color=class_colour(classes, legend=None)
    )
    return _square_spec([frame(SIDE), lines])


def visible_multiple(mean: npt.NDArray[np.float32], deviation: npt.NDArray[np.float32]) -> int:
    """Return the least of 1, 2, 5, 10 times the deviation that is 3 pixels wide for half of the ellipses."""
    span = 2 * _reach(mean, at_least=0)
    pixels = float(np.median(deviation)) / span * SIDE
    return next((factor for factor in (1, 2, 5) if factor * pixels >= 3), 10)


def _reach(places: npt.NDArray[np.float32], *, at_least: float) -> float:
    return max(1.08 * float(np.abs(places).max()), at_least)


def _square(places: npt.NDArray[np.float32], *, at_least: float) -> dict[str, Any]:
    reach = _reach(places, at_least=at_least)
    return position_axes((-reach, reach, -reach, reach), None)


def _square_spec(layers: list[AnyChart]) -> dict[str, Any]:
    spec = to_spec(alt.layer(*layers).properties(width=SIDE, height=SIDE))
    spec["padding"], spec["autosize"] = 0, {"type": "pad"}
    return spec


def _outlines(
    centres: npt.NDArray[np.float32], radii: npt.NDArray[np.float32], labels: list[str]
) -> pd.DataFrame:
    """Return the corners of ellipses: ``x, y, number, corner, class``."""
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
