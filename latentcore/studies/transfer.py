"""The transfer study: linear probes on few labels, with encoders trained on the same or another dataset."""

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
from latentcore.studies.requirements import Requirements
from latentcore.studies.resampling import balanced_rows, mean_over_seeds, smallest_class_size
from latentcore.types import Capability, FloatArray, LabelArray

N_LABELS = (1, 5, 10, 100)
SEEDS = tuple(range(10))
N_TEST, TEST_SEED = 5_000, 0
TRANSFERRED_ENCODERS: tuple[tuple[str, int], ...] = (("pca", 16), ("ae", 16), ("vae", 16))
"""Families and dimensions whose encoders are transferred to another dataset."""
PIXELS, RANDOM = "pixels", "random"

NEEDS = Requirements(train_per_class=min(N_LABELS))

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

EncodedSplits: TypeAlias = tuple[FloatArray, FloatArray]
"""Codes of the pool that labels are sampled from, and of the test images."""
CodeSource: TypeAlias = Callable[[int], EncodedSplits]
"""Returns the codes under an encoder, for a seed."""


def label_curve(
    source: CodeSource,
    pool_labels: LabelArray,
    test_labels: LabelArray,
    *,
    n_labels: Sequence[int] = N_LABELS,
    seeds: Sequence[int] = SEEDS,
    on_seed: Callable[[int], None] = lambda _seed: None,
) -> list[dict[str, Any]]:
    """Return the accuracy of a linear probe for each number of labels per class.

    Parameters
    ----------
    source : callable
        ``source(seed)`` returns float32 arrays ``(n_pool, d)`` and ``(n_test, d)``.
    pool_labels : int64 array, shape (n_pool,)
        Labels of the pool that labelled images are sampled from.
    test_labels : int64 array, shape (n_test,)
    n_labels : sequence of int
        Labels per class.
    seeds : sequence of int
        Each gives one sample of labelled images.
    on_seed : callable
        Receives each seed before its probes are fitted; an exception that it raises ends the work.

    Returns
    -------
    list of dict
        ``labels``, and the result of `mean_over_seeds`.

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
    return [{"labels": n, **mean_over_seeds(values)} for n, values in found.items()]


def transfers(dataset: str, root: Path, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return the curves of a dataset: of pixels, of every bundle's codes, and of transferred encoders.

    Parameters
    ----------
    dataset : str
    root : Path
        Models folder.
    on_stage : callable
        Receives the name of each stage.

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
    rows = probe_test_rows(len(first.test))
    pool = load_dataset(dataset, "train").take(first.train.indices)
    test = load_dataset(dataset, "test").take(first.test.indices[rows])
    n_labels = [n for n in N_LABELS if n <= smallest_class_size(pool.labels)]
    curve = partial(label_curve, pool_labels=pool.labels, test_labels=test.labels, n_labels=n_labels)
    on_stage(PIXELS)
    curves = [
        {
            "source": PIXELS,
            "supervised": False,
            "points": curve(constant_source(pixel_rows(pool), pixel_rows(test))),
        }
    ]
    for bundle_id in ids:
        on_stage(bundle_id)
        bundle = load_bundle(bundle_id, root)
        codes = constant_source(bundle.train.codes, bundle.test.codes[rows])
        supervised = Capability.SUPERVISED in bundle.spec.capabilities
        curves.append({"source": bundle.spec.name, "supervised": supervised, "points": curve(codes)})
    return {
        "n_test": len(test),
        "n_pool": len(pool),
        "n_labels": n_labels,
        "curves": curves,
        "across": [
            {"family": family, "latent_dim": k, "trained_on": origin, "points": curve(source)}
            for family, k in TRANSFERRED_ENCODERS
            for origin, source in _transferred_sources(f"{family}-d{k}", pool, test, root, on_stage).items()
        ],
    }


def probe_test_rows(n_test: int, n: int = N_TEST) -> LabelArray:
    """Return the rows of the random test images on which probes are evaluated, ascending."""
    return np.sort(np.random.default_rng(TEST_SEED).permutation(n_test)[:n])


def constant_source(pool: FloatArray, test: FloatArray) -> CodeSource:
    """Return a source of codes that are the same for every seed."""
    return lambda _seed: (pool, test)


def pixel_rows(part: Dataset) -> FloatArray:
    """Return images as rows, float32 ``(n, channels * height * width)``."""
    return part.images.reshape(len(part), -1)


def _transferred_sources(
    name: str, pool: Dataset, test: Dataset, root: Path, on_stage: Callable[[str], None]
) -> Mapping[str, CodeSource]:
    """Return the encoders of that name by the dataset that they were trained on, and a random one.

    Encoders for another image shape are left out; the result is empty if no transferred encoder remains.
    """
    shape = dataset_spec(pool.name).image_shape
    found = {spec.dataset: spec.id for spec in list_bundles(root) if spec.name == name}
    fitting = [origin for origin in found if origin in DATASETS and dataset_spec(origin).image_shape == shape]
    if not set(fitting) - {pool.name}:
        return {}
    on_stage(f"{name} trained on {', '.join(fitting)}, and at random")
    models = {origin: load_bundle(found[origin], root).model for origin in fitting}
    design = models.get(pool.name, models[fitting[0]])
    sources = {origin: constant_source(*_encode(model, pool, test)) for origin, model in models.items()}
    return {**sources, RANDOM: lambda seed: _encode(design.untrained_copy(seed=seed), pool, test)}


def _encode(model: LatentModel, pool: Dataset, test: Dataset) -> EncodedSplits:
    return model.encode(pool.images), model.encode(test.images)
