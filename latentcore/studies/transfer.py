"""What codes are worth where labels are few: linear probes, at home and on another dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from latentcore.datasets import DATASETS, Dataset, dataset_spec, load_dataset
from latentcore.exceptions import BundleError
from latentcore.metrics.classification import probe_correct
from latentcore.models import LatentModel
from latentcore.store import list_bundles, load_bundle
from latentcore.studies.resampling import balanced_rows, over_seeds, smallest_class
from latentcore.studies.untrained import untrained
from latentcore.types import Capability, FloatArray, LabelArray

N_LABELS = (1, 5, 10, 100)
SEEDS = tuple(range(10))
N_TEST, TEST_SEED = 5_000, 0
ACROSS: tuple[tuple[str, int], ...] = (("pca", 16), ("ae", 16), ("vae", 16))
"""Families and dimensions whose encoders are carried to another dataset."""
PIXELS, RANDOM = "pixels", "random"

PROTOCOL = (
    "Accuracy of a linear probe (multinomial logistic regression, C = 1, on values standardised over the "
    "labelled images) on random test images. The labelled images are drawn from the 10,000 train images "
    "that bundles keep codes of, as many of each class; a seed draws the same images for every encoder. "
    "Mean over seeds and Student's 95% interval of that mean: it covers the draw of the labels, not that of "
    "the test images. Encoders saw their whole train split without labels, except LDA, which saw all of its "
    "labels. Across datasets: the encoder of the same family trained on another dataset, frozen; a random "
    "encoder has the same design and untrained weights, others for each seed (PCA: random orthonormal "
    "directions)."
)

Encoded: TypeAlias = tuple[FloatArray, FloatArray]
"""What an encoder makes of the pool that labels are drawn from, and of the test images."""
Source: TypeAlias = Callable[[int], Encoded]
"""Returns what an encoder makes of the images, for a seed."""


def label_curve(
    source: Source,
    pool_labels: LabelArray,
    test_labels: LabelArray,
    *,
    n_labels: Sequence[int] = N_LABELS,
    seeds: Sequence[int] = SEEDS,
    on_seed: Callable[[int], None] = lambda _seed: None,
) -> list[dict[str, Any]]:
    """Return the accuracy of a linear probe for each number of labels a class.

    Parameters
    ----------
    source : callable
        ``source(seed)`` returns float32 arrays ``(n_pool, d)`` and ``(n_test, d)``.
    pool_labels : int64 array, shape (n_pool,)
        What labels are drawn from.
    test_labels : int64 array, shape (n_test,)
    n_labels : sequence of int
        Labels a class.
    seeds : sequence of int
        One draw of labels each.
    on_seed : callable
        Told each seed before its probes are fitted; what it raises ends the work.

    Returns
    -------
    list of dict
        ``labels``, and what `over_seeds` gives.

    Raises
    ------
    ValueError
        If a class of the pool has fewer images than labels are asked for.
    """
    found: dict[int, list[float]] = {n: [] for n in n_labels}
    for seed in seeds:
        on_seed(seed)
        pool, test = source(seed)
        for n in n_labels:
            rows = balanced_rows(pool_labels, n, seed=seed)
            correct = probe_correct(pool[rows], pool_labels[rows], test, test_labels)
            found[n].append(float(correct.mean()))
    return [{"labels": n, **over_seeds(values)} for n, values in found.items()]


def transfers(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return the curves of a dataset: of pixels, of every bundle's codes, and of encoders from elsewhere.

    Returns
    -------
    dict
        ``n_test``, ``n_pool``, ``n_labels``; ``curves``: ``source`` ("pixels" or a bundle's name),
        ``supervised`` and ``points`` of `label_curve`; ``across``: ``family``, ``latent_dim``,
        ``trained_on`` (a dataset or "random") and ``points``.

    Raises
    ------
    DatasetError
        If the images cannot be read.
    BundleError
        If there is no bundle of the dataset, or one cannot be read.
    """
    ids = [spec.id for spec in list_bundles(root) if spec.dataset == dataset]
    if not ids:
        raise BundleError(f"There is no model of {dataset} in {root}; train one with `latentcore train`.")
    first = load_bundle(ids[0], root)
    rows = probed_rows(len(first.test))
    pool = load_dataset(dataset, "train").take(first.train.indices)
    test = load_dataset(dataset, "test").take(first.test.indices[rows])
    n_labels = [n for n in N_LABELS if n <= smallest_class(pool.labels)]
    curve = partial(label_curve, pool_labels=pool.labels, test_labels=test.labels, n_labels=n_labels)
    on_stage(PIXELS)
    curves = [{"source": PIXELS, "supervised": False, "points": curve(fixed(pixels(pool), pixels(test)))}]
    for bundle_id in ids:
        on_stage(bundle_id)
        bundle = load_bundle(bundle_id, root)
        codes = fixed(bundle.train.codes, bundle.test.codes[rows])
        supervised = Capability.SUPERVISED in bundle.spec.capabilities
        curves.append({"source": bundle.spec.name, "supervised": supervised, "points": curve(codes)})
    return {
        "n_test": len(test),
        "n_pool": len(pool),
        "n_labels": n_labels,
        "curves": curves,
        "across": [
            {"family": family, "latent_dim": k, "trained_on": origin, "points": curve(source)}
            for family, k in ACROSS
            for origin, source in _carried(f"{family}-d{k}", pool, test, root, on_stage).items()
        ],
    }


def probed_rows(n_test: int, n: int = N_TEST) -> LabelArray:
    """Return the rows of the random test images that probes are measured on, in order."""
    return np.sort(np.random.default_rng(TEST_SEED).permutation(n_test)[:n])


def fixed(pool: FloatArray, test: FloatArray) -> Source:
    """Return the source of an encoder that is the same for every seed."""
    return lambda _seed: (pool, test)


def pixels(part: Dataset) -> FloatArray:
    """Return images as rows, float32 ``(n, channels * height * width)``."""
    return part.images.reshape(len(part), -1)


def _carried(
    name: str, pool: Dataset, test: Dataset, root: Path, on_stage: Callable[[str], None]
) -> Mapping[str, Source]:
    """Return the encoders of that name by the dataset that they were trained on, and a random one.

    Those of another image shape do not fit; where no other fits, there is nothing to compare.
    """
    shape = dataset_spec(pool.name).image_shape
    found = {spec.dataset: spec.id for spec in list_bundles(root) if spec.name == name}
    fitting = [origin for origin in found if origin in DATASETS and dataset_spec(origin).image_shape == shape]
    if not set(fitting) - {pool.name}:
        return {}
    on_stage(f"{name} trained on {', '.join(fitting)}, and at random")
    models = {origin: load_bundle(found[origin], root).model for origin in fitting}
    design = models.get(pool.name, models[fitting[0]])
    sources = {origin: fixed(*_encode(model, pool, test)) for origin, model in models.items()}
    return {**sources, RANDOM: lambda seed: _encode(untrained(design, seed=seed), pool, test)}


def _encode(model: LatentModel, pool: Dataset, test: Dataset) -> Encoded:
    return model.encode(pool.images), model.encode(test.images)
