"""Removing training runs whose dataset is gone, and folders of runs that ended long ago."""

from __future__ import annotations

import time
from contextlib import suppress

from latentcore.exceptions import UnknownNameError
from latentcore.runs.control import remove_run
from latentcore.runs.folder import REQUEST_FILE, STATUS_FILE, all_runs

KEPT_SECONDS, KEPT_UNFINISHED_SECONDS = 24 * 3600, 7 * 24 * 3600
"""Time after which the folder of a run that is over is removed, and of one that can be continued; its bundle
stays."""


def remove_runs_on(dataset: str) -> None:
    """Stop and remove the runs on a dataset."""
    for run in all_runs():
        if run.request.dataset == dataset:
            with suppress(UnknownNameError, OSError):
                remove_run(run.id)


def remove_old_runs() -> None:
    """Remove the folders of runs that have been over for a day; for a week if they can be continued."""
    for run in all_runs():
        with suppress(UnknownNameError, OSError):
            status = run.folder / STATUS_FILE
            ended = (status if status.exists() else run.folder / REQUEST_FILE).stat().st_mtime
            kept = KEPT_UNFINISHED_SECONDS if run.can_continue else KEPT_SECONDS
            if run.is_over and time.time() - ended > kept:
                remove_run(run.id)
