"""How a training run stands: status in words, time left, losses."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.data.catalogue import catalogue, dataset_title, family_title, scanned_bundles
from dashboard.data.ownership import may_see
from dashboard.train.services.choices import has_epochs
from latentcore.exceptions import UnknownNameError
from latentcore.runs import Run, RunStatus, active_runs, find_run, pause_run, resume_run, stop_run
from latentcore.runs.control import is_paused
from latentcore.store.bundle import default_name

__all__ = ["Run", "RunStatus", "pause_run", "resume_run", "stop_run"]

PHASES = {"adversarial": "generator and critic", "inversion": "inversion network"}
"""Phases of the training in words; a family with one phase needs none."""
STAGES = {"scores": "measuring the scores", "plane": "laying out the map", "card": "writing the model card"}
SECONDS_AT_ONCE = 60
"""A run that is younger than this is thrown away without a question."""
MOST_POINTS = 250
"""Of a loss curve."""


@dataclass(frozen=True)
class Progress:
    """How a run stands.

    Attributes
    ----------
    words : str
        One sentence.
    share : float
        Of the current phase, in [0, 1].
    is_paused : bool
    is_young : bool
        Little is lost if it is thrown away.
    """

    words: str
    share: float
    is_paused: bool
    is_young: bool


def seen_run(run_id: str) -> Run | None:
    """Return a run that the current session may see, or None."""
    try:
        run = find_run(run_id)
    except (UnknownNameError, OSError, ValueError, TypeError, KeyError):  # or its files are damaged
        return None
    return run if may_see(run.request.dataset) else None


def seen_active_runs() -> list[Run]:
    """Return the waiting and training runs that the current session may see."""
    return [run for run in active_runs() if may_see(run.request.dataset)]


def n_active_runs() -> int:
    """Return the number of waiting and training runs of all sessions."""
    return len(active_runs())


def run_title(run: Run) -> str:
    """Return what a run trains, such as "VAE, 2-D, on Handwritten digits (8x8)"."""
    request = run.request
    return f"{family_title(request.family)}, {request.latent_dim}-D, on {dataset_title(request.dataset)}"


def progress_of(run: Run, events: list[dict[str, Any]]) -> Progress:
    """Return how a run stands, given its events."""
    paused = is_paused(run)
    words, share = _words(run, events)
    young = run.status is RunStatus.WAITING or time.time() - run.created < SECONDS_AT_ONCE
    return Progress(f"Paused. {words}" if paused else words, share, paused, young)


def _words(run: Run, events: list[dict[str, Any]]) -> tuple[str, float]:
    if run.status is RunStatus.WAITING:
        return _place_in_queue(run), 0.0
    if run.status is RunStatus.SCORING:
        return f"Scoring: {STAGES.get(run.message, run.message)}.", 1.0
    if not events:
        if not has_epochs(run.request.family):
            return "Training: computed in closed form, without epochs.", 0.0
        return f"Preparing: {run.message}." if run.message else "Preparing: reading the images.", 0.0
    last = events[-1]
    phase = PHASES.get(last["phase"])
    of_phase = f" of the {phase}" if phase else ""
    words = f"Training: epoch {last['epoch']:,} of {last['n_epochs']:,}{of_phase}"
    per_epoch = seconds_per_epoch(events)
    if per_epoch is not None:
        left = duration(per_epoch * (last["n_epochs"] - last["epoch"]))
        words += f", {per_epoch:.2g} s per epoch, about {left} left{' in this phase' if phase else ''}"
    return f"{words}.", last["epoch"] / max(last["n_epochs"], 1)


def _place_in_queue(run: Run) -> str:
    ids = [one.id for one in active_runs()]
    if run.id not in ids[1:]:
        return "Waiting: the training is about to begin."
    return f"Waiting: place {ids.index(run.id) + 1} of {len(ids)} in the queue; one run trains at a time."


def seconds_per_epoch(events: list[dict[str, Any]]) -> float | None:
    """Return the median time between the last epochs of the current phase, or None after the first one."""
    ends = [event["seconds"] for event in events[-40:] if event["phase"] == events[-1]["phase"]]
    steps = np.diff(ends)
    return float(np.mean(np.minimum(steps, 3 * np.median(steps) + 0.01))) if len(steps) else None


def duration(seconds: float) -> str:
    """Return a time in words, such as "40 s" or "4 minutes"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def loss_table(events: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the losses as a table ``epoch, loss, value``, thinned out where there are many epochs."""
    rows = [
        (event["epoch"], name.replace("_", " "), value)
        for event in events
        for name, value in event["losses"].items()
    ]
    table = pd.DataFrame(rows, columns=["epoch", "loss", "value"])
    if len(events) <= MOST_POINTS:
        return table
    step = -(-len(events) // MOST_POINTS)
    last = table.groupby("loss")["epoch"].transform("max")
    return table[(table["epoch"] % step == 0) | (table["epoch"] == last) | (table["epoch"] == 1)]


def show_in_catalogue(run: Run) -> bool:
    """Have the catalogue list a finished run's bundle now; return whether it does."""
    if run.bundle_id not in catalogue().specs:
        scanned_bundles.clear()
    return run.bundle_id in catalogue().specs


def shipped_beside(run: Run) -> str | None:
    """Return the name of the usual bundle of the same dataset, family and dimension, or None."""
    name = default_name(run.request.family, run.request.latent_dim)
    found = f"{run.request.dataset}/{name}" in catalogue().specs
    return name if found and run.bundle_id.partition("/")[2] != name else None
