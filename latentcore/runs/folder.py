"""The folder of a training run: what was asked for, its status, and an event per epoch.

``request.json`` is written by whoever starts the run, ``status.json`` and ``events.jsonl`` by its process.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from latentcore.datasets.torchvision_sets import data_folder
from latentcore.exceptions import UnknownNameError
from latentcore.recipes import Recipe, make_recipe
from latentcore.store.bundle import default_name

ID = re.compile(r"[0-9a-f]{16}")
ZOMBIE, HALTED = "Z", "T"
REQUEST_FILE, STATUS_FILE, EVENTS_FILE = "request.json", "status.json", "events.jsonl"
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
        Seconds since the epoch.
    """

    id: str
    folder: Path
    request: RunRequest
    status: RunStatus
    message: str
    bundle_id: str
    process: int | None
    created: float

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
        path = self.folder / EVENTS_FILE
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return [event for line in lines if (event := _parsed(line)) is not None]


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
    if run.is_over or run.process is None or is_alive(run.process):
        return run
    after = read_status(folder)  # it may have ended between the two looks
    if after != status:
        return find_run(run_id)
    gone = "The process of this run ended without a word; train it again."
    return Run(**{**vars(run), "status": RunStatus.FAILED, "message": gone})


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
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(value), encoding="utf-8")
    draft.replace(path)


def is_alive(process: int) -> bool:
    """Return whether there is a process of this number that has not ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process_state(process) != ZOMBIE


def process_state(process: int) -> str | None:
    """Return the letter of a process's state, such as `ZOMBIE` or `HALTED`; None where it is not known."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return None


def _parsed(line: str) -> dict[str, Any] | None:
    """Return an event; None for a line that is being written."""
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return event
