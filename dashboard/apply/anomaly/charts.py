"""Charts of anomaly detection: ROC curve, score histogram and latent map."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.ui.charts.palette import BLUE, GREY, ORANGE
from dashboard.ui.charts.scatter import class_labels, frame, position_axes
from dashboard.ui.charts.spec import AnyChart, to_spec

NORMAL, ANOMALY = BLUE, ORANGE
SIDE, HEIGHT, N_BINS, N_CURVE = 250, 250, 40, 200


def roc_chart(
    false_positive_rates: npt.NDArray[np.float64],
    true_positive_rates: npt.NDArray[np.float64],
    at: tuple[float, float],
) -> dict[str, Any]:
    """Return the ROC curve as a Vega-Lite spec, with chance as a dashed line and a dot at the threshold.

    Parameters
    ----------
    false_positive_rates, true_positive_rates : float64 arrays, shape (n,)
        In [0, 1], ascending.
    at : (float, float)
        Both rates at the threshold.
    """
    rows = np.unique(np.linspace(0, len(true_positive_rates) - 1, N_CURVE).astype(int))
    curve = pd.DataFrame({"x": false_positive_rates[rows].round(4), "y": true_positive_rates[rows].round(4)})
    share: dict[str, Any] = {"scale": alt.Scale(domain=[0, 1], nice=False)}
    axis = {"format": "%", "tickCount": 3, "grid": False}
    x = alt.X("x:Q", axis=alt.Axis(title="false positive rate", **axis), **share)  # type: ignore[arg-type]
    y = alt.Y("y:Q", axis=alt.Axis(title="true positive rate", **axis), **share)  # type: ignore[arg-type]
    chance = alt.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]}))
    line = alt.Chart(curve).mark_line(strokeWidth=2.5, color=ANOMALY, interpolate="step-after", tooltip=None)
    dot = alt.Chart(pd.DataFrame({"x": [at[0]], "y": [at[1]]}))
    layers: list[AnyChart] = [
        frame(SIDE),
        chance.mark_line(color=GREY, strokeDash=[4, 3], strokeWidth=1.5, tooltip=None).encode(x=x, y=y),
        line.encode(x=x, y=y),
        dot.mark_circle(size=130, color="#ffffff", stroke="#111111", strokeWidth=2, opacity=1, tooltip=None)
        .encode(x=x, y=y),
    ]  # fmt: skip
    spec = to_spec(alt.layer(*layers).properties(width=SIDE, height=SIDE))
    spec["autosize"] = {"type": "pad"}
    return spec


def score_histogram(
    scores: npt.NDArray[np.float32],
    anomalous: npt.NDArray[np.bool_],
    threshold: float,
    title: str,
) -> dict[str, Any]:
    """Return the score histogram of normal images and of anomalies, with the threshold.

    Each group's bars are shares of its own images. The axis is logarithmic where all scores are positive.

    Parameters
    ----------
    scores : float32 array, shape (n,)
    anomalous : bool array, shape (n,)
    threshold : float
    title : str
        Of the score's axis.
    """
    is_log = bool(scores.min() > 0)
    table = _bins(scores, anomalous, is_log=is_log)
    scale = alt.Scale(type="log", nice=False) if is_log else alt.Scale(nice=False, zero=False)
    x = alt.X("low:Q", scale=scale, axis=alt.Axis(title=title, grid=False, tickCount=4, format="~g"))
    y = alt.Y("share:Q", axis=alt.Axis(title="share of each group", format="%", tickCount=3, grid=False))
    colour = alt.Color(
        "group:N",
        scale=alt.Scale(domain=["normal", "anomalies"], range=[NORMAL, ANOMALY]),
        legend=alt.Legend(title=None, orient="top", symbolType="square"),
    )
    bars = alt.Chart(table).mark_rect(opacity=0.6, tooltip=None)
    cut = alt.Chart(pd.DataFrame({"low": [threshold], "text": ["flagged →"]}))
    layers: list[AnyChart] = [
        bars.encode(x=x, x2="high:Q", y=y, y2=alt.datum(0), color=colour),
        cut.mark_rule(color=GREY, strokeWidth=2, tooltip=None).encode(x=x),
        cut.mark_text(align="left", dx=5, y=8, color=GREY, fontSize=12, tooltip=None).encode(
            x=x, text="text:N"
        ),
    ]
    return to_spec(alt.layer(*layers).properties(height=HEIGHT, width="container"))


def _bins(scores: npt.NDArray[np.float32], anomalous: npt.NDArray[np.bool_], *, is_log: bool) -> pd.DataFrame:
    """Return columns ``low, high, share, group`` of the histogram; empty bins are left out."""
    low, high = float(scores.min()), float(scores.max())
    if low == high:
        low, high = low * 0.9 - 1e-6 * (not is_log), high * 1.1 + 1e-6
    edges = np.geomspace(low, high, N_BINS + 1) if is_log else np.linspace(low, high, N_BINS + 1)
    parts = []
    for group, own in (("normal", scores[~anomalous]), ("anomalies", scores[anomalous])):
        counts, _ = np.histogram(np.clip(own, edges[0], edges[-1]), edges)
        share = counts / max(len(own), 1)
        part = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "share": share, "group": group})
        parts.append(part[part["share"] > 0])
    return pd.concat(parts, ignore_index=True)


def anomaly_map(
    points: pd.DataFrame, extent: tuple[float, float, float, float], *, size: int, dark: bool
) -> dict[str, Any]:
    """Return the latent map of normal images and, on top, anomalies; flagged ones are in full colour.

    Parameters
    ----------
    points : DataFrame
        One row per image: ``x, y, class, group`` ("normal" or "anomalies") and ``flagged`` (bool).
    extent : (float, float, float, float)
        ``(x_min, x_max, y_min, y_max)`` of the map.
    size : int
        Width and height in pixels.
    dark : bool
        Whether the theme is dark.
    """
    position = position_axes(extent, None)
    colour = alt.Color(
        "group:N", scale=alt.Scale(domain=["normal", "anomalies"], range=[NORMAL, ANOMALY]), legend=None
    )
    faint = alt.condition("datum.flagged", alt.value(0.95), alt.value(0.28))
    layers: list[AnyChart] = [frame(size)]
    for group in ("normal", "anomalies"):
        own = alt.Chart(points[points["group"] == group]).mark_circle(size=16, clip=True, tooltip=None)
        layers.append(own.encode(**position, color=colour, opacity=faint))
    normal = points[points["group"] == "normal"]
    layers.append(class_labels(normal, position, dark=dark, size=12, side=size))
    spec = to_spec(alt.layer(*layers).properties(width=size, height=size))
    spec["usermeta"] = {"embedOptions": {"renderer": "canvas", "actions": False}}
    spec["padding"], spec["autosize"] = 0, {"type": "pad"}
    return spec
