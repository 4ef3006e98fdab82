"""Progress bars of training on the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from latentcore.training import EpochEnd, OnEvent

errors = Console(stderr=True)
INTERRUPTED = 130


class TrainingProgress:
    """One bar a model and phase with its losses, and one over all models."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def of(self, title: str) -> tuple[OnEvent, Callable[[str], None]]:
        """Return the receivers of the epochs and of the stages of one model."""
        tasks: dict[str, TaskID] = {}

        def on_event(event: EpochEnd) -> None:
            if event.phase not in tasks:
                tasks[event.phase] = self._progress.add_task(f"{title} {event.phase}", losses="")
            losses = "  ".join(f"{name} {loss:.4g}" for name, loss in event.losses.items())
            self._progress.update(
                tasks[event.phase], total=event.n_epochs, completed=event.epoch, losses=losses
            )

        def on_stage(stage: str) -> None:
            self._progress.console.print(f"{title}: {stage}", highlight=False)

        return on_event, on_stage

    def overall(self, n_models: int) -> Callable[[str], None]:
        """Add the bar over all models; the callable advances it and says why."""
        task = self._progress.add_task("all models", total=n_models, losses="")

        def done(sentence: str) -> None:
            self._progress.console.print(sentence, highlight=False, markup=False)
            self._progress.advance(task)

        return done


@contextmanager
def training_progress() -> Iterator[TrainingProgress]:
    """Show the bars on standard error while the block runs; Ctrl-C ends with a word and code 130."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[losses]}"),
    )
    try:
        with Progress(*columns, console=errors) as progress:
            yield TrainingProgress(progress)
    except KeyboardInterrupt:
        errors.print("Stopped. Finished bundles are kept, and nothing is half-written.")
        sys.exit(INTERRUPTED)
