"""Chart of rate-distortion curves: PSNR in dB by bits per pixel, one line per method."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from dashboard.ui.charts.labels import LINE_HEIGHT, line_ends, right_names, spread
from dashboard.ui.charts.palette import BASELINE_GREY, FORMAT_GREY, ink, line_colours
from dashboard.ui.charts.spec import AnyChart, to_spec

HEIGHT = 370
TITLE_WIDTH = 0.9
"""Width of a line's title, in units of the natural logarithm of the rate."""
HEADROOM = 5.0
"""Decibels shown above the best model; standard codecs at much higher rates are cut off."""
ROOM = 2.2
"""Factor by which the rate axis extends beyond the last point, to make room for the titles."""
REFERENCE_COLOURS = {"pca": BASELINE_GREY, "format": FORMAT_GREY}
"""Greys of the methods that models are compared with; no model is grey."""


def rate_distortion_chart(
    table: pd.DataFrame, step: float, target: tuple[float, float] | None, *, dark: bool
) -> dict[str, Any]:
    """Return the curves as a Vega-Lite spec that fills its column; up and left is better.

    Parameters
    ----------
    table : DataFrame
        One row per point: ``title, kind, rate, psnr, low, high, step``.
    step : float
        The models' points at this quantisation step are ringed.
    target : (float, float) or None
        PSNR in dB to reach, and the highest bits per pixel allowed for it.
    dark : bool
        Whether the theme is dark.
    """
    top = _top(table, target)
    shown = table[table["psnr"] <= top]
    domains = (
        [float(shown["rate"].min()) / 1.15, float(shown["rate"].max()) * ROOM],
        [float(shown["low"].min()) - 0.5, top + 0.5],
    )
    references = shown[shown["kind"] != "model"]
    colours = line_colours(
        shown["title"], dict(zip(references["title"], references["kind"].map(REFERENCE_COLOURS), strict=True))
    )
    layers: list[AnyChart] = [
        *_target(target, domains, ink(dark=dark)),
        *_curves(shown, step, domains, colours),
        *right_names(_names(shown, domains[1], colours), dark=dark),
    ]
    spec = to_spec(alt.layer(*layers).properties(width="container", height=HEIGHT))
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec["padding"] = {"left": 4, "right": 4, "top": 6, "bottom": 4}
    return spec


def _curves(
    shown: pd.DataFrame, step: float, domains: tuple[list[float], list[float]], colours: dict[str, str]
) -> list[AnyChart]:
    """Return intervals, lines and points of every method, and the rings around the chosen step."""
    x, y = _axes(domains)
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    colour = alt.Color("title:N", scale=scale, legend=None, sort=None)
    base = alt.Chart(shown)
    ringed = shown[(shown["kind"] == "model") & (shown["step"] == step)]
    dash = alt.StrokeDash(
        "kind:N",
        legend=None,
        scale=alt.Scale(domain=["model", "pca", "format"], range=[[1, 0], [1, 0], [4, 3]]),
    )
    return [
        base.mark_rule(strokeWidth=1, opacity=0.5, clip=True, tooltip=None).encode(
            x=x, y=alt.Y("low:Q", scale=alt.Scale(domain=domains[1], zero=False)), y2="high:Q", color=colour
        ),
        base.mark_line(strokeWidth=2, clip=True, tooltip=None).encode(
            x=x, y=y, color=colour, strokeDash=dash, order=alt.Order("rate:Q")
        ),
        base.mark_circle(size=28, opacity=1, clip=True, tooltip=None).encode(x=x, y=y, color=colour),
        alt.Chart(ringed)
        .mark_point(size=150, strokeWidth=2.5, filled=False, opacity=1, clip=True, tooltip=None)
        .encode(x=x, y=y, color=colour),
    ]


def _axes(domains: tuple[list[float], list[float]]) -> tuple[alt.X, alt.Y]:
    """Return the axes: rate on a logarithmic scale, and PSNR."""
    x = alt.X(
        "rate:Q",
        title="bits per pixel (fewer is better)",
        scale=alt.Scale(type="log", domain=domains[0], nice=False),
        axis=alt.Axis(grid=True, gridOpacity=0.25, values=_ticks(domains[0]), format="~g"),
    )
    y = alt.Y(
        "psnr:Q",
        title="PSNR in dB (more is better)",
        scale=alt.Scale(domain=domains[1], zero=False, nice=False),
        axis=alt.Axis(grid=True, gridOpacity=0.25, tickCount=8),
    )
    return x, y


def _top(table: pd.DataFrame, target: tuple[float, float] | None) -> float:
    models = table[table["kind"] == "model"]
    best = float((table if models.empty else models)["psnr"].max())
    return max(best, target[0] if target else best) + HEADROOM


def _ticks(domain: list[float]) -> list[float]:
    ticks = (mantissa * 10.0**power for power in range(-3, 4) for mantissa in (1, 2, 5))
    return [round(tick, 6) for tick in ticks if domain[0] <= tick <= domain[1]]


def _target(
    target: tuple[float, float] | None, domains: tuple[list[float], list[float]], colour: str
) -> list[AnyChart]:
    """Return the region that a model must reach: its two edges and its label."""
    if target is None:
        return []
    corner = pd.DataFrame(
        {"psnr": [target[0]], "rate": [target[1]], "left": [domains[0][0]], "top": [domains[1][1]]}
    )
    label = f"target: {target[0]:g} dB within {target[1]:g} bits/px"
    rule = alt.MarkDef(
        type="rule", strokeDash=[2, 3], strokeWidth=1.5, color=colour, opacity=0.7, tooltip=None
    )
    base = alt.Chart(corner)
    x, y, left = alt.X("rate:Q"), alt.Y("psnr:Q"), alt.X("left:Q")
    return [
        base.properties(mark=rule).encode(x=left, x2="rate:Q", y=y),
        base.properties(mark=rule).encode(x=x, y=y, y2="top:Q"),
        base.mark_text(
            align="left", baseline="bottom", dx=6, dy=-5, fontSize=12, text=label, color=colour, tooltip=None
        ).encode(x=left, y=y),
    ]


def _names(shown: pd.DataFrame, domain: list[float], colours: dict[str, str]) -> pd.DataFrame:
    """Return positions of the titles: after the last point of each line, moved apart where they overlap."""
    ends = line_ends(shown, ("title", "rate", "psnr"), colours)
    moved = spread(
        ends.assign(x=np.log(ends["x"])), TITLE_WIDTH, LINE_HEIGHT / HEIGHT * (domain[1] - domain[0])
    )
    return moved.assign(x=ends["x"])
