"""Training runs, one or two side by side: redrawn every second while under way, and what became of them."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.train.outcome import compare_both, outcome, outcome_beside
from dashboard.train.run_controls import run_controls
from dashboard.train.services.progress import Run, RunStatus, progress_of, run_title, seen_run
from dashboard.train.snapshot_view import ALONE, BESIDE, Size, snapshot_view

REDRAW_SECONDS = 1.0
SUFFIXES = ("_1", "_2")
"""Of the keys of the elements of each of two runs."""


def run_view(run: Run) -> None:
    """Draw a run."""
    title = state.escape_markdown(f"Training {run_title(run)}" if not run.is_over else run_title(run))
    st.subheader(title, anchor=False)
    if not run.is_over:
        _live(run.id)
        return
    with st.container(key="run_outcome"):
        outcome(run)
    _last_snapshot(run, ALONE, "")


def pair_view(runs: tuple[Run, Run]) -> None:
    """Draw two runs side by side."""
    if all(run.is_over for run in runs):
        with st.container(key="run_outcome"):
            compare_both(runs)
        for column, run, suffix in zip(st.columns(2, gap="medium"), runs, SUFFIXES, strict=True):
            with column:
                _over(run, suffix)
        return
    _live_pair(runs[0].id, runs[1].id)


@st.fragment(run_every=REDRAW_SECONDS)
def _live(run_id: str) -> None:
    """Draw a run that is under way; the page is drawn again once it is over."""
    run = seen_run(run_id)
    if run is None or run.is_over:
        st.rerun()
        return
    _under_way(run, ALONE, "")


@st.fragment(run_every=REDRAW_SECONDS)
def _live_pair(first: str, second: str) -> None:
    """Draw two runs of which at least one is under way; the page is drawn again once both are over."""
    runs = [seen_run(first), seen_run(second)]
    if any(run is None for run in runs) or all(run is None or run.is_over for run in runs):
        st.rerun()
        return
    for column, run, suffix in zip(st.columns(2, gap="medium"), runs, SUFFIXES, strict=True):
        with column:
            if run is None or run.is_over:
                _over(run, suffix)
            else:
                _title(run)
                _under_way(run, BESIDE, suffix)


def _title(run: Run) -> None:
    st.markdown(f"**{state.escape_markdown(run_title(run))}**")


def _under_way(run: Run, size: Size, suffix: str) -> None:
    events = run.events()
    with st.container(key=f"run_status{suffix}"):
        run_controls(run, events, progress_of(run, events), suffix)
    snapshot_view(run, events, size, suffix)


def _over(run: Run | None, suffix: str) -> None:
    """Draw one of two runs, which is over."""
    if run is None:
        return
    _title(run)
    with st.container(key=f"run_ended{suffix}"):
        outcome_beside(run)
    _last_snapshot(run, BESIDE, suffix)


def _last_snapshot(run: Run, size: Size, suffix: str) -> None:
    events = run.events()
    if events and run.status is not RunStatus.STOPPED:
        snapshot_view(run, events, size, suffix)
