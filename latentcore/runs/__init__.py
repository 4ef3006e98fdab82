"""Training runs in processes of their own, that are watched, paused and stopped from another process."""

from latentcore.runs.cleaning import remove_old_runs, remove_runs_on
from latentcore.runs.control import (
    active_runs,
    continue_run,
    finish_run,
    n_turns,
    pause_run,
    remove_run,
    resume_run,
    runs_ahead,
    start_run,
    start_runs,
    stop_run,
)
from latentcore.runs.folder import Run, RunRequest, RunStatus, all_runs, find_run, runs_folder
from latentcore.runs.snapshots import Snapshot, latest_snapshot

__all__ = [
    "Run",
    "RunRequest",
    "RunStatus",
    "Snapshot",
    "active_runs",
    "all_runs",
    "continue_run",
    "find_run",
    "finish_run",
    "latest_snapshot",
    "n_turns",
    "pause_run",
    "remove_old_runs",
    "remove_run",
    "remove_runs_on",
    "resume_run",
    "runs_ahead",
    "runs_folder",
    "start_run",
    "start_runs",
    "stop_run",
]
