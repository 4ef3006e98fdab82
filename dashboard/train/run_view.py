"""A training run: redrawn every second while it is under way, and what became of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import state
from dashboard.train.outcome import outcome
from dashboard.train.services.progress import (
    Progress,
    Run,
    RunStatus,
    pause_run,
    progress_of,
    resume_run,
    run_title,
    seen_run,
    stop_run,
)
from dashboard.train.snapshot_view import snapshot_view

REDRAW_SECONDS = 1.0


def run_view(run: Run) -> None:
    """Draw a run."""
    title = state.escape_markdown(f"Training {run_title(run)}" if not run.is_over else run_title(run))
    st.subheader(title, anchor=False)
    if not run.is_over:
        _live(run.id)
        return
    with st.container(key="run_outcome"):
        outcome(run)
    events = run.events()
    if events and run.status is not RunStatus.STOPPED:
        snapshot_view(run, events)


@st.fragment(run_every=REDRAW_SECONDS)
def _live(run_id: str) -> None:
    """Draw a run that is under way; the page is drawn again once it is over."""
    run = seen_run(run_id)
    if run is None or run.is_over:
        st.rerun()
        return
    events = run.events()
    progress = progress_of(run, events)
    with st.container(key="run_status"):
        _status(run, progress)
    snapshot_view(run, events)


def _status(run: Run, progress: Progress) -> None:
    words, actions = st.columns([4, 1.35], vertical_alignment="center")
    with words:
        st.progress(progress.share, text=state.escape_markdown(progress.words))
    with actions, st.container(horizontal=True, horizontal_alignment="right"):
        _pause_button(run, progress)
        _stop_button(run, progress)


def _pause_button(run: Run, progress: Progress) -> None:
    label, icon, act = (
        ("Go on", ":material/play_arrow:", resume_run)
        if progress.is_paused
        else ("Pause", ":material/pause:", pause_run)
    )
    st.button(
        label,
        icon=icon,
        key="run_pause",
        disabled=run.status is RunStatus.WAITING and not progress.is_paused,
        on_click=act,
        args=(run.id,),
    )


def _stop_button(run: Run, progress: Progress) -> None:
    """Draw the button that throws a run away, which asks first if it has run for a while."""
    stop: dict[str, Any] = {"on_click": _stop, "args": (run.id,), "icon": ":material/stop:"}
    if progress.is_young:
        st.button("Stop", key="run_stop", help="Throw this training away.", **stop)
        return
    with st.popover("Stop", icon=":material/stop:", key="run_stop_ask"):
        st.markdown("Throw this training away? Nothing of it is kept.")
        st.button("Throw away", key="run_stop_sure", type="primary", **stop)


def _stop(run_id: str) -> None:
    if seen_run(run_id) is not None:
        stop_run(run_id)
