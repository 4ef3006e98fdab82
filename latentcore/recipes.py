"""What the zoo holds and how each bundle is trained."""

from __future__ import annotations

import io
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from latentcore.atlas import tile_images
from latentcore.cards import write_card
from latentcore.datasets import Dataset, load_dataset
from latentcore.evaluation import evaluate
from latentcore.metrics.reconstruction import image_mse
from latentcore.models import LatentModel, make_model
from latentcore.plane import fit_umap
from latentcore.store import BundleContent, CodeTable, save_bundle
from latentcore.training import EpochEnd
from latentcore.types import Capability, FloatArray

N_TRAIN_CODES = 10_000
PICTURE_SEED = 0
UMAP_SEED = 0


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one bundle is made.

    Attributes
    ----------
    dataset, family : str
    latent_dim : int
    settings : mapping
        What differs from the family's defaults.
    seed : int
    """

    dataset: str
    family: str
    latent_dim: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0

    @property
    def id(self) -> str:
        """Id of the bundle that it makes."""
        return f"{self.dataset}/{self.family}-d{self.latent_dim}"

    @property
    def command(self) -> str:
        """The command that makes the bundle."""
        return (
            f"latentcore train {self.dataset} {self.family} --latent-dim {self.latent_dim} --seed {self.seed}"
        )

    def make_model(self) -> LatentModel:
        """Return the unfitted model."""
        return make_model(self.family, {"latent_dim": self.latent_dim, **self.settings})


SETTINGS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("digits", "ae"): {"n_epochs": 400, "distorted_share": 0.5},
    ("digits", "vae"): {"n_epochs": 300},
    ("digits", "gan"): {"n_epochs": 1500, "inversion_epochs": 200, "distorted_share": 0.5},
}
"""Settings of a family on a dataset, chosen on a part held out of train; the rest are defaults."""

ZOO: tuple[tuple[str, str, int], ...] = (
    ("digits", "pca", 2),
    ("digits", "pca", 8),
    ("digits", "lda", 2),
    ("digits", "lda", 9),
    ("digits", "ae", 2),
    ("digits", "ae", 8),
    ("digits", "vae", 2),
    ("digits", "vae", 8),
    ("digits", "gan", 2),
    ("digits", "gan", 8),
)
"""Dataset, family and dimension of every bundle that ships."""


def make_recipe(dataset: str, family: str, latent_dim: int, *, seed: int = 0) -> Recipe:
    """Return the recipe of a bundle, shipped or not."""
    settings = SETTINGS.get((dataset, family), {})
    return Recipe(dataset=dataset, family=family, latent_dim=latent_dim, settings=settings, seed=seed)


def train_bundle(
    recipe: Recipe,
    root: Path,
    *,
    overwrite: bool = False,
    on_event: Callable[[EpochEnd], None] | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> Path:
    """Train, evaluate and save one bundle.

    Parameters
    ----------
    recipe : Recipe
    root : Path
        Models folder.
    overwrite : bool
        Replace a bundle that is there.
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
    BundleError
        If the bundle cannot be written.
    """
    announce = on_stage or (lambda _: None)
    train, test = load_dataset(recipe.dataset, "train"), load_dataset(recipe.dataset, "test")
    model = recipe.make_model()
    history: list[dict[str, Any]] = []

    def record(event: EpochEnd) -> None:
        history.append({"phase": event.phase, "epoch": event.epoch, "losses": event.losses})
        if on_event is not None:
            on_event(event)

    started = time.process_time()
    model.fit(train.images, train.labels, seed=recipe.seed, on_event=record)
    seconds = time.process_time() - started
    announce("scores")
    metrics = evaluate(model, train, test)
    announce("plane")
    test_table, train_table = _code_tables(model, train, test)
    announce("card")
    facts = {
        "command": recipe.command,
        "seed": recipe.seed,
        "n_train": len(train),
        "cpu_seconds": round(seconds, 1),
        "versions": {name: version(name) for name in ("numpy", "scikit-learn", "torch", "umap-learn")}
        | {"python": platform.python_version()},
    }
    content = BundleContent(
        dataset=recipe.dataset,
        classes=train.classes,
        model=model,
        recipe=facts,
        test=test_table,
        train=train_table,
        history=history,
        metrics=metrics,
        card=write_card(model, recipe.dataset, facts, metrics),
        pictures=_pictures(model, test_table.codes),
    )
    return save_bundle(content, root, overwrite=overwrite)


def _code_tables(model: LatentModel, train: Dataset, test: Dataset) -> tuple[CodeTable, CodeTable]:
    if len(train) > N_TRAIN_CODES:
        rows = np.random.default_rng(0).choice(len(train), N_TRAIN_CODES, replace=False)
        train = train.take(np.sort(rows))
    test_codes, train_codes = model.encode(test.images), model.encode(train.images)
    if model.latent_dim == 2:  # noqa: PLR2004
        train_plane, test_plane = train_codes, test_codes
    elif model.latent_dim == 1:
        train_plane, test_plane = (np.hstack([c, np.zeros_like(c)]) for c in (train_codes, test_codes))
    else:
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


def _pictures(model: LatentModel, test_codes: FloatArray) -> dict[str, bytes]:
    rows = np.random.default_rng(PICTURE_SEED).choice(
        len(test_codes), min(40, len(test_codes)), replace=False
    )
    pictures = {"reconstructions.png": _sheet(model.decode(test_codes[np.sort(rows)]))}
    if model.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY}:
        pictures["samples.png"] = _sheet(model.sample(40, seed=PICTURE_SEED))
    return pictures


def _sheet(images: FloatArray) -> bytes:
    """Return ten images a row as PNG, each side magnified to at least 48 pixels."""
    factor = -(-48 // images.shape[2])
    large = images.repeat(factor, axis=2).repeat(factor, axis=3)
    buffer = io.BytesIO()
    Image.fromarray(tile_images(large, 10, gap=4)).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def hold_out_mse(
    recipe: Recipe, fraction: float, *, on_event: Callable[[EpochEnd], None] | None = None
) -> float:
    """Fit on a part of train and return the reconstruction MSE on the rest: what settings are chosen by."""
    fit_part, held = load_dataset(recipe.dataset, "train").holdout(fraction, seed=0)
    model = recipe.make_model().fit(fit_part.images, fit_part.labels, seed=recipe.seed, on_event=on_event)
    return float(image_mse(held.images, model.reconstruct(held.images)).mean(dtype=np.float64))
