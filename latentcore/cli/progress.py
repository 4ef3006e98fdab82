"""Progress bars of training in the terminal."""

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

error_console = Console(stderr=True)
EXIT_INTERRUPTED = 130


class TrainingProgress:
    """Progress bars: one per model and phase, with its losses, and one over all models."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def callbacks_for(self, title: str) -> tuple[OnEvent, Callable[[str], None]]:
        """Return the callbacks for the epochs and for the stages of one model."""
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
        """Add the bar over all models; the returned callback prints a sentence and advances it."""
        task = self._progress.add_task("all models", total=n_models, losses="")

        def done(sentence: str) -> None:
            self._progress.console.print(sentence, highlight=False, markup=False)
            self._progress.advance(task)

        return done


@contextmanager
def training_progress() -> Iterator[TrainingProgress]:
    """Show the bars on standard error while the block runs; Ctrl-C prints a message and exits with 130."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[losses]}"),
    )
    try:
        with Progress(*columns, console=error_console) as progress:
            yield TrainingProgress(progress)
    except KeyboardInterrupt:
        error_console.print(
            "Stopped. Finished bundles are kept, and no bundle is incomplete. A training with --resume "
            "goes on from its checkpoint when its command is run again.",
            soft_wrap=True,
        )
        sys.exit(EXIT_INTERRUPTED)
