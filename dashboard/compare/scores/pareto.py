"""Two columns of the scoreboard against each other: owns the names "x" and "y"."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.compare.scores.charts import Axis, pareto_chart
from dashboard.compare.scores.services.scores import SUITE, Better, Measure, Row, pareto_front
from dashboard.ui.chart_cache import kept
from dashboard.ui.theme import is_dark

DEFAULTS = ("mse", "knn_accuracy")
WORDS = {Better.LOWER: "lower is better", Better.HIGHER: "higher is better", Better.HALF: "best at ½"}


def pareto(rows: Sequence[Row]) -> None:
    """Draw both pickers and the plot."""
    able = {
        measure.name: measure
        for measure in SUITE
        if measure.better in (Better.LOWER, Better.HIGHER)
        and sum(row.cells[measure.name].value is not None for row in rows) >= 2
    }
    if len(able) < 2:
        return
    st.markdown("#### Two scores at once")
    names = list(able)
    chosen = [
        state.choose(axis, names, default if default in able else names[k])
        for k, (axis, default) in enumerate(zip(("x", "y"), DEFAULTS, strict=True))
    ]
    pickers, plot = st.columns([1, 2.6])
    with pickers:
        for axis, name, label in zip(("x", "y"), chosen, ("Across", "Up"), strict=True):
            st.selectbox(
                label,
                names,
                format_func=lambda name: able[name].title,
                **state.bind(f"pick_{axis}", name, _take, axis),
            )
        st.caption(
            "Right and up is better. Bars are the intervals. Orange: no other model is better in both scores "
            "beyond the intervals; a narrow screen names these alone."
        )
    horizontal, vertical = (able[name] for name in chosen)
    with plot:
        _plot(horizontal, vertical, rows)


def _plot(horizontal: Measure, vertical: Measure, rows: Sequence[Row]) -> None:
    both = [row for row in rows if all(row.cells[m.name].value is not None for m in (horizontal, vertical))]
    if not both:
        st.info("No chosen model has both scores; choose another pair.")
        return
    front = set(pareto_front(horizontal, vertical, both))
    points = pd.DataFrame(
        [
            {"title": row.title, "front": row.id in front}
            | _places("x", row, horizontal)
            | _places("y", row, vertical)
            for row in both
        ]
    )
    spec = kept(pareto_chart)(points, _axis(horizontal), _axis(vertical), dark=is_dark())
    words = (
        f"{vertical.title} against {horizontal.title} of {len(both)} models, with intervals; best in both: "
    )
    best = ", ".join(row.title for row in both if row.id in front)
    st.vega_lite_chart(spec=spec, width="stretch", key="pareto", alt=words + best)


def _places(axis: str, row: Row, measure: Measure) -> dict[str, float]:
    cell = row.cells[measure.name]
    low, high = cell.ends
    return {axis: cell.value or 0.0, f"{axis}_low": low, f"{axis}_high": high}


def _axis(measure: Measure) -> Axis:
    return Axis(f"{measure.title} ({WORDS[measure.better]})", measure.better is Better.LOWER, measure.style)


def _take(axis: str) -> None:
    state.put(axis, state.widget(f"pick_{axis}"))
