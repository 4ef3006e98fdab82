"""Training for a given time: the number of epochs follows from a short trial on this machine."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.datasets import Dataset
from latentcore.recipes.checkpoints import remember_epochs, remembered_epochs
from latentcore.recipes.recipe import Recipe
from latentcore.training import EpochEnd, count_batches

N_TRIAL_STEPS = 30
"""Steps of each phase that are timed, after a first epoch that is not."""
EPOCHS: Mapping[str, str] = {
    "n_epochs": "batch_size",
    "inversion_epochs": "batch_size",
    "flow_epochs": "flow_batch_size",
}
"""Settings that are numbers of epochs, in the order of a family's phases, with the batch size of each."""


def within_minutes(
    recipe: Recipe,
    train: Dataset,
    on_stage: Callable[[str], None] | None = None,
    *,
    checkpoints: Path | None = None,
) -> Recipe:
    """Return the recipe with as many epochs as take `Recipe.minutes` on this machine, all seeds together.

    Phases keep the proportion of their epochs. The command of the returned recipe names the number of epochs
    in the place of the minutes, so that it trains the same model again. Without `Recipe.minutes` the recipe
    is returned as it is.

    Parameters
    ----------
    recipe : Recipe
    train : Dataset
        Images of which some are trained on to measure the time of a step.
    on_stage : callable, optional
        Receives a sentence with the number of epochs.
    checkpoints : Path, optional
        Folder in which the numbers of epochs are kept: the same training later has as many.

    Raises
    ------
    ValueError
        If the family is not trained in epochs, or does not allow the settings.
    CheckpointError
        If what is kept belongs to another recipe, or is damaged.
    """
    if recipe.minutes is None:
        return recipe
    if checkpoints is not None and (same := remembered_epochs(checkpoints, recipe)) is not None:
        return _with_epochs(recipe, same)
    settings = recipe.make_model().settings
    epochs = {name: int(getattr(settings, name)) for name in EPOCHS if hasattr(settings, name)}
    if not epochs:
        raise ValueError(f"{recipe.family} is not trained in epochs, so --minutes does not apply to it.")
    batch_sizes = {name: int(getattr(settings, EPOCHS[name])) for name in epochs}
    seconds = _seconds_per_step(recipe, train, batch_sizes)
    n_steps = {name: epochs[name] * count_batches(len(train), batch_sizes[name]) for name in epochs}
    total = sum(n_steps[name] * seconds[name] for name in epochs) * len(recipe.seeds)
    factor = 60 * recipe.minutes / total
    fitting = {name: max(1, round(n * factor)) for name, n in epochs.items()}
    if on_stage is not None:
        counts = " and ".join(f"{n:,}" for n in fitting.values())
        unit = "minute" if recipe.minutes == 1 else "minutes"
        on_stage(f"{counts} epochs, to take about {recipe.minutes:g} {unit} of training")
    if checkpoints is not None:
        remember_epochs(checkpoints, recipe, fitting)
    return _with_epochs(recipe, fitting)


def _with_epochs(recipe: Recipe, epochs: Mapping[str, int]) -> Recipe:
    return replace(
        recipe,
        settings={**recipe.settings, **epochs},
        overrides={**recipe.overrides, **epochs},
        minutes=None,
    )


def _seconds_per_step(recipe: Recipe, train: Dataset, batch_sizes: Mapping[str, int]) -> Mapping[str, float]:
    """Return seconds per step of each phase, by the name of its number of epochs, for batch sizes by it."""
    part = train.take(np.arange(min(len(train), N_TRIAL_STEPS * min(batch_sizes.values()))))
    n_batches = {name: count_batches(len(part), size) for name, size in batch_sizes.items()}
    n_epochs = {name: 1 + math.ceil(N_TRIAL_STEPS / n) for name, n in n_batches.items()}
    times: dict[str, list[float]] = {}

    def record(event: EpochEnd) -> None:
        times.setdefault(event.phase, []).append(time.perf_counter())

    trial: dict[str, Any] = {**recipe.settings, **n_epochs}
    replace(recipe, settings=trial).make_model().fit(
        part.train_images, part.known_labels, seed=0, on_event=record
    )
    return {
        name: (ends[-1] - ends[0]) / ((n_epochs[name] - 1) * n_batches[name])
        for name, ends in zip(n_epochs, times.values(), strict=True)
    }
