"""Progress bars of a computation in stages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress, TaskID

from latentcore.cli.progress import EXIT_INTERRUPTED, error_console


class Stages:
    """Progress bars, one per stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show that so many steps of a stage are done."""
        if stage != self._stage or self._task is None:
            if self._task is not None:
                self._progress.update(self._task, total=1, completed=1)
            self._stage, self._task = stage, self._progress.add_task(stage, total=total)
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def stages() -> Iterator[Stages]:
    """Show progress bars on standard error while the block runs; Ctrl-C exits with 130."""
    try:
        with Progress(console=error_console) as progress:
            yield Stages(progress)
    except KeyboardInterrupt:
        error_console.print("Stopped; nothing was added.")
        sys.exit(EXIT_INTERRUPTED)
