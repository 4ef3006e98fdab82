"""Buttons and progress of a background job: start, watch, cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.data.jobs import Job, is_busy, start_job

POLL_SECONDS = 0.5


def job_of(name: str) -> Job | None:
    """Return this session's latest job with a name, or None."""
    job: Job | None = state.held(name, None)
    return job


def job_button(name: str, label: str, work: Callable[[Job], Any]) -> None:
    """Draw the button that starts a job; disabled while any job runs on this server."""
    st.button(
        label,
        icon=":material/play_arrow:",
        key=f"start_{name}",
        disabled=is_busy(),
        on_click=_start,
        args=(name, work),
    )
    if is_busy():
        st.caption("Another session's job is running; the server runs one at a time.")


def watch_job(name: str) -> Job | None:
    """Draw a running job's progress; return the job once it has finished, None otherwise."""
    job = job_of(name)
    if job is None:
        return None
    if not job.finished:
        _progress(name)
        return None
    if job.problem is not None:
        st.warning(job.problem, icon=":material/info:")
    return job


def _start(name: str, work: Callable[[Job], Any]) -> None:
    job = start_job(work)
    if job is not None:
        state.release(name)
        state.hold(name, None, job)


@st.fragment(run_every=POLL_SECONDS)
def _progress(name: str) -> None:
    """Draw the progress bar; rerun the page when the job has finished."""
    job = job_of(name)
    if job is None or job.finished:
        st.rerun()
        return
    st.progress(job.share, text=job.stage)
    if job.cancelled.is_set():
        st.caption("Cancelling at the next step.")
    else:
        st.button("Cancel", icon=":material/close:", key=f"cancel_{name}", on_click=job.cancelled.set)
