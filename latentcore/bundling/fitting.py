"""Fitting the model of a recipe: its seeds, its losses, and the record of how its latent space forms."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.bundling.recording import FormationRecorder, History
from latentcore.datasets import Dataset, load_dataset
from latentcore.evaluation import headline_scores
from latentcore.metrics.reconstruction import image_mse
from latentcore.models import LatentModel, make_model
from latentcore.models.networks import TorchModel
from latentcore.models.precision import round_to_half
from latentcore.recipes import Recipe, seed_checkpoint
from latentcore.store import Bundle, add_formation
from latentcore.training import EpochEnd, OnEvent

VALIDATION_SHARE = 1 / 12


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """A fitted model, with seed, training time, history and, if trained with several seeds, their scores.

    `formation` is the content of ``formation.npz``, if the training was recorded. `ended_early` is that of
    `latentcore.bundling.recording.History`.
    """

    model: LatentModel
    seed: int
    n_train: int
    cpu_seconds: float
    history: list[dict[str, Any]]
    by_seed: list[dict[str, Any]]
    formation: bytes | None = None
    ended_early: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Listening:
    """Who is told of a training, and whether it is recorded."""

    on_event: OnEvent | None
    announce: Callable[[str], None]
    record: bool

    def history(self, suffix: str, test: Dataset, latent_dim: int) -> History:
        """Return the listener to a training; `suffix` is added to its phases."""
        on_event = self.on_event
        if on_event is not None and suffix:
            passed_on = on_event

            def on_event(event: EpochEnd) -> None:
                passed_on(replace(event, phase=event.phase + suffix))

        return History(on_event, FormationRecorder(test, latent_dim) if self.record else None)


def fit_recipe(
    recipe: Recipe,
    train: Dataset,
    test: Dataset,
    listening: Listening,
    *,
    checkpoints: Path | None = None,
) -> TrainedModel:
    """Fit with each seed; of several, keep the model with the lowest validation error.

    Parameters
    ----------
    recipe : Recipe
    train, test : Dataset
    listening : Listening
    checkpoints : Path, optional
        Folder, which must exist, in which each seed's training keeps a checkpoint, from which it goes on.
    """
    if len(recipe.seeds) == 1:
        history = listening.history("", test, recipe.latent_dim)
        return _fit(recipe, recipe.seeds[0], train, history, checkpoints)
    part, held = train.holdout(VALIDATION_SHARE, seed=0)
    best: TrainedModel | None = None
    by_seed: list[dict[str, Any]] = []
    for seed in recipe.seeds:
        history = listening.history(f", seed {seed}", test, recipe.latent_dim)
        trained = _fit(recipe, seed, part, history, checkpoints)
        model = trained.model
        listening.announce(f"scores of seed {seed}")
        error = float(image_mse(held.images, model.reconstruct(held.images)).mean(dtype=np.float64))
        scores = headline_scores(model, train, test)
        by_seed.append({"seed": seed, "validation_mse": error, **scores})
        if best is None or error < min(entry["validation_mse"] for entry in by_seed[:-1]):
            best = replace(trained, by_seed=by_seed)
    assert best is not None  # noqa: S101 - there is at least one seed
    return best


def _fit(
    recipe: Recipe, seed: int, train: Dataset, history: History, checkpoints: Path | None
) -> TrainedModel:
    """Return a fitted model, with weights rounded as they are stored, and its history."""
    started = time.process_time()
    checkpoint = None
    if checkpoints is not None:
        checkpoint = seed_checkpoint(checkpoints, recipe, seed, len(train), listeners=history.parts)
    with nullcontext() if checkpoint is None else checkpoint.active():
        model = recipe.make_model().fit(train.train_images, train.known_labels, seed=seed, on_event=history)
    before = 0.0 if checkpoint is None else checkpoint.cpu_seconds
    model = round_to_half(model) if isinstance(model, TorchModel) else model
    return TrainedModel(
        model=model,
        seed=seed,
        n_train=len(train),
        cpu_seconds=before + time.process_time() - started,
        history=history.entries,
        by_seed=[],
        formation=history.formation(),
        ended_early=history.ended_early,
    )


def record_formation(bundle: Bundle, *, on_event: OnEvent | None = None) -> bool:
    """Train a bundle's model once more, record how its space forms, and write that into the bundle.

    Settings, seed and images are those of its recipe; model and scores of the bundle stay. If the training
    ends in other weights, as it may on another processor, the record is marked as one of a second run.

    Parameters
    ----------
    bundle : Bundle
    on_event : callable, optional
        Receives an `EpochEnd` after each epoch.

    Returns
    -------
    bool
        Whether the training ended in the very weights of the bundle.

    Raises
    ------
    ValueError
        If the family is not trained in epochs.
    DatasetError
        If the dataset cannot be read.
    BundleError
        If the bundle cannot be written.
    """
    train, test = (load_dataset(bundle.spec.dataset, split) for split in ("train", "test"))
    if bundle.config["recipe"]["n_train"] != len(train):
        train, _ = train.holdout(VALIDATION_SHARE, seed=0)
    recorder = FormationRecorder(test, bundle.spec.latent_dim)
    history = History(on_event, recorder)
    model = make_model(bundle.spec.family, bundle.config["settings"]).fit(
        train.train_images, train.known_labels, seed=bundle.config["recipe"]["seed"], on_event=history
    )
    model = round_to_half(model) if isinstance(model, TorchModel) else model
    state = bundle.model.state()
    is_same = all(np.array_equal(array, state[name]) for name, array in model.state().items())
    formation = recorder.formation_npz(history.entries, is_second_run=not is_same)
    if formation is None:
        raise ValueError(f"{bundle.title} is not trained in epochs: there is nothing to record.")
    add_formation(bundle.spec, formation)
    return is_same
