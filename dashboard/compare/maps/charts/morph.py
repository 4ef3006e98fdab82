"""Animated transition between two maps: a slider and a timer in the browser move every sample."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from dashboard.ui.charts.labels import haloed, spread
from dashboard.ui.charts.names import fitted, inside
from dashboard.ui.charts.scatter import (
    LETTER_SHARE,
    MAX_IN_LEGEND,
    MAX_LETTERS_OF_FEW,
    class_colour,
    frame,
    label_places,
    name_texts,
    points_layer,
    position_axes,
)
from dashboard.ui.charts.spec import to_spec

FRAME_MS, SECONDS = 33, 3
"""Milliseconds between two frames, and duration of the transition in one direction."""
FONT_SIZE = 13


def morph_chart(
    table: pd.DataFrame,
    titles: tuple[str, str],
    classes: tuple[str, ...],
    edge: float,
    *,
    size: int,
    dark: bool,
) -> dict[str, Any]:
    """Return the map as a Vega-Lite spec with a slider and a play checkbox below it.

    Parameters
    ----------
    table : DataFrame
        One row per sample: ``class``, position ``xa, ya`` at the start and ``xb, yb`` at the end.
    titles : (str, str)
        Models of the start and of the end.
    classes : tuple of str
    edge : float
        The map covers ``-edge`` to ``edge`` in x and y.
    size : int
        Width and height in pixels.
    dark : bool
        Whether the page has a dark theme.
    """
    position = position_axes((-edge, edge, -edge, edge), None)
    start = table[["xa", "ya", "class"]].set_axis(["x", "y", "class"], axis=1)
    points = points_layer(table, position, class_colour(classes, legend=None, points=start), size=22)
    labels = _labels(table, position, size=size, dark=dark)
    layers = [frame(size), *(_moving(chart) for chart in (points, *labels))]
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    spec["params"] = _params(titles)
    spec["padding"], spec["autosize"] = 0, {"type": "pad"}
    return spec


def _params(titles: tuple[str, str]) -> list[dict[str, Any]]:
    """Return the signals: `t` goes from 0 to 1 and back while `play` is on; positions follow `eased`.

    The timer that advances `t` is a Vega event stream (``on``), which Vega-Lite passes on to Vega although
    its schema does not have it.
    """
    step = FRAME_MS / 1000 / SECONDS
    slider = {"input": "range", "min": 0, "max": 1, "step": 0.01, "name": f"{titles[0]} → {titles[1]}"}
    tick = {"events": {"type": "timer", "throttle": FRAME_MS}}
    turn = "t >= 1 ? -1 : t <= 0 ? 1 : direction"
    return [
        {"name": "play", "value": False, "bind": {"input": "checkbox", "name": "Play"}},
        {"name": "direction", "value": 1, "on": [{"events": {"signal": "t"}, "update": turn}]},
        {
            "name": "t",
            "value": 0,
            "bind": slider,
            "on": [tick | {"update": f"play ? clamp(t + direction * {step:.5f}, 0, 1) : t"}],
        },
        {"name": "eased", "expr": "t * t * (3 - 2 * t)"},
    ]


def _moving(chart: alt.Chart) -> alt.Chart:
    """Return a chart of rows with ``xa, ya, xb, yb``, interpolated between start and end by `eased`."""
    moved: alt.Chart = chart.transform_calculate(
        x="datum.xa + eased * (datum.xb - datum.xa)", y="datum.ya + eased * (datum.yb - datum.ya)"
    )
    return moved


def _labels(table: pd.DataFrame, position: dict[str, Any], *, size: int, dark: bool) -> list[alt.Chart]:
    """Return each class's name near the median of its points, at the start and at the end, haloed."""
    centres = table.groupby("class", as_index=False, sort=False)[["xa", "ya", "xb", "yb"]].median()
    low, high = position["y"]["scale"]["domain"]
    pixel = (high - low) / size
    if len(centres) > MAX_IN_LEGEND:  # names that do not overlap at the start
        places = label_places(
            table[["xa", "ya", "class"]].set_axis(["x", "y", "class"], axis=1), FONT_SIZE * pixel
        )
        centres = centres.loc[places.index].assign(shown=places["shown"])
    else:
        centres["shown"] = [fitted(name, MAX_LETTERS_OF_FEW) for name in centres["class"]]
    for end in "ab" if len(centres) <= MAX_IN_LEGEND else "":
        positions = centres[[f"x{end}", f"y{end}"]].set_axis(["x", "y"], axis=1)
        centres[f"y{end}"] = spread(positions, 4 * FONT_SIZE * pixel, 1.1 * FONT_SIZE * pixel)["y"]
    letter = LETTER_SHARE * FONT_SIZE * pixel
    for x in ("xa", "xb"):
        centres[x] = inside(centres[x], centres["shown"], letter, (low, high))
    return haloed(name_texts(centres, position), dark=dark, size=FONT_SIZE)
