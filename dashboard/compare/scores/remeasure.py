"""Measure scores again with the user's own settings, as a background job."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard.compare.scores.services.remeasuring import (
    N_CHOICES,
    N_SEEDS_CHOICES,
    Remeasured,
    Request,
    measure,
    why_not_measurable,
)
from dashboard.compare.scores.services.scores import Measure, Row
from dashboard.ui.job_panel import job_button, job_expander, job_form

JOB = "measuring"


def draw_remeasure(measures: Sequence[Measure], rows: Sequence[Row]) -> None:
    """Draw the expander with settings, progress and results."""
    with job_expander(JOB, "Measure again, on fewer images"):
        dataset = rows[0].id.partition("/")[0]
        problem = why_not_measurable(dataset)
        if problem is not None:
            st.info(f"Scores need the original images. {problem}", icon=":material/image:")
            return
        job_form(JOB, partial(_draw_settings, rows), partial(_draw_results, measures, rows))


def _draw_settings(rows: Sequence[Row]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.segmented_control("Images", N_CHOICES, default=N_CHOICES[0], required=True, key="measure_n")
        n_seeds = st.segmented_control(
            "Sets of samples", N_SEEDS_CHOICES, default=N_SEEDS_CHOICES[0], required=True, key="measure_seeds"
        )
        request = Request(tuple(row.id for row in rows), int(n or N_CHOICES[0]), int(n_seeds or 1))
        label = f"Measure {len(rows)} models" if len(rows) > 1 else "Measure this model"
        job_button(JOB, label, partial(measure, request))
    st.caption(
        "Train images: the 10,000 whose codes are stored. FD and other distances depend on n: compare these "
        "scores with each other, not with the table above. CAS is left out, as it trains a classifier."
    )


def _draw_results(measures: Sequence[Measure], rows: Sequence[Row], result: Remeasured) -> None:
    titles = {row.id: row.title for row in rows}
    lines = [
        {
            "Model": titles.get(bundle_id, bundle_id),
            **{measure.title: _score_text(result, bundle_id, measure) for measure in measures},
        }
        for bundle_id in result.metrics
    ]
    request = result.request
    st.markdown(f"**Measured now**, n = {request.n:,}, {request.n_seeds} set(s) of samples, seed 0")
    st.dataframe(pd.DataFrame(lines), hide_index=True)


def _score_text(result: Remeasured, bundle_id: str, measure: Measure) -> str:
    score = result.score(bundle_id, measure)
    if score is None:
        return ""
    low, high = score.bounds
    return f"{score.value:{measure.style}} [{low:{measure.style}}, {high:{measure.style}}]"
