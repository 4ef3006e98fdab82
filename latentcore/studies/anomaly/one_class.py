"""One-class anomaly detection: models trained on one class, and their AUROC against all others."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image

from latentcore.anomaly_scores import ANOMALY_SCORES, ModelOutputs, available_scores
from latentcore.atlas import tile_images
from latentcore.datasets import Dataset, load_dataset
from latentcore.metrics.detection import Auroc, auroc, mean_auroc
from latentcore.models import LatentModel, make_model
from latentcore.recipes import make_recipe
from latentcore.studies.requirements import Requirements
from latentcore.types import FloatArray

FAMILIES = ("pca", "ae", "vae")
SEED, N_KEPT, N_DECODED = 0, 1_000, 10
HEADLINE_SCORE = "coarse"
"""The score by which families are compared, fixed before any test image was scored."""
N_EPOCHS = 12
WEBP_QUALITY = 70

PROTOCOL = (
    f"For each class, a model of each family is trained with the zoo's recipe and seed {SEED} on the train "
    f"images of that class alone (networks at 28x28 for {N_EPOCHS} epochs); that class is normal, all others "
    "are anomalies, and AUROC is over the whole test split. The headline score, the coarse error, was fixed "
    "beforehand and is the same for every family, class and dataset: its form was settled with MNIST's train "
    "images of eight against the others, on which no test image bears. Intervals are 95%, over images "
    "(DeLong); those of means take into account that classes share their images."
)

NEEDS = Requirements(train_per_class=20, test_per_class=2)
"""A model of 16 dimensions is trained on each class, and AUROC needs images on both sides."""

PUBLISHED: Mapping[str, tuple[float, ...]] = {
    "mnist": (0.980, 0.997, 0.917, 0.919, 0.949, 0.885, 0.983, 0.946, 0.939, 0.965),
}
"""AUROC of one-class Deep SVDD by class, as published; their mean is .948.

References
----------
L. Ruff et al., "Deep one-class classification", 2018, table 1.
"""


def one_class_table(dataset: str, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Train a model of each family on each single class, and score all test images.

    Parameters
    ----------
    dataset : str
    on_stage : callable
        Receives the name of each stage.

    Returns
    -------
    dict
        ``latent_dim``, ``n_test``, ``n_train`` (one number per class), ``headline`` (a score), ``cells``
        (``family, class, score, auroc``), ``means`` (``family, score, auroc``), ``kept`` (indices of the test
        images whose scores are stored), ``decoded`` (indices of those whose decodes are stored), and
        ``models`` (``family, class, scores, decodes``: headline scores as base64 float32, decodes side by
        side as base64 WebP). Every AUROC is ``[value, low, high]``.
    """
    train, test = load_dataset(dataset, "train"), load_dataset(dataset, "test")
    latent_dim = 16 if train.images.shape[-1] > 8 else 8  # noqa: PLR2004 - as the larger models of the zoo
    kept, decoded = _kept_rows(test)
    areas: dict[tuple[str, str], list[Auroc]] = {}
    cells, models = [], []
    for label, name in enumerate(train.classes):
        normal = train.take(np.flatnonzero(train.labels == label))
        for family in FAMILIES:
            on_stage(f"{family} on class {name}")
            model = _train(dataset, family, latent_dim, normal)
            scores, decodes = _score(model, normal.images, test.images, decoded)
            for score, values in scores.items():
                area = auroc(values, test.labels != label)
                areas.setdefault((family, score), []).append(area)
                cells.append({"family": family, "class": label, "score": score, "auroc": auroc_to_json(area)})
            models.append(
                {
                    "family": family,
                    "class": label,
                    "scores": _base64(scores[HEADLINE_SCORE][kept].astype("<f4").tobytes()),
                    "decodes": _strip(decodes),
                }
            )
    return {
        "latent_dim": latent_dim,
        "n_test": len(test),
        "n_train": np.bincount(train.labels, minlength=len(train.classes)).tolist(),
        "headline": HEADLINE_SCORE,
        "cells": cells,
        "means": [
            {"family": family, "score": score, "auroc": auroc_to_json(mean_auroc(several))}
            for (family, score), several in areas.items()
        ],
        "kept": test.indices[kept].tolist(),
        "decoded": test.indices[decoded].tolist(),
        "models": models,
    }


def auroc_to_json(area: Auroc) -> list[float]:
    """Return value, lower and upper end of an AUROC, rounded."""
    return [round(value, 4) for value in (area.value, *area.interval)]


def decode_scores(text: str) -> FloatArray:
    """Return stored scores, float32 ``(n,)``, from their base64 text."""
    return np.frombuffer(base64.b64decode(text), "<f4")


def _train(dataset: str, family: str, latent_dim: int, normal: Dataset) -> LatentModel:
    settings = dict(make_recipe(dataset, family, latent_dim).settings)
    if settings.get("channels"):
        settings["n_epochs"] = N_EPOCHS
    return make_model(family, {"latent_dim": latent_dim, **settings}).fit(
        normal.images, normal.labels, seed=SEED
    )


def _score(
    model: LatentModel, normal: FloatArray, images: FloatArray, decoded: np.ndarray
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Return every score of the images by name, and the decodes at the rows `decoded`."""
    reference, outputs = ModelOutputs.compute(model, normal), ModelOutputs.compute(model, images)
    scores = {
        name: ANOMALY_SCORES[name].measure(model, reference, outputs)
        for name in available_scores(model.capabilities)
    }
    return scores, model.decode(outputs.codes[decoded])


def _kept_rows(test: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return random rows of the test split, and the first one of each class in them, at most `N_DECODED`."""
    kept = np.sort(np.random.default_rng(SEED).permutation(len(test))[:N_KEPT])
    firsts = [kept[test.labels[kept] == label][0] for label in np.unique(test.labels[kept]).tolist()]
    return kept, np.array(firsts[:N_DECODED])


def _strip(images: FloatArray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(tile_images(images, len(images))).save(buffer, "WEBP", quality=WEBP_QUALITY)
    return _base64(buffer.getvalue())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
