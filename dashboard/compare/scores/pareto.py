"""Scatter plot of two scores with their Pareto front; owns the URL names "x" and "y"."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.compare.scores.charts import Axis, pareto_chart
from dashboard.compare.scores.services.ranking import pareto_front
from dashboard.compare.scores.services.scores import SUITE, Better, Measure, Row, Score
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.theme import is_dark

DEFAULTS = {"x": "mse", "y": "knn_accuracy"}
LABELS = {"x": "x axis", "y": "y axis"}
DIRECTIONS = {Better.LOWER: "lower is better", Better.HIGHER: "higher is better"}


def draw_pareto(rows: Sequence[Row]) -> None:
    """Draw the pickers of both axes and the plot; nothing where fewer than two scores can be plotted."""
    measures = _plottable_measures(rows)
    if len(measures) < 2:
        return
    st.markdown("#### Pareto front of two scores")
    pickers, plot = st.columns([1, 2.6])
    with pickers:
        x, y = (_pick_measure(axis, k, measures) for k, axis in enumerate("xy"))
        st.caption(
            "Right and up is better; bars are the intervals. Orange: on the Pareto front, no other model is "
            "significantly better in both scores. Narrow screens label only these."
        )
    with plot:
        _draw_plot(x, y, rows)


def _plottable_measures(rows: Sequence[Row]) -> dict[str, Measure]:
    """Return the measures with a better direction that at least two models have, by name."""
    return {
        measure.name: measure
        for measure in SUITE
        if measure.better in DIRECTIONS and sum(row.score(measure) is not None for row in rows) >= 2
    }


def _pick_measure(axis: str, number: int, measures: dict[str, Measure]) -> Measure:
    """Draw the picker of an axis; by default it shows its usual score, or else the `number`-th measure."""
    names = list(measures)
    default = DEFAULTS[axis] if DEFAULTS[axis] in measures else names[number]
    chosen = state.choose(axis, names, default, word=f"score for the {LABELS[axis]}")
    st.selectbox(
        LABELS[axis],
        names,
        format_func=lambda name: measures[name].title,
        **state.bind(f"pick_{axis}", chosen, _set_measure, axis),
    )
    return measures[chosen]


def _draw_plot(x: Measure, y: Measure, rows: Sequence[Row]) -> None:
    scores = {
        row.id: (row.title, across, up)
        for row in rows
        if (across := row.score(x)) is not None and (up := row.score(y)) is not None
    }
    if not scores:
        st.info("No chosen model has both scores; choose another pair.")
        return
    front = set(pareto_front(x, y, rows))
    points = pd.DataFrame(
        [
            {"title": title, "front": bundle_id in front} | _columns("x", across) | _columns("y", up)
            for bundle_id, (title, across, up) in scores.items()
        ]
    )
    spec = cached_chart(pareto_chart)(points, axis_of(x), axis_of(y), dark=is_dark())
    on_front = ", ".join(points.loc[points["front"], "title"])
    alt = f"{y.title} against {x.title} of {len(points)} models, with intervals; Pareto front: {on_front}"
    st.vega_lite_chart(spec=spec, width="stretch", key="pareto", alt=alt)


def _columns(axis: str, score: Score) -> dict[str, float]:
    low, high = score.bounds
    return {axis: score.value, f"{axis}_low": low, f"{axis}_high": high}


def axis_of(measure: Measure) -> Axis:
    """Return the axis of a measure, whose title says which direction is better."""
    title = f"{measure.title} ({DIRECTIONS[measure.better]})"
    return Axis(title, measure.better is Better.LOWER, measure.style)


def _set_measure(axis: str) -> None:
    state.put(axis, state.widget(f"pick_{axis}"))
