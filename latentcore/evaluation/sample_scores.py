"""Scores of samples against real images, on features of the dataset's feature network."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from latentcore.evaluation.real_reference import (
    BASELINE_DIMENSIONS,
    RealReference,
    ReferenceFeatures,
    SampleSizes,
)
from latentcore.evaluation.score import SEED, Score, mean_score, score_over_seeds, to_python, wilson_interval
from latentcore.exceptions import UnsupportedOperation
from latentcore.metrics.generation import (
    class_shares,
    copying,
    frechet_distance,
    kernel_distance,
    prdc,
    predict_logistic,
    two_sample_accuracy,
)
from latentcore.models import LatentModel
from latentcore.types import Capability, FloatArray, LabelArray

N_LOGISTIC_SAMPLES = 2_000
N_NEIGHBOURS = 5

Sampler: TypeAlias = Callable[[int, int], FloatArray]
"""``sampler(n, seed)`` returns images ``(n, channels, height, width)``."""


def sample_scores(model: LatentModel, reference: RealReference) -> dict[str, Score]:
    """Return the scores of a model's samples."""
    # An encoder trained by inversion was added to a generator, whose samples need no source named.
    is_generator = Capability.INVERSION_ENCODER in model.capabilities
    own = "its own samples" if is_generator else f"samples from {model.sampling}"
    return sampler_scores(lambda n, seed: model.sample(n, seed=seed), own, reference)


def sampler_scores(sampler: Sampler, what: str, reference: RealReference) -> dict[str, Score]:
    """Return the scores of sampled images.

    Parameters
    ----------
    sampler : callable
        ``sampler(n, seed)`` returns images ``(n, channels, height, width)``.
    what : str
        Description of the samples for the protocol.
    reference : RealReference

    Returns
    -------
    dict of str to Score
        Nothing if there is neither a feature network nor a label.
    """
    features, sizes = reference.features, reference.sizes
    if features is None and len(np.unique(reference.train.labels)) < 2:  # noqa: PLR2004 - a classifier needs two
        return {}
    if features is None:
        images, labels = reference.train.images, reference.train.labels
        predicted = predict_logistic(images, labels, sampler(N_LOGISTIC_SAMPLES, SEED))
        classifier = "a logistic classifier of real train images"
        return {"class_shares": _share_score(predicted, what, classifier, reference)}
    first = sampler(sizes.n_samples, SEED)
    sampled = features.network.features(first)
    others = (sampler(sizes.n_samples, seed) for seed in range(SEED + 1, SEED + sizes.n_seeds))
    rows = [_distances(sampled, features, sizes), *(sample_distances(other, reference) for other in others)]
    labels = features.network.probabilities(first).argmax(axis=1)
    return {
        **_repeated(rows, sizes, features.network.name),
        "c2st": _two_sample_score(sampled[: sizes.n_support], features),
        "copying": copying_score(sampled[: sizes.n_support], features.test, features),
        "class_shares": _share_score(labels, what, f"the {features.network.name} network", reference),
    }


def sample_distances(samples: FloatArray, reference: RealReference) -> dict[str, float]:
    """Return the distances and overlaps of samples and real images.

    Parameters
    ----------
    samples : float32 array, shape (n_samples, channels, height, width)
    reference : RealReference
        With features; `n_samples` are its sizes'.

    Returns
    -------
    dict of str to float
        ``fd, fd_percent, kid, precision, recall, density, coverage``.

    Raises
    ------
    UnsupportedOperation
        If the dataset has no feature network.
    """
    if reference.features is None:
        raise UnsupportedOperation(
            f"{reference.train.name} has no feature network; train one with "
            f"`latentcore features {reference.train.name}`."
        )
    return _distances(reference.features.network.features(samples), reference.features, reference.sizes)


def _distances(sampled: FloatArray, features: ReferenceFeatures, sizes: SampleSizes) -> dict[str, float]:
    n = sizes.n_support
    distance = frechet_distance(features.reference, sampled)
    return {
        "fd": distance,
        "fd_percent": 100 * distance / features.baseline,
        "kid": kernel_distance(features.test, sampled[:n]),
        **vars(prdc(features.test, sampled[:n], k=N_NEIGHBOURS)),
    }


def _repeated(rows: list[dict[str, float]], sizes: SampleSizes, network: str) -> dict[str, Score]:
    """Return the scores that were measured with several seeds, one row per seed, on features of a network."""
    n, m = sizes.n_samples, sizes.n_support
    distance = f"Frechet distance of {n:,} samples to {n:,} train images on {network} features"
    overlap = f"{m:,} samples against {m:,} test images on {network} features"
    overlap_k = f"{overlap}, k = {N_NEIGHBOURS}"
    protocols = {
        "fd": f"{distance}.",
        "fd_percent": f"{distance}, in percent of that of {n:,} samples of a Gaussian on "
        f"{BASELINE_DIMENSIONS} principal components.",
        "kid": f"Squared maximum mean discrepancy, cubic kernel, one subset: {overlap}.",
        "precision": f"Share of the samples inside the support of the real images: {overlap_k}.",
        "recall": f"Share of the real images inside the support of the samples: {overlap_k}.",
        "density": f"Real neighbourhoods around a sample, over k: {overlap_k}.",
        "coverage": f"Share of the real neighbourhoods that hold a sample: {overlap_k}.",
    }
    return {
        name: score_over_seeds(
            np.array([row[name] for row in rows]), n=n if name.startswith("fd") else m, protocol=protocol
        )
        for name, protocol in protocols.items()
    }


def _two_sample_score(sampled: FloatArray, features: ReferenceFeatures) -> Score:
    accuracies = two_sample_accuracy(features.test, sampled, seed=SEED)
    return Score(
        value=float(accuracies.mean()),
        n=len(sampled) + len(features.test),
        seed=SEED,
        interval=(float(accuracies.min()), float(accuracies.max())),
        protocol=f"Accuracy of a logistic regression on standardised {features.network.name} features that "
        f"tells {len(sampled):,} samples from {len(features.test):,} test images; 0.5 is chance. Mean over 5 "
        "folds; the interval is their range.",
    )


def copying_score(sampled: FloatArray, held_out: FloatArray, features: ReferenceFeatures) -> Score:
    """Return how much nearer samples are to the train images than held-out images are.

    Parameters
    ----------
    sampled, held_out : float32 array, shape (n, 64) and (m, 64)
        Features of the samples and of the held-out images.
    features : ReferenceFeatures
    """
    return mean_score(
        copying(features.train, held_out, sampled),
        f"Chance that a sample lies nearer to its nearest of all {len(features.train):,} train images than a "
        f"test image does, {features.network.name} features; 0.5 as fresh images do, near 1 copied or "
        "blurred.",
    )


def _share_score(labels: LabelArray, what: str, classifier: str, reference: RealReference) -> Score:
    shares = class_shares(labels, n_classes=len(reference.train.classes))
    low, high = wilson_interval(shares, len(labels))
    return Score(
        value=to_python(shares),
        n=len(labels),
        seed=SEED,
        interval=(to_python(low), to_python(high)),
        protocol=f"Share of each class among {what}, as {classifier} sees them; 95% Wilson interval.",
    )
