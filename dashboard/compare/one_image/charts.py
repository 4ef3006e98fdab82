"""Static SVG charts of the cards: a map with a ringed position, and a code as bars.

Plain SVG instead of Altair: with every new image the browser would need 50 ms to build an Altair chart of a
thousand points, and needs 2 ms for these.
"""

from __future__ import annotations

from html import escape

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.labels import spread
from dashboard.ui.charts.names import fitted
from dashboard.ui.charts.palette import BLUE, GREY, class_colours, ground, ink

SIDE = 240
"""Width and height of a map in SVG units; on the page it is as wide as its column."""
POINT_SIZE, LABEL_SIZE = 3.4, 12
EXACT_RADIUS, APPROXIMATE_RADIUS = 9, 14
MAX_LETTERS, LETTER_SHARE = 20, 0.58
"""Of a class's name on a map; width of a letter as a share of its height."""
BAR_WIDTH, BARS_HEIGHT, MIN_BARS_WIDTH = 14, 64, 112
MAX_DEVIATION = 3.0
"""Standard deviations at which bars are cut off."""
BAR_COLOUR = BLUE


def map_points_svg(
    points: pd.DataFrame, extent: tuple[float, float, float, float], classes: tuple[str, ...]
) -> str:
    """Return frame, points and class labels of a map as SVG elements, to be wrapped by `ringed_map`.

    Parameters
    ----------
    points : DataFrame
        Columns ``x, y, class``.
    extent : (float, float, float, float)
        ``x_min, x_max, y_min, y_max``.
    classes : tuple of str
    """
    positions = _to_svg(points[["x", "y"]].to_numpy(np.float32), extent)
    parts = [f'<rect class="frame" width="{SIDE}" height="{SIDE}"/>']
    for name, colour in zip(classes, class_colours(len(classes)), strict=True):
        own = positions[(points["class"] == name).to_numpy()]
        dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in own)  # a line of length 0 with round ends is a dot
        parts.append(f'<path d="{dots}" stroke="{colour}" stroke-width="{POINT_SIZE}"/>')
    labels = pd.DataFrame({"x": positions[:, 0], "y": positions[:, 1], "class": points["class"].to_numpy()})
    labels = labels.groupby("class", as_index=False, sort=False)[["x", "y"]].median()
    labels = spread(labels, 3 * LABEL_SIZE, LABEL_SIZE)
    labels["shown"] = [fitted(name, MAX_LETTERS) for name in labels["class"]]
    half = labels["shown"].str.len() * LETTER_SHARE * LABEL_SIZE / 2
    labels["x"] = labels["x"].clip(half, SIDE - half)  # inside the frame
    parts += [
        f'<text x="{x:.1f}" y="{y:.1f}">{escape(shown)}<title>{escape(name)}</title></text>'
        for shown, name, x, y in labels[["shown", "class", "x", "y"]].itertuples(index=False)
    ]
    return "".join(parts)


def ringed_map(
    points_svg: str,
    position: npt.NDArray[np.float32],
    extent: tuple[float, float, float, float],
    *,
    exact: bool,
    dark: bool,
) -> str:
    """Return the SVG of a map with a ring around one position; dashed and wider if it is approximate.

    Parameters
    ----------
    points_svg : str
        Of `map_points_svg`.
    position : float32 array, shape (2,)
        Moved to the edge of the map if it lies outside.
    extent : (float, float, float, float)
        ``x_min, x_max, y_min, y_max``.
    exact : bool
        False where the position is approximate.
    dark : bool
        Whether the page has a dark theme.
    """
    x, y = np.clip(_to_svg(position[None], extent)[0], 6, SIDE - 6)
    text_colour, halo = ink(dark=dark), ground(dark=dark)
    radius, dashes = (EXACT_RADIUS, "") if exact else (APPROXIMATE_RADIUS, ' stroke-dasharray="4 3.3"')
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="none"'
    style = (
        f".frame{{fill:{GREY};fill-opacity:.05;stroke:{GREY};stroke-opacity:.4}}"
        "path{fill:none;stroke-linecap:round;stroke-opacity:.75}"
        f"text{{font:600 {LABEL_SIZE}px sans-serif;text-anchor:middle;dominant-baseline:middle;"
        f"fill:{text_colour};stroke:{halo};stroke-width:3px;stroke-linejoin:round;paint-order:stroke}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}"><style>{style}</style>'
        f"{points_svg}"
        f'{ring} stroke="#ffffff" stroke-width="5"/>'
        f'{ring} stroke="#000000" stroke-width="2"{dashes}/></svg>'
    )


def is_outside(position: npt.NDArray[np.float32], extent: tuple[float, float, float, float]) -> bool:
    """Return whether a position, float32 ``(2,)``, lies outside an extent."""
    x_min, x_max, y_min, y_max = extent
    return not (x_min <= position[0] <= x_max and y_min <= position[1] <= y_max)


def code_bars(scores: npt.NDArray[np.float32]) -> str:
    """Return the SVG of a standardised code, one bar per dimension, with dashed lines at -2 and 2.

    Parameters
    ----------
    scores : float32 array, shape (latent_dim,)
        In standard deviations; bars are cut off at `MAX_DEVIATION` and paler beyond it.
    """
    middle, unit = BARS_HEIGHT / 2, BARS_HEIGHT / 2 / MAX_DEVIATION
    width = max(BAR_WIDTH * len(scores), MIN_BARS_WIDTH)
    parts = []
    for k, score in enumerate(scores):
        end = middle - float(np.clip(score, -MAX_DEVIATION, MAX_DEVIATION)) * unit
        top, height = min(end, middle), max(abs(end - middle), 0.6)
        opacity = ' fill-opacity="0.55"' if abs(score) > MAX_DEVIATION else ""
        box = f'x="{k * BAR_WIDTH + 2}" y="{top:.1f}" width="{BAR_WIDTH - 4}" height="{height:.1f}"'
        parts.append(f'<rect {box} fill="{BAR_COLOUR}"{opacity}/>')
    lines = "".join(
        f'<path d="M0 {middle - level * unit:.1f}H{width}" stroke="{GREY}"{dashes}/>'
        for level, dashes in ((0, ""), (2, ' stroke-dasharray="2 3"'), (-2, ' stroke-dasharray="2 3"'))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {BARS_HEIGHT}" width="{width}" '
        f'height="{BARS_HEIGHT}">{lines}{"".join(parts)}</svg>'
    )


def _to_svg(
    positions: npt.NDArray[np.float32], extent: tuple[float, float, float, float]
) -> npt.NDArray[np.float32]:
    """Return map positions ``(n, 2)`` in SVG units; y points down."""
    x_min, x_max, y_min, y_max = extent
    x = SIDE * (positions[:, 0] - x_min) / (x_max - x_min)
    y = SIDE * (y_max - positions[:, 1]) / (y_max - y_min)
    return np.stack([x, y], axis=1)
