"""The folder of a training run: what was asked for, its status, and an event per epoch.

Whoever starts the run writes ``request.json``; its process writes the status, the events and the checkpoints.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from latentcore.atomic_files import atomic_file
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.exceptions import UnknownNameError
from latentcore.recipes import Recipe, make_recipe, n_epochs_done
from latentcore.runs.event_log import read_events
from latentcore.runs.process import is_at_work
from latentcore.store.names import default_name

ID = re.compile(r"[0-9a-f]{16}")
REQUEST_FILE, STATUS_FILE, CHECKPOINTS = "request.json", "status.json", "checkpoints"
KEEP_FILE = "keep"
"""Its presence asks the process to end the current phase after this epoch, and to keep the model."""


class RunStatus(StrEnum):
    """Where a run stands. The last three are final."""

    WAITING = "waiting"
    TRAINING = "training"
    SCORING = "scoring"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


FINAL = frozenset({RunStatus.DONE, RunStatus.STOPPED, RunStatus.FAILED})


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What is to be trained; the fields are those of `latentcore.recipes.make_recipe`.

    Attributes
    ----------
    dataset, family : str
    latent_dim : int
    minutes : float or None
        About how long the training should take; the recipe's number of epochs by default.
    seed : int
    name : str
        Of the bundle; the usual one if empty.
    settings : mapping
        Settings of the family in place of the recipe's.
    group : str
        Runs of one group train at the same time; empty for a run that trains alone.
    """

    dataset: str
    family: str
    latent_dim: int
    minutes: float | None = None
    seed: int = 0
    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""

    @property
    def bundle_id(self) -> str:
        """Id of the bundle that is to be made."""
        return f"{self.dataset}/{self.name or default_name(self.family, self.latent_dim)}"

    def recipe(self) -> Recipe:
        """Return the recipe that is asked for; raises `ValueError` if there is none."""
        return make_recipe(
            self.dataset,
            self.family,
            self.latent_dim,
            seeds=(self.seed,),
            name=self.name,
            minutes=self.minutes,
            overrides=self.settings,
        )


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run as its files describe it.

    Attributes
    ----------
    id : str
        16 hexadecimal digits that cannot be guessed.
    folder : Path
    request : RunRequest
    status : RunStatus
    message : str
        Stage, or one sentence on why the run failed.
    bundle_id : str
        Id of the bundle, once it is done; else empty.
    process : int or None
        Number of its process; None before it has started.
    created : float
        When it was started, or last continued, in seconds since the epoch.
    was_killed : bool
        Whether its process is gone without a final status.
    """

    id: str
    folder: Path
    request: RunRequest
    status: RunStatus
    message: str
    bundle_id: str
    process: int | None
    created: float
    was_killed: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in FINAL

    @property
    def is_ending(self) -> bool:
        """Whether the current phase of the training ends after this epoch, because that was asked for."""
        return (self.folder / KEEP_FILE).exists()

    def events(self) -> list[dict[str, Any]]:
        """Return one entry per epoch: ``phase, epoch, n_epochs, losses, seconds`` since the start.

        One with a snapshot also has the errors of `SnapshotWriter.write`, if there was an encoder.
        """
        return read_events(self.folder)

    @property
    def n_epochs_kept(self) -> int:
        """Number of epochs after which `latentcore.runs.continue_run` goes on."""
        return n_epochs_done(self.folder / CHECKPOINTS)

    @property
    def can_continue(self) -> bool:
        """Whether the run failed without need: it was killed, or something else failed after some epochs."""
        return self.status is RunStatus.FAILED and (self.was_killed or self.n_epochs_kept > 0)


def runs_folder() -> Path:
    """Return the folder of all runs, in the data folder."""
    return data_folder() / "runs"


def find_run(run_id: str) -> Run:
    """Return a run by its id.

    A run whose process is gone without a final status has failed: it was killed, or the machine was.

    Raises
    ------
    UnknownNameError
        If there is no such run.
    """
    folder = runs_folder() / run_id
    if not ID.fullmatch(run_id) or not (folder / REQUEST_FILE).is_file():
        raise UnknownNameError(f"There is no training run {run_id[:20]!r}.")
    request = json.loads((folder / REQUEST_FILE).read_text(encoding="utf-8"))
    created = float(request.pop("created"))
    status = read_status(folder)
    run = Run(
        id=run_id,
        folder=folder,
        request=_read_request(request),
        status=RunStatus(status.get("status", RunStatus.WAITING)),
        message=str(status.get("message", "")),
        bundle_id=str(status.get("bundle_id", "")),
        process=status.get("process"),
        created=created,
    )
    if run.is_over or run.process is None or is_at_work(run.process, status):
        return run
    after = read_status(folder)  # it may have ended between the two looks
    if after != status:
        return find_run(run_id)
    gone = "Its process ended unexpectedly."
    return Run(**{**vars(run), "status": RunStatus.FAILED, "message": gone, "was_killed": True})


def _read_request(fields: dict[str, Any]) -> RunRequest:
    """Return a request from JSON values, in which widths of layers are lists."""
    settings = fields.get("settings", {}).items()
    tuples = {name: tuple(value) if isinstance(value, list) else value for name, value in settings}
    return RunRequest(**{**fields, "settings": tuples})


def all_runs() -> list[Run]:
    """Return every run whose files can be read, in no order; one may be removed in the meantime."""
    folder, runs = runs_folder(), []
    names = [path.name for path in folder.iterdir() if ID.fullmatch(path.name)] if folder.is_dir() else []
    for name in names:
        with suppress(UnknownNameError, OSError, ValueError, TypeError, KeyError):
            runs.append(find_run(name))
    return runs


def write_request(folder: Path, request: RunRequest, created: float) -> None:
    """Write ``request.json``."""
    write_json(folder / REQUEST_FILE, {**asdict(request), "created": created})


def read_status(folder: Path) -> dict[str, Any]:
    """Return the content of ``status.json``; empty before there is one."""
    path = folder / STATUS_FILE
    status: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return status


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON file that no reader sees half-written."""
    with atomic_file(path, make_folder=False, durable=False) as temporary:
        temporary.write_text(json.dumps(value), encoding="utf-8")
