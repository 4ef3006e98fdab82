"""The log of a run's epochs, ``events.jsonl``: one line per epoch, also when the training goes on."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from latentcore.atomic_files import atomic_file

EVENTS_FILE = "events.jsonl"


class EventLog:
    """Appends the epochs of a training to the log of its run.

    Parameters
    ----------
    folder : Path
        Of the run.
    n_before : int
        Number of epochs from which the training goes on; lines of later ones are removed, since these are
        trained again.

    Attributes
    ----------
    n_epochs : int
        Number of epochs so far, those before included once their events were sent again.
    """

    def __init__(self, folder: Path, n_before: int) -> None:
        self._path = folder / EVENTS_FILE
        lines = read_events(folder)
        if len(lines) > n_before:
            lines = lines[:n_before]
            with atomic_file(self._path, make_folder=False) as temporary:
                temporary.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
        self.n_epochs, self._n_lines = 0, len(lines)
        self._seconds = lines[-1]["seconds"] if lines else 0.0
        self._started = time.monotonic()

    def start_clock(self) -> None:
        """Begin to count the seconds of training, after those of the epochs before."""
        self._started = time.monotonic()

    def append(self, **line: Any) -> None:  # noqa: ANN401 - JSON values
        """Write the line of an epoch, with the seconds of training so far, unless it is there already."""
        self.n_epochs += 1
        if self.n_epochs <= self._n_lines:
            return
        seconds = round(self._seconds + time.monotonic() - self._started, 2)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**line, "seconds": seconds}) + "\n")


def read_events(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of a run's log; one that is being written is left out."""
    path = folder / EVENTS_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [event for line in lines if (event := _parsed(line)) is not None]


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return event
