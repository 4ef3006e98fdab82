"""A checkpoint: one safetensors file with all that a training needs to go on after an epoch.

It holds the state of every network, optimiser and schedule, torch's random state, the epochs so far, and what
is trained. The JSON part is in the metadata of the file, with a checksum of everything; there is no pickle.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypedDict

import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from latentcore.atomic_files import atomic_file
from latentcore.exceptions import CheckpointError
from latentcore.training.checkpoint_state import Stateful, pack, restore, unpack

SAVE_SECONDS = 20.0
"""A checkpoint is written at the end of an epoch, but not more often than this; always after the last one."""
RANDOM_STATE = "random_state"
CONTENT, CHECKSUM = "content", "sha256"

_current: ContextVar[Checkpoint | None] = ContextVar("checkpoint", default=None)


class PastEpoch(TypedDict):
    """An epoch before the checkpoint; the names are those of `latentcore.training.EpochEnd`."""

    phase: str
    epoch: int
    n_epochs: int
    losses: dict[str, float]


def current_checkpoint() -> Checkpoint | None:
    """Return the checkpoint of the training in the surrounding `Checkpoint.active` block, or None."""
    return _current.get()


class Checkpoint:
    """Keeps a training's state in a file, and goes on from it if there is one.

    The training loop finds the checkpoint through `current_checkpoint`, so that `fit` of each family needs no
    further argument: it surrounds a training like `latentcore.training.seeded`, whose random state is global
    as well.

    Attributes
    ----------
    path : Path
    cpu_seconds : float
        CPU time of the processes that trained up to the checkpoint that was found; 0 without one.
    n_epochs : int
        Number of epochs before it, all phases together.
    """

    def __init__(
        self,
        path: Path,
        training: Mapping[str, Any],
        *,
        listeners: Mapping[str, Stateful] | None = None,
        save_seconds: float | None = None,
    ) -> None:
        """Read the file if there is one.

        Parameters
        ----------
        path : Path
            Where the checkpoint is, or will be, written; its folder must exist by then.
        training : mapping of str to JSON value
            What is trained and with what: settings, dataset and version, seed. A checkpoint of anything else,
            or of another version of torch, is refused.
        listeners : mapping of str to Stateful, optional
            What listens to the events and has a state of its own: restored here, and stored each time. It
            receives the events of the epochs before once more, without a network.
        save_seconds : float, optional
            Least time between two writes within a phase; `SAVE_SECONDS` by default.

        Raises
        ------
        CheckpointError
            If the file is damaged, or belongs to another training.
        """
        self.path = path
        self._training: dict[str, Any] = json.loads(json.dumps({**training, "torch": torch.__version__}))
        self._save_seconds = SAVE_SECONDS if save_seconds is None else save_seconds
        self._saved, self._started = float("-inf"), time.process_time()
        self._found = _read(path)
        self._past: list[PastEpoch] = []
        self._ended: list[str] = []
        self._parts: Mapping[str, Stateful] = {}
        self._listeners = listeners or {}
        self.cpu_seconds = 0.0
        if self._found is not None:
            content, _ = self._found
            check_same(path, content["training"], self._training)
            self._past, self.cpu_seconds = content["past"], content["cpu_seconds"]
            self._ended = content["ended"]
            self._restore(self._listeners)
        self.n_epochs = len(self._past)

    @contextmanager
    def active(self) -> Iterator[None]:
        """Keep this checkpoint of the one training inside the block."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def resume(self, phase: str, parts: Mapping[str, Stateful]) -> list[PastEpoch]:
        """Begin a phase: return its epochs that are done, and restore the state if they are the last ones.

        Parts of an earlier phase are left as they are: what later phases need of them is among their parts.

        Parameters
        ----------
        phase : str
        parts : mapping of str to Stateful
            All that the phase changes; see `latentcore.training.run_epochs`.

        Raises
        ------
        CheckpointError
            If the checkpoint does not fit the parts.
        """
        self._parts = parts
        past = [entry for entry in self._past if entry["phase"] == phase]
        if self._found is not None and past and self._past[-1]["phase"] == phase:
            self._restore(parts)
            torch.set_rng_state(self._found[1][RANDOM_STATE])
            self._found = None  # its memory is no longer needed
        return past

    def _restore(self, parts: Mapping[str, Stateful]) -> None:
        if self._found is None:
            return
        content, tensors = self._found
        try:
            for name, part in parts.items():
                restore(part, unpack(content["parts"][name], tensors))
        except (KeyError, ValueError, RuntimeError, TypeError) as error:
            raise _damaged(self.path, error) from error

    def has_ended(self, phase: str) -> bool:
        """Return whether a phase was ended before its last epoch."""
        return phase in self._ended

    def note(self, epoch: PastEpoch) -> None:
        """Note an epoch of the phase that `resume` began."""
        self._past.append(epoch)

    def save(self) -> None:
        """Write the file after the epoch that was noted last, if that is the phase's last one or it is time.

        A file that cannot be written is left out, and tried again: the training is worth more than its
        checkpoint.
        """
        is_last = self._past[-1]["epoch"] == self._past[-1]["n_epochs"]
        if is_last or time.monotonic() - self._saved >= self._save_seconds:
            with suppress(OSError):
                self._write()
            self._saved = time.monotonic()

    def end(self, phase: str) -> None:
        """Note that a phase ended before its last epoch, and write the file."""
        self._ended.append(phase)
        with suppress(OSError):
            self._write()

    def _write(self) -> None:
        tensors = {RANDOM_STATE: torch.get_rng_state()}
        parts = {**self._parts, **self._listeners}
        content = {
            "training": self._training,
            "past": self._past,
            "ended": self._ended,
            "cpu_seconds": self.cpu_seconds + time.process_time() - self._started,
            "parts": {name: pack(part.state_dict(), tensors, name) for name, part in parts.items()},
        }
        text = json.dumps(content)
        arrays = {name: tensor.contiguous().numpy() for name, tensor in tensors.items()}
        data = save(arrays, {CONTENT: text, CHECKSUM: _checksum(text, tensors)})
        with atomic_file(self.path, make_folder=False) as temporary:
            temporary.write_bytes(data)


def n_epochs_in(path: Path) -> int:
    """Return the number of epochs before a checkpoint, all phases together; 0 without a readable file."""
    try:
        with safe_open(path, "pt") as file:
            return len(json.loads(file.metadata()[CONTENT])["past"])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return 0


def check_same(path: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raise `CheckpointError`, naming the first difference, unless a file belongs to the training wanted."""
    for name in sorted({*found, *wanted}):
        before, now = found.get(name), wanted.get(name)
        if isinstance(before, dict) and isinstance(now, dict):
            check_same(path, before, now)
        elif before != now:
            raise CheckpointError(
                f"{path} belongs to another training ({name} was {_short(before)}, and is {_short(now)}); "
                "remove it to start from the beginning."
            )


def _read(path: Path) -> tuple[dict[str, Any], dict[str, torch.Tensor]] | None:
    if not path.exists():
        return None
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        found = json.loads(metadata[CONTENT]), tensors
        is_whole = _checksum(metadata[CONTENT], tensors) == metadata[CHECKSUM]
    except (OSError, SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise _damaged(path, error) from error
    if not is_whole:
        raise _damaged(path, ValueError("wrong checksum"))
    return found


def _checksum(text: str, tensors: Mapping[str, torch.Tensor]) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(tensors[name].contiguous().numpy().reshape(-1).data)
    return digest.hexdigest()


def _damaged(path: Path, error: Exception) -> CheckpointError:
    cause = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
    return CheckpointError(f"{path} is damaged ({cause}); remove it to start from the beginning.")


def _short(value: object) -> str:
    return str(value)[:40]
