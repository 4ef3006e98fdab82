"""Background jobs: one at a time per server, with progress and cancellation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
import torch
from streamlit import runtime

from dashboard.server.malloc import return_memory
from dashboard.server.sessions import acting_for, current_session, is_connected
from latentcore.exceptions import LatentcoreError, TrainingCancelled

SECONDS_TO_RETURN = 60
"""A job is cancelled once its browser has been disconnected for this long, so that others can run."""


@dataclass
class Job:
    """A background job, running or finished.

    Attributes
    ----------
    share : float
        Progress in [0, 1].
    stage : str
        Description of the current step.
    result : object
        Return value of the work; None until it has finished, and if it failed.
    problem : str or None
        Why there is no result.
    finished : bool
    cancelled : Event
        Set it to cancel the job at its next step.
    session : str or None
        Id of the session that started it; None outside of a session.
    seen : float
        When that session was last connected, on the monotonic clock.
    """

    share: float = 0.0
    stage: str = "waiting"
    result: Any = None
    problem: str | None = None
    finished: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)
    session: str | None = None
    seen: float = field(default_factory=time.monotonic)

    def announce(self, stage: str, share: float) -> None:
        """Report the next step and the progress; raises `TrainingCancelled` if the job was cancelled."""
        if self.session is None or is_connected(self.session):
            self.seen = time.monotonic()
        if self.cancelled.is_set() or time.monotonic() - self.seen > SECONDS_TO_RETURN:
            raise TrainingCancelled(stage)
        self.stage, self.share = stage, min(max(share, 0.0), 1.0)


@dataclass
class _Desk:
    """Holder of the server's only job slot."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    current: Job | None = None


@st.cache_resource(show_spinner=False)
def _desk() -> _Desk:
    return _Desk()


def start_job(work: Callable[[Job], Any]) -> Job | None:
    """Start `work` in a thread and return its job, or None while another job is running.

    Parameters
    ----------
    work : callable
        Receives the job, calls its `announce` between steps, and returns the result.
    """
    desk = _desk()
    with desk.lock:
        if is_busy():
            return None
        session = current_session()
        desk.current = Job(session=session if runtime.exists() else None)
        threading.Thread(target=_run, args=(desk.current, work, session), daemon=True).start()
        return desk.current


def is_busy() -> bool:
    """Return whether a job is running."""
    current = _desk().current
    return current is not None and not current.finished


def _run(job: Job, work: Callable[[Job], Any], session: str | None) -> None:
    torch.set_num_threads(1)
    try:
        with acting_for(session):
            job.result = work(job)
        job.share = 1.0
    except TrainingCancelled:
        away = f"Job cancelled: the browser was disconnected for {SECONDS_TO_RETURN} s. Start it again."
        job.problem = "Job cancelled." if job.cancelled.is_set() else away
    except (LatentcoreError, ValueError, MemoryError, OSError) as error:
        job.problem = f"Job failed: {error}"
    except BaseException:
        job.problem = "Job failed; the server's log says why."
        raise
    finally:
        job.finished = True
        return_memory()
