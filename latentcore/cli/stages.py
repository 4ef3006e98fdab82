"""Progress bars of a computation in stages."""

from __future__ import annotations

from rich.progress import Progress, TaskID


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
