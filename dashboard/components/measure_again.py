"""Scores on the user's own settings, measured while the page stays usable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.services.measuring import (
    N_CHOICES,
    SEED_CHOICES,
    Measuring,
    Request,
    cannot_measure,
    is_measuring,
    start_measuring,
)
from dashboard.services.scores import Cell, Measure, Row

POLL_SECONDS = 0.5
HELD = "measuring"


def measure_again(measures: Sequence[Measure], rows: Sequence[Row]) -> None:
    """Draw, folded away, the settings, the progress and what came of it."""
    job: Measuring | None = state.held(HELD, None)
    with st.expander("Measure again, on fewer images", icon=":material/refresh:", expanded=job is not None):
        dataset = rows[0].id.partition("/")[0]
        problem = cannot_measure(dataset)
        if problem is not None:
            st.info(f"Scores need the original images. {problem}", icon=":material/image:")
            return
        if job is not None and not job.finished:
            _progress()
            return
        _ask(rows)
        if job is not None:
            _answer(job, measures, rows)


def _ask(rows: Sequence[Row]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.segmented_control("Images", N_CHOICES, default=N_CHOICES[0], required=True, key="measure_n")
        n_seeds = st.segmented_control(
            "Sets of samples", SEED_CHOICES, default=SEED_CHOICES[0], required=True, key="measure_seeds"
        )
        st.button(
            f"Measure {len(rows)} models" if len(rows) > 1 else "Measure this model",
            icon=":material/play_arrow:",
            key="measure",
            disabled=is_measuring(),
            on_click=_start,
            args=(Request(tuple(row.id for row in rows), int(n or N_CHOICES[0]), int(n_seeds or 1)),),
        )
    st.caption(
        "The train images are the 10,000 that bundles keep codes of. Distances shrink with n: compare these "
        "numbers with each other, not with the table above. CAS is left out: it trains a classifier."
    )
    if is_measuring():
        st.caption("Another session is measuring; the server takes one request at a time.")


def _start(request: Request) -> None:
    job = start_measuring(request)
    if job is not None:
        state.release(HELD)
        state.hold(HELD, None, job)


@st.fragment(run_every=POLL_SECONDS)
def _progress() -> None:
    """Show how far it is; run the page again when it is over."""
    job: Measuring | None = state.held(HELD, None)
    if job is None or job.finished:
        st.rerun()
        return
    st.progress(min(job.share, 1.0), text=f"Measuring {job.stage}")
    if job.cancelled.is_set():
        st.caption("Cancelling at the next step.")
    else:
        st.button("Cancel", icon=":material/close:", key="cancel_measuring", on_click=job.cancelled.set)


def _answer(job: Measuring, measures: Sequence[Measure], rows: Sequence[Row]) -> None:
    if job.problem is not None:
        st.warning(job.problem, icon=":material/info:")
    if not job.scores:
        return
    titles = {row.id: row.title for row in rows}
    lines = [
        {"Model": titles.get(bundle_id, bundle_id), **{m.title: _text(m, scores) for m in measures}}
        for bundle_id, scores in job.scores.items()
    ]
    request = job.request
    st.markdown(f"**Measured now**, n = {request.n:,}, {request.n_seeds} set(s) of samples, seed 0")
    st.dataframe(pd.DataFrame(lines), hide_index=True)


def _text(measure: Measure, scores: Any) -> str:  # noqa: ANN401 - plain JSON
    if measure.name not in scores:
        return ""
    cell = Cell(float(scores[measure.name]["value"]), scores[measure.name]["interval"])
    low, high = cell.ends
    return f"{cell.value:{measure.style}} [{low:{measure.style}}, {high:{measure.style}}]"
