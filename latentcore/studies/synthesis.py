"""The synthesis study: classifiers trained on few real images, on synthetic images, and on both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.datasets import Dataset, load_dataset
from latentcore.evaluation.class_conditional import real_accuracy, sample_classes
from latentcore.evaluation.evaluated_model import random_subset
from latentcore.exceptions import BundleError
from latentcore.lenet import fits_lenet64
from latentcore.models import LatentModel
from latentcore.store import list_bundles, load_bundle
from latentcore.studies.requirements import Requirements
from latentcore.studies.resampling import balanced_rows, mean_over_seeds, smallest_class_size
from latentcore.types import FloatArray, LabelArray

N_REAL, N_REAL_SMALL = (10, 100, 1_000), (10, 30, 100)
"""Real labelled images per class; the smaller numbers are for logistic regression."""
SEEDS = (0, 1, 2, 3)
N_TEST = 5_000
N_TRAINING_IMAGES, N_TRAINING_IMAGES_SMALL, BATCH_SIZE = 10_240, 2_000, 32
"""Training images of a classifier, repetitions included: 320 steps of 32 for the network; one batch for the
regression."""
FAMILIES = ("pca", "ae", "vae", "gan", "flow")
"""Families that the study covers, each in its largest dimension."""

NEEDS = Requirements(train_per_class=min(N_REAL))

PROTOCOL = (
    "Accuracy on random real test images of a classifier trained on n real train images of each class, on "
    "images drawn from a model, or on both, half and half. A full Gaussian is fitted to the codes of each "
    "class's n labelled images and to nothing else (a GAN's codes are those of its inversion network); the "
    "model itself saw the whole train split, without labels. Every classifier is shown the same number of "
    "images, repeated where there are fewer, so that all take as many steps: LeNet64, 320 steps of 32 "
    "images, AdamW with a one-cycle schedule; for 8x8 images a logistic regression of 2,000 images. So a "
    "drawn image takes the place of a real one. A seed "
    "draws the same real images for every model. Mean over seeds and Student's 95% interval of that mean; "
    "it covers the draw of the real images, of the samples and of the classifier's weights."
)

OnStep = Callable[[str, float], None]


def synthesis(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return the curves of a dataset's models; see `synthesis_curves`.

    Parameters
    ----------
    dataset : str
    root : Path
        Models folder.
    on_stage : callable
        Receives the name of each stage.

    Raises
    ------
    DatasetError
        If the images cannot be read.
    BundleError
        If no bundle of the dataset can sample, or one cannot be read.
    """
    largest = {
        spec.family: spec
        for spec in sorted(list_bundles(root), key=lambda spec: spec.latent_dim)
        if spec.dataset == dataset and spec.family in FAMILIES
    }
    if not largest:
        raise BundleError(
            f"No model of {dataset} in {root} can sample; train one with `latentcore train {dataset} vae`."
        )
    models = {
        largest[family].name: load_bundle(largest[family].id, root).model
        for family in FAMILIES
        if family in largest
    }
    train, test = load_dataset(dataset, "train"), random_subset(load_dataset(dataset, "test"), N_TEST)
    choices = N_REAL if fits_lenet64(test.images.shape[1:]) else N_REAL_SMALL
    n_real = [n for n in choices if n <= smallest_class_size(train.labels)]
    return synthesis_curves(
        models, train, test, n_real=n_real, seeds=SEEDS, on_step=lambda stage, _share: on_stage(stage)
    )


def synthesis_curves(
    models: Mapping[str, LatentModel],
    train: Dataset,
    test: Dataset,
    *,
    n_real: Sequence[int],
    seeds: Sequence[int],
    on_step: OnStep = lambda _stage, _share: None,
) -> dict[str, Any]:
    """Return the accuracy of classifiers trained on real images, on synthetic ones, and on both.

    Parameters
    ----------
    models : mapping of str to LatentModel
        Fitted models by name, for images of the same shape.
    train : Dataset
        What the real images are sampled from.
    test : Dataset
    n_real : sequence of int
        Real images per class, 2 or more.
    seeds : sequence of int
        Each seed gives one subset of real images, one set of samples and one classifier.
    on_step : callable
        Receives the name of the next step and the share done; an exception that it raises ends the study.

    Returns
    -------
    dict
        ``n_test``, ``n_real``, ``n_shown``, ``judge``; ``real``: one point for each of `n_real`; and
        ``curves``: ``model``, and the points of ``synthetic`` and ``both``. A point is ``n`` and the result
        of `mean_over_seeds`.

    Raises
    ------
    ValueError
        If a class of `train` has too few images.
    """
    cells = [(n, seed) for n in n_real for seed in seeds]
    real: dict[tuple[int, int], float] = {}
    synthetic: dict[tuple[str, int, int], tuple[float, float]] = {}
    for k, (n, seed) in enumerate(cells):
        share = k / len(cells)
        on_step(f"{n:,} real images per class, seed {seed}", share)
        part = train.take(balanced_rows(train.labels, n, seed=seed))
        real[n, seed] = _accuracy([(part.images, part.labels)], test, seed)
        for j, (name, model) in enumerate(models.items(), start=1):
            on_step(f"{n:,} per class, seed {seed}: {name}", share + j / (len(models) + 1) / len(cells))
            samples = sample_labelled(model, part, n_training_images(test) // len(test.classes), seed=seed)
            both = _accuracy([(part.images, part.labels), samples], test, seed)
            synthetic[name, n, seed] = _accuracy([samples], test, seed), both
    return {
        "n_test": len(test),
        "n_real": list(n_real),
        "n_shown": n_training_images(test),
        "judge": "LeNet64" if fits_lenet64(test.images.shape[1:]) else "logistic regression",
        "real": [{"n": n, **mean_over_seeds([real[n, seed] for seed in seeds])} for n in n_real],
        "curves": [
            {
                "model": name,
                **{
                    arm: [
                        {"n": n, **mean_over_seeds([synthetic[name, n, seed][place] for seed in seeds])}
                        for n in n_real
                    ]
                    for place, arm in enumerate(("synthetic", "both"))
                },
            }
            for name in models
        ],
    }


def sample_labelled(
    model: LatentModel, real: Dataset, n_per_class: int, *, seed: int
) -> tuple[FloatArray, LabelArray]:
    """Sample images from class densities fitted to the codes of labelled images, the classes alternating.

    Parameters
    ----------
    model : LatentModel
    real : Dataset
        Labelled images, two or more of each class.
    n_per_class, seed : int

    Returns
    -------
    images : float32 array, shape (m, channels, height, width)
    labels : int64 array, shape (m,)
    """
    images, labels = sample_classes(
        model, model.encode(real.images), real.labels, n_per_class=n_per_class, seed=seed
    )
    turns = np.arange(len(labels)).reshape(-1, n_per_class).T.reshape(-1)
    return images[turns], labels[turns]


def n_training_images(test: Dataset) -> int:
    """Return the number of training images of a classifier, repetitions included."""
    return N_TRAINING_IMAGES if fits_lenet64(test.images.shape[1:]) else N_TRAINING_IMAGES_SMALL


def mix(parts: Sequence[tuple[FloatArray, LabelArray]], n: int) -> tuple[FloatArray, LabelArray]:
    """Return `n` labelled images, the same number from each part, repeated if a part has fewer."""
    per_part = n // len(parts)
    rows = [np.arange(per_part) % len(labels) for _, labels in parts]
    images = np.concatenate([images[chosen] for (images, _), chosen in zip(parts, rows, strict=True)])
    labels = np.concatenate([labels[chosen] for (_, labels), chosen in zip(parts, rows, strict=True)])
    return images, labels


def _accuracy(parts: Sequence[tuple[FloatArray, LabelArray]], test: Dataset, seed: int) -> float:
    images, labels = mix(parts, n_training_images(test))
    return float(real_accuracy(images, labels, test, seed=seed, n_epochs=1, batch_size=BATCH_SIZE).mean())
