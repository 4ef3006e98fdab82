"""Training curves: one panel per loss."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd


def training_curves(history: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return one small panel per loss as a Vega-Lite spec; None for a model fitted in closed form.

    Parameters
    ----------
    history : list of dict
        One entry per epoch: ``phase``, ``epoch`` and ``losses``.
    """
    rows = [
        {"epoch": entry["epoch"], "loss": f"{entry['phase']}: {name}", "value": value}
        for entry in history
        for name, value in entry["losses"].items()
    ]
    if not rows:
        return None
    frame = pd.DataFrame(rows)
    line = (
        alt.Chart(frame)
        .mark_line(strokeWidth=1.5, tooltip=None)
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickCount=4, grid=False)),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
        )
        .properties(width=220, height=120)
    )
    panels = [
        line.transform_filter(alt.datum.loss == name).properties(title=str(name).replace("_", " "))
        for name in frame["loss"].unique()
    ]
    spec: dict[str, Any] = alt.concat(*panels, columns=4, spacing=24).to_dict()
    return spec
