"""Starting, pausing, stopping and removing training runs."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from latentcore.runs.folder import (
    CHECKPOINTS,
    KEEP_FILE,
    STATUS_FILE,
    Run,
    RunRequest,
    RunStatus,
    all_runs,
    find_run,
    read_status,
    runs_folder,
    write_json,
    write_request,
)
from latentcore.runs.process import HALTED, is_alive, process_facts, process_state

STOP_SECONDS, KILL_SECONDS = 1.3, 0.5
"""Time that a process has to end by itself when it is stopped, and until it is gone after it was killed."""
MALLOC = {"MALLOC_MMAP_THRESHOLD_": "4000000", "MALLOC_TRIM_THRESHOLD_": "64000000", "MALLOC_ARENA_MAX": "2"}
"""Settings of glibc for the process: arrays of 4 MB and more go back to the system when they are freed,
instead of leaving holes in the heap. Those of a training step are smaller and are used again: with 1 MB, an
epoch took 1.3 times as long. Other C libraries ignore these settings."""


def start_run(request: RunRequest) -> str:
    """Start a process that trains, scores and saves a bundle; return the run's id.

    One run, or one group, trains at a time; others wait in the order in which they were started. The process
    has a low priority, and goes on when the one that started it ends.

    Raises
    ------
    ValueError
        If the request is not one of a recipe, or the family does not allow its settings.
    OSError
        If the run's folder cannot be written.
    """
    return start_runs([request])[0]


def start_runs(requests: Sequence[RunRequest]) -> list[str]:
    """Start runs that train at the same time; see `start_run`. If one cannot be started, none is."""
    for request in requests:
        request.recipe().make_model()
    group = secrets.token_hex(8) if len(requests) > 1 else ""
    now, ids = time.time(), []
    try:
        for request in requests:
            ids.append(_start_new(replace(request, group=group), now))  # noqa: PERF401 - kept if one fails
    except OSError:
        for run_id in ids:
            remove_run(run_id)
        raise
    return ids


def _start_new(request: RunRequest, now: float) -> str:
    run_id = secrets.token_hex(8)
    folder = runs_folder() / run_id
    folder.mkdir(parents=True)
    write_request(folder, request, now)
    _start_process(folder)
    return run_id


def continue_run(run_id: str) -> None:
    """Start a new process for a run that failed, which goes on from its checkpoint; it queues behind others.

    Without a checkpoint it starts over. Nothing happens if the run cannot be continued, or just was.

    Raises
    ------
    UnknownNameError
        If there is no such run.
    OSError
        If the run's folder cannot be written.
    """
    run = find_run(run_id)
    if not run.can_continue:
        return
    try:
        (run.folder / STATUS_FILE).unlink()  # of two callers at once, one succeeds
    except FileNotFoundError:
        return
    write_request(run.folder, run.request, time.time())
    _start_process(run.folder)


def _start_process(folder: Path) -> None:
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - this Python, with a path that was made here
            [sys.executable, "-m", "latentcore.runs.worker", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, **MALLOC},
        )
    threading.Thread(target=process.wait, daemon=True).start()  # so that it does not stay a zombie
    if not (folder / STATUS_FILE).exists():
        write_json(folder / STATUS_FILE, {"status": RunStatus.WAITING, **process_facts(process.pid)})


def active_runs() -> list[Run]:
    """Return the runs that wait or train, in the order in which they were started."""
    return sorted((run for run in all_runs() if not run.is_over), key=lambda run: (run.created, run.id))


def runs_ahead(run_id: str) -> int | None:
    """Return how many runs or groups of runs have their turn before a run; None if it does not wait or train.

    A run with none ahead may train. Those of a group have their turn together.
    """
    return next((place for place, ids in enumerate(_turns()) if run_id in ids), None)


def n_turns() -> int:
    """Return the number of runs, or groups of runs, that wait or train."""
    return len(_turns())


def _turns() -> list[list[str]]:
    """Return the ids of the waiting and training runs; those of a group are together."""
    turns: dict[str, list[str]] = {}
    for run in active_runs():
        turns.setdefault(run.request.group or run.id, []).append(run.id)
    return list(turns.values())


def pause_run(run_id: str) -> None:
    """Halt a run's process until `resume_run`."""
    _signal(find_run(run_id), signal.SIGSTOP)


def resume_run(run_id: str) -> None:
    """Let a paused run go on."""
    _signal(find_run(run_id), signal.SIGCONT)


def is_paused(run: Run) -> bool:
    """Return whether a run's process is halted."""
    return run.process is not None and process_state(run.process) == HALTED


def stop_run(run_id: str) -> None:
    """End a run within two seconds, whatever it does; nothing is kept of an unfinished bundle."""
    run = find_run(run_id)
    if run.is_over or run.process is None:
        return
    _signal(run, signal.SIGTERM)
    _signal(run, signal.SIGCONT)
    _await_end(run.process, STOP_SECONDS)
    _signal(run, signal.SIGKILL)
    _await_end(run.process, KILL_SECONDS)
    status = read_status(run.folder)
    if status.get("status") not in (RunStatus.DONE, RunStatus.FAILED):
        write_json(run.folder / STATUS_FILE, {**status, "status": RunStatus.STOPPED, "message": ""})
        shutil.rmtree(run.folder / CHECKPOINTS, ignore_errors=True)


def finish_run(run_id: str) -> None:
    """Have a run end the current phase of its training after this epoch, and score and save the model.

    A GAN whose generator is being trained goes on with its inversion network, which can be ended as well. A
    run that is scored leaves out the scores that are not measured yet, and saves the model.
    """
    run = find_run(run_id)
    if run.status in (RunStatus.TRAINING, RunStatus.SCORING):
        (run.folder / KEEP_FILE).touch()
        resume_run(run_id)


def remove_run(run_id: str) -> None:
    """Stop a run and delete its folder; a bundle that it made stays."""
    stop_run(run_id)
    shutil.rmtree(find_run(run_id).folder, ignore_errors=True)


def _await_end(process: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    while is_alive(process) and time.monotonic() < until:
        time.sleep(0.02)


def _signal(run: Run, number: signal.Signals) -> None:
    if run.process is not None and not run.is_over:
        with suppress(ProcessLookupError):
            os.killpg(run.process, number)
