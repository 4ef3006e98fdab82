"""The process of a training run: ``python -m latentcore.runs.worker FOLDER``."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

from latentcore.bundling import train_bundle
from latentcore.datasets import find_dataset, load_dataset
from latentcore.exceptions import (
    CheckpointError,
    EndScoring,
    EndTrainingPhase,
    LatentcoreError,
    TrainingCancelled,
)
from latentcore.models.networks import EncoderDecoder
from latentcore.runs.control import runs_ahead
from latentcore.runs.event_log import EventLog
from latentcore.runs.folder import (
    CHECKPOINTS,
    KEEP_FILE,
    STATUS_FILE,
    RunStatus,
    find_run,
    write_json,
)
from latentcore.runs.process import process_facts
from latentcore.runs.snapshots import SnapshotWriter, some_train_images
from latentcore.store import models_folder
from latentcore.training import EarlyStep, EpochEnd
from latentcore.training.without_compiler import leave_out_compiler

NICENESS = 10
SCORES, CARD = "scores", "card"
"""Beginnings of the names of two stages of `latentcore.bundling.train_bundle`."""
SAVING_FILE = "saving"
"""Marks that the bundle is about to be saved: one of its name that exists later is this run's."""
TURN_SECONDS = 0.5
SNAPSHOT_SECONDS = 1.0
"""A snapshot is written at the end of an epoch, or within the first, but not more often than this."""


class Worker:
    """Trains what a run's folder asks for, and writes down what happens: it listens to its own training."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = find_run(folder.name)
        self.log = EventLog(folder, self.run.n_epochs_kept)
        self.written = 0.0
        self.snapshots: SnapshotWriter | None = None
        self.notes: list[str] = []

    def work(self) -> None:
        """Wait for the turn, train, score and save."""
        self.status(RunStatus.WAITING)
        while runs_ahead(self.run.id):
            time.sleep(TURN_SECONDS)
        request = self.run.request
        self.status(RunStatus.TRAINING)
        self.log.start_clock()
        recipe = request.recipe()
        if (self.folder / SAVING_FILE).exists() and (models_folder() / recipe.id).exists():
            self.status(RunStatus.DONE, bundle_id=recipe.id)  # it was killed when all was done
            return
        self.snapshots = SnapshotWriter(
            self.folder,
            load_dataset(request.dataset, "test"),
            request.latent_dim,
            train_images=some_train_images(request.dataset),
        )
        train_bundle(
            recipe,
            models_folder(),
            record=True,
            on_event=self,
            on_stage=self.on_stage,
            checkpoints=self.folder / CHECKPOINTS,
        )
        self.status(RunStatus.DONE, bundle_id=recipe.id, message=" ".join(self.notes))

    def status(self, status: RunStatus, **more: str) -> None:
        """Write the status of the run."""
        write_json(self.folder / STATUS_FILE, {"status": status, **process_facts(os.getpid()), **more})

    def on_stage(self, name: str) -> None:
        """Write which stage begins; scores and others follow the training. End the scoring if asked to."""
        after = self.log.n_epochs > 0 or name.startswith(SCORES)
        self.status(RunStatus.SCORING if after else RunStatus.TRAINING, message=name)
        if name == CARD:
            (self.folder / SAVING_FILE).touch()
        keep = self.folder / KEEP_FILE
        if name == SCORES:
            keep.unlink(missing_ok=True)  # asked for when the training had just ended
        if name.startswith(f"{SCORES},") and keep.exists():
            keep.unlink()
            self.notes.append("Its scoring was ended: scores that are missing were not measured.")
            raise EndScoring

    def on_early_step(self, event: EarlyStep) -> None:
        """Write a snapshot within the first epoch, if it is time for one: large datasets have long epochs."""
        if self.is_due and isinstance(event.network, EncoderDecoder) and self.snapshots:
            self.snapshots.write(event.network, self.log.n_epochs)
            self.written = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether it is time for a snapshot."""
        return time.monotonic() - self.written >= SNAPSHOT_SECONDS

    def __call__(self, event: EpochEnd) -> None:
        """Write the end of an epoch, and a snapshot if it is time for one; end the phase if asked to.

        If the training diverged, the phase ends with the weights of the last good epoch.
        """
        if event.problem:
            self.notes.append(f"{event.problem} The model is that of epoch {event.epoch}.")
            raise EndTrainingPhase(event.problem)
        if find_dataset(self.run.request.dataset) is None:
            raise TrainingCancelled("The dataset was removed.")
        is_due = event.epoch == event.n_epochs or self.is_due
        keep = self.folder / KEEP_FILE
        errors: dict[str, float] = {}
        if (is_due or keep.exists()) and isinstance(event.network, EncoderDecoder) and self.snapshots:
            errors = self.snapshots.write(event.network, self.log.n_epochs + 1)
            self.written = time.monotonic()
        line = {"phase": event.phase, "epoch": event.epoch, "n_epochs": event.n_epochs}
        self.log.append(**line, losses=event.losses, **errors)
        if keep.exists() and not event.is_past:
            keep.unlink()
            self.notes.append(f"Stopped after epoch {event.epoch:,} of {event.n_epochs:,}.")
            raise EndTrainingPhase


def main(folder: Path) -> int:
    """Run a worker; return the exit status."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    signal.signal(signal.SIGTERM, _end)
    leave_out_compiler()
    worker = Worker(folder)
    try:
        worker.work()
    except CheckpointError:
        shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
        message = "Its checkpoint is damaged, or of another version of the library or the dataset."
        worker.status(RunStatus.FAILED, message=f"{message} Train it again.")
        return 1
    except (LatentcoreError, ValueError, OSError) as error:
        worker.status(RunStatus.FAILED, message=str(error))
        return 1
    except MemoryError:
        worker.status(RunStatus.FAILED, message="There is not enough memory for this training.")
        return 1
    return 0


def _end(*_: object) -> None:
    """End the process by an exception, so that unfinished files are removed."""
    raise SystemExit(1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
