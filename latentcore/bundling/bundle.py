"""Making one bundle: train, evaluate, compute its plane, write its card, save."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.bundling.cards import card_pictures, write_card
from latentcore.bundling.fitting import Listening, TrainedModel, fit_recipe
from latentcore.datasets import Dataset, dataset_spec, load_dataset
from latentcore.datasets.torchvision_sets import data_folder
from latentcore.evaluation import RealReference, evaluate
from latentcore.evaluation.real_reference import ReferenceFeatures, SampleSizes
from latentcore.metrics.reconstruction import image_mse
from latentcore.models import LatentModel
from latentcore.recipes import Recipe, within_minutes
from latentcore.store import (
    Bundle,
    BundleContent,
    CodeTable,
    check_writable,
    replace_scores,
    save_bundle,
)
from latentcore.store.code_table import N_TRAIN_CODES, train_code_rows
from latentcore.training import OnEvent
from latentcore.types import FloatArray
from latentcore.umap_fitting import fit_umap

UMAP_SEED = 0


def train_bundle(
    recipe: Recipe,
    root: Path,
    *,
    overwrite: bool = False,
    record: bool = False,
    on_event: OnEvent | None = None,
    on_stage: Callable[[str], None] | None = None,
    checkpoints: Path | None = None,
) -> Path:
    """Train, evaluate and save one bundle.

    Parameters
    ----------
    recipe : Recipe
    root : Path
        Models folder.
    overwrite : bool
        Whether to replace an existing bundle.
    record : bool
        Whether to record how the latent space forms, for families that are trained in epochs.
    on_event : callable, optional
        Receives an `EpochEnd` after each epoch.
    on_stage : callable, optional
        Receives the name of each stage after the training; that of the scores as "scores", then as
        "scores, 40%: neighbours". If it raises `EndScoring` there, the other scores are not measured.
    checkpoints : Path, optional
        Folder in which the training keeps checkpoints, and from whose checkpoints it goes on if there are
        any; created if it does not exist, and removed once the bundle is written.

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
    CheckpointError
        If there is a checkpoint that is damaged or belongs to another training.
    """
    announce = on_stage or (lambda _: None)
    check_writable(root / recipe.id, overwrite=overwrite)
    train, test = load_dataset(recipe.dataset, "train"), load_dataset(recipe.dataset, "test")
    if checkpoints is not None:
        checkpoints.mkdir(parents=True, exist_ok=True)
    recipe = within_minutes(recipe, train, announce, checkpoints=checkpoints)
    listening = Listening(on_event, announce, record=record)
    trained = fit_recipe(recipe, train, test, listening, checkpoints=checkpoints)
    model = trained.model
    announce("scores")
    metrics = evaluate(
        model,
        train,
        test,
        reference=_reference(train, test),
        on_part=lambda part, share: announce(f"scores, {share:.0%}: {part}"),
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
        formation=trained.formation,
    )
    folder = save_bundle(content, root, overwrite=overwrite)
    if checkpoints is not None:
        shutil.rmtree(checkpoints, ignore_errors=True)
    return folder


_features: dict[tuple[str, str, Path], ReferenceFeatures | None] = {}
"""Features of the real images of the dataset of the last bundle, by its name, version and folder."""


def _reference(train: Dataset, test: Dataset) -> RealReference:
    """Return what samples are compared with; the features are computed once for several bundles."""
    key = (train.name, dataset_spec(train.name).version, data_folder())
    if key not in _features:
        _features.clear()
        _features[key] = RealReference.compute(train, test).features
    return RealReference(train, SampleSizes(), _features[key])


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
        **({"ended_early": trained.ended_early} if trained.ended_early else {}),
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
