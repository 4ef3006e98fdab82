"""Text labels in plots: placed without overlap, with halos on data, at line ends and beside points."""

from __future__ import annotations

import math
from collections.abc import Mapping

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.palette import ground, ink, legible

Floats = npt.NDArray[np.float64]

FONT_SIZE, LINE_HEIGHT, LETTER_WIDTH = 12, 16, 6.5
"""Of a name, in pixels; the width is that of a usual letter."""
GAP = 9
"""Pixels between a point and its name."""
FAR = 18
"""Pixels up or down on which a name is tied to its point by a line."""
SIDES = ("right", "left", "middle")
PLACES = [("right", 0.0), ("left", 0.0), ("middle", -0.9), ("middle", 0.9)] + [
    (side, sign * lines / 2) for lines in range(1, 15) for sign in (-1, 1) for side in SIDES[:2]
]
"""Where a name may lie seen from its point, the best first: the side, and lines of text further down."""
CROSSING = 30
"""How many places farther down the list a name is put rather than hide a square pixel."""
SWEEPS = 4
FEW_POINTS = 8
"""Of so many or fewer points, the middle is their median."""


def haloed(words: alt.Chart, *, dark: bool, size: int) -> list[alt.Chart]:
    """Return a chart's text in the middle of its places, with a soft edge in the colour of the page."""
    over = alt.MarkDef(
        type="text", fontSize=size, fontWeight=600, tooltip=None, clip=True, color=ink(dark=dark)
    )
    return [words.properties(mark=mark) for mark in (_edge(over, dark=dark), over)]


def _edge(mark: alt.MarkDef, *, dark: bool) -> alt.MarkDef:
    """Return what lies under words to set them off from data."""
    under: alt.MarkDef = mark.copy()
    under.color = under.stroke = ground(dark=dark)
    under.strokeWidth, under.strokeJoin, under.opacity = 4, "round", 0.85
    return under


def right_names(names: pd.DataFrame, *, dark: bool) -> list[alt.Chart]:
    """Return names to the right of their places, in colours of data made legible, with a soft edge.

    Parameters
    ----------
    names : DataFrame
        Columns ``title, x, y, colour``.
    dark : bool
    """
    over = alt.MarkDef(type="text", align="left", dx=GAP, fontSize=FONT_SIZE, fontWeight=600, tooltip=None)
    inks = names.assign(colour=[legible(colour, dark=dark) for colour in names["colour"]])
    words = alt.Chart(inks).encode(x="x:Q", y="y:Q", text="title:N")
    own = alt.Color("colour:N", scale=None, legend=None)
    return [words.properties(mark=_edge(over, dark=dark)), words.properties(mark=over).encode(color=own)]


def middle_of(points: Floats) -> Floats:
    """Return a place amid points ``(n, 2)``: their median, or that of the cluster nearest to it.

    The median of several clusters may lie among the points of another class. So the half of the points that
    is nearest to it is kept, and their median taken, until an eighth is left.
    """
    n = len(points)
    while len(points) > max(n // 8, FEW_POINTS):
        away = np.square(points - np.median(points, axis=0)).sum(axis=1)
        points = points[np.argsort(away, kind="stable")[: len(points) // 2]]
    middle: Floats = np.median(points, axis=0)
    return middle


def spread(places: pd.DataFrame, width: float, height: float) -> pd.DataFrame:
    """Return places ``x, y`` moved apart in y until boxes of `width` x `height` hardly overlap."""
    moved = places.copy()
    x, y = moved["x"].to_numpy(), moved["y"].to_numpy(copy=True)
    for _ in range(60):
        gap = y[:, None] - y[None, :]
        crowded = (np.abs(x[:, None] - x[None, :]) < width) & (np.abs(gap) < height)
        np.fill_diagonal(crowded, val=False)
        order = np.where(gap == 0, np.sign(np.arange(len(y))[:, None] - np.arange(len(y))), np.sign(gap))
        y += (crowded * order * (height - np.abs(gap))).sum(axis=1) * 0.25
    moved["y"] = y
    return moved


def without_overlap(places: pd.DataFrame, letter: float, height: float) -> pd.DataFrame:
    """Return the rows of ``x, y, shown`` whose names overlap none before them.

    Parameters
    ----------
    places : DataFrame
        The most important first.
    letter, height : float
        Width of a letter and height of a line, in the units of the places.
    """
    widths = places["shown"].str.len().to_numpy() * letter
    centres = places[["x", "y"]].to_numpy(np.float64)
    kept: list[int] = []
    for k in range(len(places)):
        gaps = np.abs(centres[kept] - centres[k])
        if not ((gaps[:, 0] < (widths[kept] + widths[k]) / 2) & (gaps[:, 1] < height)).any():
            kept.append(k)
    return places.iloc[kept]


def kept_apart(values: Floats, gap: float, ends: tuple[float, float]) -> Floats:
    """Return values moved as little as possible, in squares, until each is `gap` from the next.

    Parameters
    ----------
    values : float array, shape (n,)
    gap : float
        Must leave room for all of them between the ends, or the upper ones pass the upper end.
    ends : (float, float)
        No value is moved, or left, below the first or above the second.
    """
    order = np.argsort(values, kind="stable")
    room = gap * np.arange(len(values))
    free = values[order] - room
    # isotonic regression, by its min-max formula: the order of a handful of names
    means = np.array(
        [
            max(min(free[i:k].mean() for k in range(j + 1, len(free) + 1)) for i in range(j + 1))
            for j in range(len(free))
        ]
    )
    moved = np.empty_like(values)
    moved[order] = np.clip(means, ends[0], max(ends[1] - room[-1], ends[0])) + room
    return moved


def line_ends(table: pd.DataFrame, columns: tuple[str, str, str], colours: Mapping[str, str]) -> pd.DataFrame:
    """Return where each line ends, with its colour: ``title, x, y, colour``, a line a row.

    Parameters
    ----------
    table : DataFrame
        A row a point of a line.
    columns : (str, str, str)
        Those of the line's title, of x and of y.
    colours : mapping of str to str
        By title.
    """
    title, x, _ = columns
    last = table.sort_values(x).groupby(title, sort=False).tail(1)
    ends = last[list(columns)].set_axis(["title", "x", "y"], axis=1)
    return ends.assign(colour=ends["title"].map(colours))


def end_names(
    ends: pd.DataFrame, domain: tuple[float, float], height: int, *, dark: bool, is_log: bool = False
) -> list[alt.Chart]:
    """Return the name of each line to the right of its end, kept apart from the others.

    Parameters
    ----------
    ends : DataFrame
        Columns ``title, x, y, colour``; all lines end at about the same x.
    domain : (float, float)
        Lower and upper end of y.
    height : int
        Pixels of the plot, without its axes.
    dark : bool
    is_log : bool
        Whether y has a logarithmic scale instead of a linear one.
    """
    values = ends["y"].to_numpy(np.float64)
    if is_log:
        values, domain = np.log10(values), (math.log10(domain[0]), math.log10(domain[1]))
    places = kept_apart(values, LINE_HEIGHT / height * (domain[1] - domain[0]), domain)
    return right_names(ends.assign(y=10**places if is_log else places), dark=dark)


def beside_points(points: Floats, titles: list[str], size: tuple[int, int]) -> tuple[list[str], Floats]:
    """Return where the name of each point goes: near it, inside, and over no other name or point.

    Parameters
    ----------
    points : float array, shape (n, 2)
        Pixels from the left and from the top.
    titles : list of str
    size : (int, int)
        Width and height of the plot in pixels.

    Returns
    -------
    sides : list of str
        Of `SIDES`, where the name lies seen from its point; where there is no room, what hides least.
    lower : float array, shape (n,)
        Pixels from the point down to the middle of its name.
    """
    dots = np.concatenate([points - 6, points + 6], axis=1)
    options = [_boxes(point, LETTER_WIDTH * len(title)) for point, title in zip(points, titles, strict=True)]
    chosen: dict[int, int] = {}
    for _ in range(SWEEPS):
        for k in np.argsort(points[:, 1], kind="stable").tolist():
            taken = [options[j][place].ravel() for j, place in chosen.items() if j != k]
            others = np.concatenate([np.delete(dots, k, axis=0).ravel(), *taken]).reshape(-1, 4)
            hidden = _overlap(options[k], others).sum(axis=(1, 2))
            name = options[k][:, 0]
            outside = np.clip(-name[:, :2], 0, None) + np.clip(name[:, 2:] - size, 0, None)
            cost = hidden + LINE_HEIGHT * outside.sum(axis=1)
            chosen[k] = int((CROSSING * cost + np.arange(len(PLACES))).argmin())
    places = [PLACES[chosen[k]] for k in range(len(points))]
    return [side for side, _ in places], np.array([lines * LINE_HEIGHT for _, lines in places])


def _boxes(point: Floats, width: float) -> Floats:
    """Return what a name takes at each of `PLACES`: its box and that of the line from its point to it.

    The shape is ``(places, 2, 4)``; left, top, right, bottom.
    """
    starts = {"right": GAP, "left": -GAP - width, "middle": -width / 2}
    left = np.array([starts[side] for side, _ in PLACES])
    middle = np.array([lines * LINE_HEIGHT for _, lines in PLACES])
    name = [left, middle - LINE_HEIGHT / 2, left + width, middle + LINE_HEIGHT / 2]
    far = np.where(np.abs(middle) > FAR, middle, 0)
    line = [np.full(len(far), -1.0), np.minimum(far, 0), np.full(len(far), 1.0), np.maximum(far, 0)]
    boxes: Floats = np.stack([np.stack(name, axis=1), np.stack(line, axis=1)], axis=1)
    return boxes + np.tile(point, 2)


def _overlap(boxes: Floats, others: Floats) -> Floats:
    """Return the area that boxes, shape (..., 4), share with each of m others, shape (..., m)."""
    upper = np.minimum(boxes[..., None, 2:], others[:, 2:])
    lower = np.maximum(boxes[..., None, :2], others[:, :2])
    area: Floats = np.clip(upper - lower, 0, None).prod(axis=-1)
    return area
