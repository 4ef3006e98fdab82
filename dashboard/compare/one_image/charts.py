"""Small still charts as SVG, for what must be redrawn at once with every image.

An Altair chart of a thousand points takes the browser 50 ms to build anew; these take it 2.
"""

from __future__ import annotations

from html import escape

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.labels import spread
from dashboard.ui.charts.palette import class_colours, ground, ink

SIDE = 240
"""Units a side of a map; on the page it is as wide as its column."""
DOT, LABEL = 3.4, 12
BAR, BARS_HEIGHT, LEAST_WIDTH, REACH = 14, 64, 112, 3.0
GREY, DATA = "#8a93a3", "#3f90da"


def dot_map(points: pd.DataFrame, extent: tuple[float, float, float, float], classes: tuple[str, ...]) -> str:
    """Return the dots of a map as the inside of an SVG, to be closed by `marked_map`.

    Parameters
    ----------
    points : DataFrame
        Columns ``x, y, class``.
    extent : (float, float, float, float)
    classes : tuple of str
    """
    places = _to_units(points[["x", "y"]].to_numpy(np.float32), extent)
    parts = [f'<rect class="frame" width="{SIDE}" height="{SIDE}"/>']
    for name, colour in zip(classes, class_colours(len(classes)), strict=True):
        own = places[(points["class"] == name).to_numpy()]
        dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in own)  # a line of length 0 with round ends is a dot
        parts.append(f'<path d="{dots}" stroke="{colour}" stroke-width="{DOT}"/>')
    middles = pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "class": points["class"].to_numpy()})
    middles = middles.groupby("class", as_index=False, sort=False)[["x", "y"]].median()
    middles = spread(middles, 3 * LABEL, LABEL)
    parts += [
        f'<text x="{x:.1f}" y="{y:.1f}">{escape(name)}</text>'
        for name, x, y in zip(middles["class"], middles["x"], middles["y"], strict=True)
    ]
    return "".join(parts)


def marked_map(
    dots: str,
    place: npt.NDArray[np.float32],
    extent: tuple[float, float, float, float],
    *,
    sure: bool,
    dark: bool,
) -> str:
    """Return the SVG of a map with a ring around one place, dashed where it is not `sure`.

    Parameters
    ----------
    dots : str
        Of `dot_map`.
    place : float32 array, shape (2,)
        Brought to the edge if it lies outside.
    extent : (float, float, float, float)
    sure, dark : bool
    """
    x, y = np.clip(_to_units(place[None], extent)[0], 6, SIDE - 6)
    words, halo = ink(dark=dark), ground(dark=dark)
    radius, dashes = (9, "") if sure else (14, ' stroke-dasharray="4 3.3"')
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="none"'
    style = (
        f".frame{{fill:{GREY};fill-opacity:.05;stroke:{GREY};stroke-opacity:.4}}"
        "path{fill:none;stroke-linecap:round;stroke-opacity:.75}"
        f"text{{font:600 {LABEL}px sans-serif;text-anchor:middle;dominant-baseline:middle;"
        f"fill:{words};stroke:{halo};stroke-width:3px;stroke-linejoin:round;paint-order:stroke}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}"><style>{style}</style>{dots}'
        f'{ring} stroke="#ffffff" stroke-width="5"/>'
        f'{ring} stroke="#000000" stroke-width="2"{dashes}/></svg>'
    )


def is_outside(place: npt.NDArray[np.float32], extent: tuple[float, float, float, float]) -> bool:
    """Return whether a place, float32 ``(2,)``, lies outside of an extent."""
    x_min, x_max, y_min, y_max = extent
    return not (x_min <= place[0] <= x_max and y_min <= place[1] <= y_max)


def code_bars(scores: npt.NDArray[np.float32]) -> str:
    """Return the SVG of a code, one bar a dimension, with dashed lines at -2 and 2.

    Parameters
    ----------
    scores : float32 array, shape (latent_dim,)
        In standard deviations; drawn up to 3, with an open end beyond.
    """
    middle, unit = BARS_HEIGHT / 2, BARS_HEIGHT / 2 / REACH
    width = max(BAR * len(scores), LEAST_WIDTH)
    parts = []
    for k, score in enumerate(scores):
        end = middle - float(np.clip(score, -REACH, REACH)) * unit
        top, height = min(end, middle), max(abs(end - middle), 0.6)
        faint = ' fill-opacity="0.55"' if abs(score) > REACH else ""
        place = f'x="{k * BAR + 2}" y="{top:.1f}" width="{BAR - 4}" height="{height:.1f}"'
        parts.append(f'<rect {place} fill="{DATA}"{faint}/>')
    lines = "".join(
        f'<path d="M0 {middle - level * unit:.1f}H{width}" stroke="{GREY}"{dashes}/>'
        for level, dashes in ((0, ""), (2, ' stroke-dasharray="2 3"'), (-2, ' stroke-dasharray="2 3"'))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {BARS_HEIGHT}" width="{width}" '
        f'height="{BARS_HEIGHT}">{lines}{"".join(parts)}</svg>'
    )


def _to_units(
    places: npt.NDArray[np.float32], extent: tuple[float, float, float, float]
) -> npt.NDArray[np.float32]:
    x_min, x_max, y_min, y_max = extent
    x = SIDE * (places[:, 0] - x_min) / (x_max - x_min)
    y = SIDE * (y_max - places[:, 1]) / (y_max - y_min)
    return np.stack([x, y], axis=1)
