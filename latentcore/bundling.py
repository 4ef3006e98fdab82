"""Making one bundle: train, evaluate, compute its plane, write its card, save."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.cards import card_pictures, write_card
from latentcore.datasets import Dataset, dataset_spec, load_dataset
from latentcore.evaluation import RealReference, evaluate, headline_scores
from latentcore.metrics.reconstruction import image_mse
from latentcore.models import LatentModel
from latentcore.models.networks import TorchModel
from latentcore.models.precision import round_to_half
from latentcore.plane import fit_umap
from latentcore.recipes import Recipe, within_minutes
from latentcore.store import Bundle, BundleContent, CodeTable, check_writable, replace_scores, save_bundle
from latentcore.store.code_table import N_TRAIN_CODES, train_code_rows
from latentcore.training import EpochEnd
from latentcore.types import FloatArray

VALIDATION_SHARE = 1 / 12
UMAP_SEED = 0

OnEvent = Callable[[EpochEnd], None]


@dataclass(frozen=True, kw_only=True)
class TrainedModel:
    """A fitted model, with seed, training time, history and, if trained with several seeds, their scores."""

    model: LatentModel
    seed: int
    n_train: int
    cpu_seconds: float
    history: list[dict[str, Any]]
    by_seed: list[dict[str, Any]]


def train_bundle(
    recipe: Recipe,
    root: Path,
    *,
    overwrite: bool = False,
    on_event: OnEvent | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> Path:
    """Train, evaluate and save one bundle.

    Parameters
    ----------
    recipe : Recipe
    root : Path
        Models folder.
    overwrite : bool
        Whether to replace an existing bundle.
    on_event : callable, optional
        Receives an `EpochEnd` after each epoch.
    on_stage : callable, optional
        Receives the name of each stage after the training.

    Returns
    -------
    Path
        The bundle's folder.

    Raises
    ------
    ValueError
        If the family does not allow the settings on this dataset.
    DatasetError
        If the dataset cannot be read.
    BundleError
        If the bundle cannot be written.
    """
    announce = on_stage or (lambda _: None)
    check_writable(root / recipe.id, overwrite=overwrite)
    train, test = load_dataset(recipe.dataset, "train"), load_dataset(recipe.dataset, "test")
    recipe = within_minutes(recipe, train, announce)
    trained = _train(recipe, train, test, on_event, announce)
    model = trained.model
    announce("scores")
    metrics = evaluate(
        model, train, test, reference=_reference(recipe.dataset, dataset_spec(recipe.dataset).version)
    )
    announce("plane")
    test_table, train_table = _code_tables(model, train, test)
    announce("card")
    recipe_entry = _recipe_entry(recipe, trained)
    content = BundleContent(
        dataset=recipe.dataset,
        classes=train.classes,
        model=model,
        recipe=recipe_entry,
        test=test_table,
        train=train_table,
        history=trained.history,
        metrics=metrics,
        card=write_card(model, recipe.dataset, recipe_entry, metrics, trained.history),
        pictures=card_pictures(model, test_table.codes, trained.history),
        name=recipe.name,
    )
    return save_bundle(content, root, overwrite=overwrite)


@lru_cache(maxsize=1)
def _reference(dataset: str, version: str) -> RealReference:  # noqa: ARG001 - the version is part of the key
    return RealReference.compute(load_dataset(dataset, "train"), load_dataset(dataset, "test"))


def _train(
    recipe: Recipe,
    train: Dataset,
    test: Dataset,
    on_event: OnEvent | None,
    announce: Callable[[str], None],
) -> TrainedModel:
    """Fit with each seed; of several, keep the model with the lowest validation error."""
    started = time.process_time()
    if len(recipe.seeds) == 1:
        model, history = _fit(recipe, recipe.seeds[0], train, on_event)
        seconds = time.process_time() - started
        return TrainedModel(
            model=model,
            seed=recipe.seeds[0],
            n_train=len(train),
            cpu_seconds=seconds,
            history=history,
            by_seed=[],
        )
    part, held = train.holdout(VALIDATION_SHARE, seed=0)
    best: TrainedModel | None = None
    by_seed: list[dict[str, Any]] = []
    for seed in recipe.seeds:
        started = time.process_time()
        model, history = _fit(recipe, seed, part, on_event)
        seconds = time.process_time() - started
        announce(f"scores of seed {seed}")
        error = float(image_mse(held.images, model.reconstruct(held.images)).mean(dtype=np.float64))
        scores = headline_scores(model, train, test)
        by_seed.append({"seed": seed, "validation_mse": error, **scores})
        if best is None or error < min(entry["validation_mse"] for entry in by_seed[:-1]):
            best = TrainedModel(
                model=model,
                seed=seed,
                n_train=len(part),
                cpu_seconds=seconds,
                history=history,
                by_seed=by_seed,
            )
    assert best is not None  # noqa: S101 - there is at least one seed
    return best


def _fit(
    recipe: Recipe, seed: int, train: Dataset, on_event: OnEvent | None
) -> tuple[LatentModel, list[dict[str, Any]]]:
    """Return a fitted model, with weights rounded as they are stored, and its history."""
    history: list[dict[str, Any]] = []
    suffix = f", seed {seed}" if len(recipe.seeds) > 1 else ""

    def record(event: EpochEnd) -> None:
        history.append({"phase": event.phase, "epoch": event.epoch, "losses": event.losses})
        if on_event is not None:
            on_event(replace(event, phase=event.phase + suffix))

    model = recipe.make_model().fit(train.images, train.known_labels, seed=seed, on_event=record)
    return (round_to_half(model) if isinstance(model, TorchModel) else model), history


def _recipe_entry(recipe: Recipe, trained: TrainedModel) -> dict[str, Any]:
    names = ("numpy", "scikit-learn", "torch", "umap-learn")
    version_of_data = dataset_spec(recipe.dataset).version
    return {
        "command": recipe.command,
        **({"dataset_version": version_of_data} if version_of_data else {}),
        "seed": trained.seed,
        "n_train": trained.n_train,
        "cpu_seconds": round(trained.cpu_seconds, 1),
        "by_seed": trained.by_seed,
        "versions": {name: version(name) for name in names} | {"python": platform.python_version()},
    }


def _code_tables(model: LatentModel, train: Dataset, test: Dataset) -> tuple[CodeTable, CodeTable]:
    if len(train) > N_TRAIN_CODES:
        train = train.take(train_code_rows(len(train)))
    test_codes, train_codes = model.encode(test.images), model.encode(train.images)
    if model.latent_dim == 2:  # noqa: PLR2004
        train_plane, test_plane = train_codes, test_codes
    elif model.latent_dim == 1:
        train_plane, test_plane = (np.hstack([c, np.zeros_like(c)]) for c in (train_codes, test_codes))
    else:
        test_codes, train_codes = (
            codes.astype(np.float16).astype(np.float32) for codes in (test_codes, train_codes)
        )
        train_plane, test_plane = fit_umap(train_codes, test_codes, seed=UMAP_SEED)
    return (
        _code_table(model, test, test_codes, test_plane),
        _code_table(model, train, train_codes, train_plane),
    )


def _code_table(model: LatentModel, dataset: Dataset, codes: FloatArray, plane: FloatArray) -> CodeTable:
    return CodeTable(
        codes=codes,
        labels=dataset.labels,
        indices=dataset.indices,
        errors=image_mse(dataset.images, model.decode(codes)),
        plane=plane,
    )


def record_scores(bundle: Bundle, metrics: dict[str, Any]) -> None:
    """Write newly measured scores into a bundle, and the card that states them.

    Raises
    ------
    BundleError
        If the folder cannot be written; the bundle is then unchanged.
    """
    card = write_card(bundle.model, bundle.spec.dataset, bundle.config["recipe"], metrics, bundle.history)
    replace_scores(bundle, metrics, card)
