"""Scores on the user's own settings, measured while the page stays usable."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.compare.scores.services.measuring import (
    N_CHOICES,
    SEED_CHOICES,
    Measured,
    Request,
    cannot_measure,
    measure,
)
from dashboard.compare.scores.services.scores import Cell, Measure, Row
from dashboard.ui.job_panel import job_button, job_of, watch_job

JOB = "measuring"


def measure_again(measures: Sequence[Measure], rows: Sequence[Row]) -> None:
    """Draw, folded away, the settings, the progress and what came of it."""
    with st.expander(
        "Measure again, on fewer images", icon=":material/refresh:", expanded=job_of(JOB) is not None
    ):
        dataset = rows[0].id.partition("/")[0]
        problem = cannot_measure(dataset)
        if problem is not None:
            st.info(f"Scores need the original images. {problem}", icon=":material/image:")
            return
        job = watch_job(JOB)
        if job is not None or job_of(JOB) is None:
            _ask(rows)
        if job is not None and job.result is not None:
            _answer(job.result, measures, rows)


def _ask(rows: Sequence[Row]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.segmented_control("Images", N_CHOICES, default=N_CHOICES[0], required=True, key="measure_n")
        n_seeds = st.segmented_control(
            "Sets of samples", SEED_CHOICES, default=SEED_CHOICES[0], required=True, key="measure_seeds"
        )
        request = Request(tuple(row.id for row in rows), int(n or N_CHOICES[0]), int(n_seeds or 1))
        label = f"Measure {len(rows)} models" if len(rows) > 1 else "Measure this model"
        job_button(JOB, label, partial(measure, request))
    st.caption(
        "The train images are the 10,000 that bundles keep codes of. Distances shrink with n: compare these "
        "numbers with each other, not with the table above. CAS is left out: it trains a classifier."
    )


def _answer(measured: Measured, measures: Sequence[Measure], rows: Sequence[Row]) -> None:
    titles = {row.id: row.title for row in rows}
    lines = [
        {"Model": titles.get(bundle_id, bundle_id), **{m.title: _text(m, scores) for m in measures}}
        for bundle_id, scores in measured.scores.items()
    ]
    request = measured.request
    st.markdown(f"**Measured now**, n = {request.n:,}, {request.n_seeds} set(s) of samples, seed 0")
    st.dataframe(pd.DataFrame(lines), hide_index=True)


def _text(measure: Measure, scores: Any) -> str:  # noqa: ANN401 - plain JSON
    if measure.name not in scores:
        return ""
    cell = Cell(float(scores[measure.name]["value"]), scores[measure.name]["interval"])
    low, high = cell.ends
    return f"{cell.value:{measure.style}} [{low:{measure.style}}, {high:{measure.style}}]"
