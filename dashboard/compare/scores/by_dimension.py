"""A score against the latent dimension: how many numbers does it take? Owns the URL name "over"."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.compare.scores.dimension_chart import dimension_chart
from dashboard.compare.scores.pareto import DIRECTIONS, axis_of
from dashboard.compare.scores.services.grid import GridPoint, grid_points
from dashboard.compare.scores.services.scores import SUITE, Measure
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.theme import is_dark

DEFAULT = "mse"
MORE = 'latentcore train {dataset} --grid "ae,vae x 2,4,8,16"'


def draw_by_dimension(dataset: str) -> None:
    """Draw the picker and the plot; nothing where no family has a score in two dimensions."""
    points = grid_points(dataset)
    measures = {one.name: one for one in SUITE if one.better in DIRECTIONS and one.name in points}
    if not measures:
        return
    st.markdown("#### How many numbers does it take?")
    picker, plot = st.columns([1, 2.6])
    with picker:
        measure = _pick_measure(measures)
        st.caption(
            "All models of the dataset, by the number of latent dimensions; bars are the intervals. A "
            "line joins the usual models of a family; a point off the line is another model of the family. "
            f"More dimensions: `{MORE.format(dataset=dataset)}`"
        )
    with plot:
        _draw_plot(measure, points[measure.name])


def _pick_measure(measures: dict[str, Measure]) -> Measure:
    names = list(measures)
    default = DEFAULT if DEFAULT in measures else names[0]
    chosen = state.choose("over", names, default, word="score")
    st.selectbox(
        "Score",
        names,
        format_func=lambda name: measures[name].title,
        **state.bind("pick_over", chosen, _set_measure),
    )
    return measures[chosen]


def _draw_plot(measure: Measure, points: Sequence[GridPoint]) -> None:
    table = pd.DataFrame([vars(point) for point in points])
    families = ", ".join(table["family"].unique())
    st.vega_lite_chart(
        spec=cached_chart(dimension_chart)(table, axis_of(measure), dark=is_dark()),
        width="stretch",
        key="by_dimension",
        alt=f"{measure.title} against the number of latent dimensions of {families}",
    )


def _set_measure() -> None:
    state.put("over", state.widget("pick_over"))
