"""Buttons and progress of a background job: start, watch, cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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
        on_click=start_named_job,
        args=(name, work),
    )
    busy_note()


def busy_note() -> None:
    """Say why no job can be started now, if that is so."""
    if is_busy():
        st.caption("Another session's job is running; the server runs one at a time.")


def job_expander(name: str, label: str) -> DeltaGenerator:
    """Return the expander of a job's form; open as soon as this session has started the job."""
    return st.expander(label, icon=":material/refresh:", expanded=job_of(name) is not None)


def job_form(name: str, settings: Callable[[], None], results: Callable[[Any], None]) -> None:
    """Draw a job's settings, its progress while it runs, and its results.

    Parameters
    ----------
    name : str
        Of the job.
    settings : callable
        Draws the settings with `job_button`; left out while the job is running.
    results : callable
        Draws the job's result.
    """
    job = watch_job(name)
    if job is not None or job_of(name) is None:
        settings()
    if job is not None and job.result is not None:
        results(job.result)


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


def start_named_job(name: str, work: Callable[[Job], Any]) -> None:
    """Start a job as this session's latest of a name, unless one is running on this server."""
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
