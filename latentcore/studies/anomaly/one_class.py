"""Models that were shown one class only, and how well they tell the others from it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image

from latentcore.anomaly_scores import SCORES, Seen, scores_of
from latentcore.atlas import tile_images
from latentcore.datasets import Dataset, load_dataset
from latentcore.metrics.detection import Auroc, auroc, mean_auroc
from latentcore.models import LatentModel, make_model
from latentcore.recipes import make_recipe
from latentcore.types import FloatArray

FAMILIES = ("pca", "ae", "vae")
SEED, N_KEPT, N_DECODED = 0, 1_000, 10
HEADLINE = "coarse"
"""The score of the families' rows, fixed before any test image was scored."""
EPOCHS = 12
QUALITY = 70

PROTOCOL = (
    f"For each class, a model of each family is trained with the zoo's recipe and seed {SEED} on the train "
    f"images of that class alone (networks at 28x28 for {EPOCHS} epochs); that class is normal, all others "
    "are anomalies, and AUROC is over the whole test split. The headline score, the coarse error, was fixed "
    "beforehand and is the same for every family, class and dataset: its form was settled with MNIST's train "
    "images of eight against the others, on which no test image bears. Intervals are 95%, over images "
    "(DeLong); those of means take into account that classes share their images."
)

PUBLISHED: Mapping[str, tuple[float, ...]] = {
    "mnist": (0.980, 0.997, 0.917, 0.919, 0.949, 0.885, 0.983, 0.946, 0.939, 0.965),
}
"""AUROC of one-class Deep SVDD by class, as published; their mean is .948.

References
----------
L. Ruff et al., "Deep one-class classification", 2018, table 1.
"""


def one_class_table(dataset: str, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Train a model of each family on each class alone and score the test images.

    Returns
    -------
    dict
        ``latent_dim``, ``n_test``, ``n_train`` (a number a class), ``headline`` (a score), ``cells``
        (``family, class, score, auroc``), ``means`` (``family, score, auroc``), ``kept`` (numbers of the test
        images whose scores are kept), ``decoded`` (numbers of those whose decodes are), and ``models``
        (``family, class, scores, decodes``: headline scores as base64 float32, decodes as base64 WebP
        side by side). Every AUROC is ``[value, low, high]``.
    """
    train, test = load_dataset(dataset, "train"), load_dataset(dataset, "test")
    latent_dim = 16 if train.images.shape[-1] > 8 else 8  # noqa: PLR2004 - as the zoo's larger ones
    kept, decoded = _kept_rows(test)
    areas: dict[tuple[str, str], list[Auroc]] = {}
    cells, models = [], []
    for label, name in enumerate(train.classes):
        own = train.take(np.flatnonzero(train.labels == label))
        for family in FAMILIES:
            on_stage(f"{family} of {name} alone")
            model = _train(dataset, family, latent_dim, own)
            scores, decodes = _score(model, own.images, test.images, decoded)
            for score, values in scores.items():
                area = auroc(values, test.labels != label)
                areas.setdefault((family, score), []).append(area)
                cells.append({"family": family, "class": label, "score": score, "auroc": plain(area)})
            models.append(
                {
                    "family": family,
                    "class": label,
                    "scores": _base64(scores[HEADLINE][kept].astype("<f4").tobytes()),
                    "decodes": _strip(decodes),
                }
            )
    return {
        "latent_dim": latent_dim,
        "n_test": len(test),
        "n_train": np.bincount(train.labels, minlength=len(train.classes)).tolist(),
        "headline": HEADLINE,
        "cells": cells,
        "means": [
            {"family": family, "score": score, "auroc": plain(mean_auroc(several))}
            for (family, score), several in areas.items()
        ],
        "kept": test.indices[kept].tolist(),
        "decoded": test.indices[decoded].tolist(),
        "models": models,
    }


def plain(area: Auroc) -> list[float]:
    """Return value, lower and upper end, rounded."""
    return [round(value, 4) for value in (area.value, *area.interval)]


def read_scores(text: str) -> FloatArray:
    """Return kept scores, float32 ``(n,)``, from their base64 text."""
    return np.frombuffer(base64.b64decode(text), "<f4")


def _train(dataset: str, family: str, latent_dim: int, own: Dataset) -> LatentModel:
    settings = dict(make_recipe(dataset, family, latent_dim).settings)
    if settings.get("channels"):
        settings["n_epochs"] = EPOCHS
    return make_model(family, {"latent_dim": latent_dim, **settings}).fit(own.images, own.labels, seed=SEED)


def _score(
    model: LatentModel, normal: FloatArray, images: FloatArray, decoded: np.ndarray
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Return every score of the images by name, and the decodes at the rows `decoded`."""
    reference, seen = Seen.by(model, normal), Seen.by(model, images)
    scores = {name: SCORES[name].measure(model, reference, seen) for name in scores_of(model.capabilities)}
    return scores, model.decode(seen.codes[decoded])


def _kept_rows(test: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return random rows, and the first of them of each class, at most `N_DECODED`."""
    kept = np.sort(np.random.default_rng(SEED).permutation(len(test))[:N_KEPT])
    firsts = [kept[test.labels[kept] == label][0] for label in range(len(test.classes))]
    return kept, np.array(firsts[:N_DECODED])


def _strip(images: FloatArray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(tile_images(images, len(images))).save(buffer, "WEBP", quality=QUALITY)
    return _base64(buffer.getvalue())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
