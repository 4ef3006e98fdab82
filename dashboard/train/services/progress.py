"""How a training run stands: status in words, time left, losses."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.data.catalogue import catalogue, dataset_title, family_title, scanned_bundles
from dashboard.data.ownership import may_see
from dashboard.train.services.choices import has_epochs
from latentcore.exceptions import UnknownNameError
from latentcore.runs import (
    Run,
    RunStatus,
    active_runs,
    continue_run,
    find_run,
    finish_run,
    n_turns,
    pause_run,
    resume_run,
    runs_ahead,
    stop_run,
)
from latentcore.runs.control import is_paused
from latentcore.store.names import default_name
from latentcore.store.owners import public_name

__all__ = ["Run", "RunStatus", "continue_run", "finish_run", "pause_run", "resume_run", "stop_run"]

PHASES = {
    "adversarial": "generator and critic",
    "inversion": "inversion network",
    "autoencoder": "autoencoder",
    "flow": "velocity field",
    "classifier": "classifier",
}
"""Phases of the training in words; a family with one phase needs none."""
STAGES = {"scores": "preparing the scores", "plane": "laying out the map", "card": "writing the model card"}
SCORES = re.compile(r"scores, (\d+)%: (.+)")
"""The stage in which scores are measured: the share done, and which scores come next."""
RECONSTRUCTION_ERROR = "reconstruction error"
TRAIN, HELD_OUT = "train", "held-out"
MEASURED = {"train_mse": TRAIN, "held_out_mse": HELD_OUT}
"""Errors that are measured with a snapshot, and on which images."""
SAME_ON_AVERAGE = "mse"
"""The training loss that is the reconstruction error but for noise and changes of the images."""
LOSSES = {"kl": "KL divergence"}
"""Names of losses where they differ from those of the events."""
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
    can_keep : bool
        It is being trained or scored, and can be stopped so that the model is kept.
    """

    words: str
    share: float
    is_paused: bool
    is_young: bool
    can_keep: bool


def seen_run(run_id: str) -> Run | None:
    """Return a run that the current session may see, or None."""
    try:
        run = find_run(run_id)
    except (UnknownNameError, OSError, ValueError, TypeError, KeyError):  # or its files are damaged
        return None
    return run if may_see(run.request.bundle_id) else None


def seen_active_runs() -> list[Run]:
    """Return the waiting and training runs that the current session may see."""
    return [run for run in active_runs() if may_see(run.request.bundle_id)]


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
    trained = events[-1]["seconds"] if events else 0.0  # more than since it was continued
    young = max(trained, 0.0 if run.status is RunStatus.WAITING else time.time() - run.created)
    can_end = SCORES.match(run.message) if run.status is RunStatus.SCORING else events
    can_keep = run.status is not RunStatus.WAITING and bool(can_end) and not run.is_ending
    return Progress(f"Paused. {words}" if paused else words, share, paused, young < SECONDS_AT_ONCE, can_keep)


def _words(run: Run, events: list[dict[str, Any]]) -> tuple[str, float]:
    if run.status is RunStatus.WAITING:
        return _place_in_queue(run), 0.0
    if run.status is RunStatus.SCORING:
        return _scoring(run)
    if not events:
        if not has_epochs(run.request.family):
            return "Training: computed in closed form, without epochs.", 0.0
        return f"Preparing: {run.message}." if run.message else "Preparing: reading the images.", 0.0
    if run.is_ending:
        return "Stopping after this epoch; the model is kept.", events[-1]["epoch"] / events[-1]["n_epochs"]
    last = events[-1]
    phase = PHASES.get(last["phase"])
    of_phase = f" of the {phase}" if phase else ""
    words = f"Training: epoch {last['epoch']:,} of {last['n_epochs']:,}{of_phase}"
    per_epoch = seconds_per_epoch(events)
    if per_epoch is not None:
        left = duration(per_epoch * (last["n_epochs"] - last["epoch"]))
        words += f", {per_epoch:.2g} s per epoch, about {left} left{' in this phase' if phase else ''}"
    return f"{words}.", last["epoch"] / max(last["n_epochs"], 1)


def _scoring(run: Run) -> tuple[str, float]:
    """Return the stage after the training in words, and the share done."""
    scores = SCORES.match(run.message)
    if scores is None:
        return f"Scoring: {STAGES.get(run.message, run.message)}.", 1.0
    share = int(scores[1]) / 100
    if run.is_ending:
        return "Scoring ends after this part; the model is kept.", share
    return f"Scoring, {scores[1]}% done: {scores[2]}.", share


def _place_in_queue(run: Run) -> str:
    ahead = runs_ahead(run.id)
    if not ahead:
        return "Waiting: the training is about to begin."
    return f"Waiting: place {ahead + 1} of {n_turns()} in the queue; one run, or a pair, trains at a time."


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
    """Return the losses as a table ``epoch, loss, value, images``, thinned out where there are many epochs.

    The reconstruction error is measured now and then on training and on held-out images; other losses are
    means over the training of an epoch.
    """
    rows = [
        (event["epoch"], RECONSTRUCTION_ERROR, event[name], images)
        for event in events
        for name, images in MEASURED.items()
        if name in event
    ]
    hidden = SAME_ON_AVERAGE if rows else ""
    rows += [
        (event["epoch"], LOSSES.get(name, name.replace("_", " ")), value, TRAIN)
        for event in events
        for name, value in event["losses"].items()
        if name != hidden
    ]
    table = pd.DataFrame(rows, columns=["epoch", "loss", "value", "images"])
    if table.empty:
        return table
    lines = table.groupby(["loss", "images"], sort=False)
    place, length = lines.cumcount(), lines["epoch"].transform("size")
    step = -(-length // MOST_POINTS)
    return table[(place % step == 0) | (place == length - 1)].reset_index(drop=True)


def show_in_catalogue(run: Run) -> bool:
    """Have the catalogue list a finished run's bundle now; return whether it does."""
    if run.bundle_id not in catalogue().specs:
        scanned_bundles.clear()
    return run.bundle_id in catalogue().specs


def model_name(run: Run) -> str:
    """Return the name of the bundle that a run has made, as it is shown."""
    return public_name(run.bundle_id.partition("/")[2])


def shipped_beside(run: Run) -> str | None:
    """Return the name of the usual bundle of the same dataset, family and dimension, or None."""
    name = default_name(run.request.family, run.request.latent_dim)
    found = f"{run.request.dataset}/{name}" in catalogue().specs
    return name if found and run.bundle_id.partition("/")[2] != name else None
