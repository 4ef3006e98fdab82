"""Scores of samples against real images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from latentcore.datasets import Dataset
from latentcore.evaluation.evaluated_model import random_part
from latentcore.evaluation.score import SEED, Score, mean_score, plain_values, repeated_score
from latentcore.features import NAME, FeatureNetwork, load_features
from latentcore.metrics.generation import (
    class_shares,
    copying,
    frechet_distance,
    kernel_distance,
    logistic_labels,
    support,
    two_sample_accuracy,
)
from latentcore.models import LatentModel, make_model
from latentcore.models.gan import GANModel
from latentcore.types import FloatArray, LabelArray

N_LOGISTIC_SAMPLES = 2_000
K = 5
BASELINE_DIMENSIONS = 16

Draw: TypeAlias = Callable[[int, int], FloatArray]
"""``draw(n, seed)`` returns images ``(n, channels, height, width)``."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured; distances and overlaps depend on it, so compare equal ones only.

    Attributes
    ----------
    n_samples : int
        Samples, and train images, that a distance is measured between.
    n_support : int
        Samples, and test images, that an overlap is measured between; at most `n_samples`.
    n_seeds : int
        Sets of samples.
    """

    n_samples: int = 10_000
    n_support: int = 5_000
    n_seeds: int = 5


@dataclass(frozen=True)
class Features:
    """Features of the real images, and the distance of the baseline.

    Attributes
    ----------
    network : FeatureNetwork
    train : float32 array, shape (n_train, 64)
        Of all train images.
    reference : float32 array, shape (n_samples, 64)
        Of random train images.
    test : float32 array, shape (n_support, 64)
        Of random test images.
    baseline : float
        Frechet distance of as many samples of a Gaussian on 16 principal components.
    """

    network: FeatureNetwork
    train: FloatArray
    reference: FloatArray
    test: FloatArray
    baseline: float


@dataclass(frozen=True)
class RealReference:
    """What samples are compared with; `features` is None where the dataset has no feature network."""

    train: Dataset
    sizes: Sizes
    features: Features | None

    @classmethod
    def of(
        cls,
        train: Dataset,
        test: Dataset,
        sizes: Sizes | None = None,
        *,
        rival: LatentModel | None = None,
    ) -> RealReference:
        """Compute the reference of a dataset, which serves all its models.

        Parameters
        ----------
        train, test : Dataset
        sizes : Sizes, optional
        rival : LatentModel, optional
            A fitted PCA of 16 dimensions; fitted on `train` where it is not given.
        """
        sizes = sizes or Sizes()
        network = load_features(train.name)
        if network is None:
            return cls(train, sizes, None)
        real = network.features(random_part(train, sizes.n_samples).images)
        if rival is None:
            rival = make_model("pca", {"latent_dim": BASELINE_DIMENSIONS}).fit(train.images, seed=SEED)
        drawn = network.features(rival.sample(sizes.n_samples, seed=SEED))
        found = Features(
            network=network,
            train=network.features(train.images),
            reference=real,
            test=network.features(random_part(test, sizes.n_support).images),
            baseline=frechet_distance(real, drawn),
        )
        return cls(train, sizes, found)


def sample_scores(model: LatentModel, reference: RealReference) -> dict[str, Score]:
    """Return the scores of a model's samples."""
    own = "its own samples" if isinstance(model, GANModel) else f"samples from {model.sampling}"
    return scores_of_draws(lambda n, seed: model.sample(n, seed=seed), own, reference)


def scores_of_draws(draw: Draw, what: str, reference: RealReference) -> dict[str, Score]:
    """Return the scores of images that are drawn by seed; `what` names them."""
    features, sizes = reference.features, reference.sizes
    if features is None:
        images, labels = reference.train.images, reference.train.labels
        judged = logistic_labels(images, labels, draw(N_LOGISTIC_SAMPLES, SEED))
        judge = "a logistic classifier of real train images"
        return {"class_shares": _share_score(judged, what, judge, reference)}
    first = draw(sizes.n_samples, SEED)
    drawn = features.network.features(first)
    others = (draw(sizes.n_samples, seed) for seed in range(SEED + 1, SEED + sizes.n_seeds))
    rows = [
        _distances(drawn, reference),
        *(_distances(features.network.features(o), reference) for o in others),
    ]
    labels = features.network.probabilities(first).argmax(axis=1)
    return {
        **_repeated(rows, sizes),
        "c2st": _two_sample_score(drawn[: sizes.n_support], features),
        "copying": copying_score(drawn[: sizes.n_support], features.test, features),
        "class_shares": _share_score(labels, what, f"the {NAME} network", reference),
    }


def _distances(drawn: FloatArray, reference: RealReference) -> dict[str, float]:
    features, n = reference.features, reference.sizes.n_support
    assert features is not None  # noqa: S101 - the caller has them
    distance = frechet_distance(features.reference, drawn)
    return {
        "fd": distance,
        "fd_percent": 100 * distance / features.baseline,
        "kid": kernel_distance(features.test, drawn[:n]),
        **vars(support(features.test, drawn[:n], k=K)),
    }


def _repeated(rows: list[dict[str, float]], sizes: Sizes) -> dict[str, Score]:
    """Return the scores that were measured with several seeds, one row a seed."""
    n, m = sizes.n_samples, sizes.n_support
    distance = f"Frechet distance of {n:,} samples to {n:,} train images on {NAME} features"
    overlap = f"{m:,} samples against {m:,} test images on {NAME} features"
    protocols = {
        "fd": f"{distance}.",
        "fd_percent": f"{distance}, in percent of that of {n:,} samples of a Gaussian on "
        f"{BASELINE_DIMENSIONS} principal components.",
        "kid": f"Squared maximum mean discrepancy, cubic kernel, one subset: {overlap}.",
        "precision": f"Share of the samples inside the support of the real images: {overlap}, k = {K}.",
        "recall": f"Share of the real images inside the support of the samples: {overlap}, k = {K}.",
        "density": f"Real neighbourhoods around a sample, over k: {overlap}, k = {K}.",
        "coverage": f"Share of the real neighbourhoods that hold a sample: {overlap}, k = {K}.",
    }
    return {
        name: repeated_score(
            np.array([row[name] for row in rows]), n=n if name.startswith("fd") else m, protocol=protocol
        )
        for name, protocol in protocols.items()
    }


def _two_sample_score(drawn: FloatArray, features: Features) -> Score:
    accuracies = two_sample_accuracy(features.test, drawn, seed=SEED)
    return Score(
        value=float(accuracies.mean()),
        n=len(drawn) + len(features.test),
        seed=SEED,
        interval=(float(accuracies.min()), float(accuracies.max())),
        protocol=f"Accuracy of a logistic regression on standardised {NAME} features that tells "
        f"{len(drawn):,} samples from {len(features.test):,} test images; 0.5 is chance. Mean over 5 folds; "
        "the interval is their range.",
    )


def copying_score(drawn: FloatArray, held_out: FloatArray, features: Features) -> Score:
    """Return how much nearer to train drawn images are than held-out ones; all are features ``(n, 64)``."""
    return mean_score(
        copying(features.train, held_out, drawn),
        f"Chance that a sample lies nearer to its nearest of all {len(features.train):,} train images than a "
        f"test image does, {NAME} features; 0.5 as fresh images do, near 1 copied or blurred.",
    )


def _share_score(labels: LabelArray, what: str, judge: str, reference: RealReference) -> Score:
    shares = class_shares(labels, n_classes=len(reference.train.classes))
    low, high = _wilson(shares, len(labels))
    return Score(
        value=plain_values(shares),
        n=len(labels),
        seed=SEED,
        interval=(plain_values(low), plain_values(high)),
        protocol=f"Share of each class among {what}, as {judge} sees them; 95% Wilson interval.",
    )


def _wilson(shares: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the 95% score interval of binomial shares."""
    z = 1.959964
    centre = (shares + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(shares * (1 - shares) / n + z**2 / (4 * n**2))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
