"""Scores of samples against real images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.datasets import Dataset
from latentcore.evaluation.families import random_part
from latentcore.evaluation.score import SEED, Score, plain_values, repeated_score
from latentcore.features import NAME, FeatureNetwork, load_features
from latentcore.metrics.generation import (
    class_shares,
    frechet_distance,
    logistic_labels,
    support,
    two_sample_accuracy,
)
from latentcore.models import LatentModel, make_model
from latentcore.models.gan import GANModel
from latentcore.types import FloatArray, LabelArray

N_SAMPLES = 10_000
N_LOGISTIC_SAMPLES = 2_000
N_SUPPORT = 5_000
N_SEEDS = 5
K = 5
BASELINE_DIMENSIONS = 16


@dataclass(frozen=True)
class Features:
    """Features of the real images, and the distance of the baseline.

    Attributes
    ----------
    network : FeatureNetwork
    train : float32 array, shape (10000, 64)
        Of random train images.
    test : float32 array, shape (5000, 64)
        Of random test images.
    baseline : float
        Frechet distance of as many samples of a Gaussian on 16 principal components.
    """

    network: FeatureNetwork
    train: FloatArray
    test: FloatArray
    baseline: float


@dataclass(frozen=True)
class RealReference:
    """What samples are compared with; `features` is None where the dataset has no feature network."""

    train: Dataset
    features: Features | None

    @classmethod
    def of(cls, train: Dataset, test: Dataset) -> RealReference:
        """Compute the reference of a dataset, which serves all its models."""
        network = load_features(train.name)
        if network is None:
            return cls(train, None)
        real = network.features(random_part(train, N_SAMPLES).images)
        rival = make_model("pca", {"latent_dim": BASELINE_DIMENSIONS}).fit(train.images, seed=SEED)
        drawn = network.features(rival.sample(N_SAMPLES, seed=SEED))
        return cls(
            train,
            Features(
                network=network,
                train=real,
                test=network.features(random_part(test, N_SUPPORT).images),
                baseline=frechet_distance(real, drawn),
            ),
        )


def sample_scores(model: LatentModel, reference: RealReference) -> dict[str, Score]:
    """Return the scores of a model's samples."""
    features = reference.features
    if features is None:
        images, labels = reference.train.images, reference.train.labels
        drawn = model.sample(N_LOGISTIC_SAMPLES, seed=SEED)
        judge = "a logistic classifier of real train images"
        return {"class_shares": _share_score(model, logistic_labels(images, labels, drawn), reference, judge)}
    rows = []
    for seed in range(SEED, SEED + N_SEEDS):
        images = model.sample(N_SAMPLES, seed=seed)
        drawn = features.network.features(images)
        distance = frechet_distance(features.train, drawn)
        overlap = support(features.test, drawn[:N_SUPPORT], k=K)
        rows.append([distance, 100 * distance / features.baseline, *vars(overlap).values()])
        if seed == SEED:
            labels = features.network.probabilities(images).argmax(axis=1)
            accuracies = two_sample_accuracy(features.test, drawn[:N_SUPPORT], seed=SEED)
    return {
        **_repeated(np.asarray(rows, np.float64)),
        "c2st": Score(
            value=float(accuracies.mean()),
            n=2 * N_SUPPORT,
            seed=SEED,
            interval=(float(accuracies.min()), float(accuracies.max())),
            protocol=f"Accuracy of a logistic regression on standardised {NAME} features that tells "
            f"{N_SUPPORT:,} samples from {N_SUPPORT:,} test images; 0.5 is chance. Mean over 5 folds; the "
            "interval is their range.",
        ),
        "class_shares": _share_score(model, labels, reference, f"the {NAME} network"),
    }


def _repeated(rows: FloatArray) -> dict[str, Score]:
    """Return the scores that were measured with several seeds, one row a seed."""
    distance = f"Frechet distance of {N_SAMPLES:,} samples to {N_SAMPLES:,} train images on {NAME} features"
    overlap = f"{N_SUPPORT:,} samples against {N_SUPPORT:,} test images on {NAME} features, k = {K}."
    protocols = {
        "fd": f"{distance}.",
        "fd_percent": f"{distance}, in percent of that of {N_SAMPLES:,} samples of a Gaussian on "
        f"{BASELINE_DIMENSIONS} principal components.",
        "precision": f"Share of the samples inside the support of the real images: {overlap}",
        "recall": f"Share of the real images inside the support of the samples: {overlap}",
        "density": f"Real neighbourhoods around a sample, over k: {overlap}",
        "coverage": f"Share of the real neighbourhoods that hold a sample: {overlap}",
    }
    sizes = [N_SAMPLES] * 2 + [N_SUPPORT] * 4
    return {
        name: repeated_score(rows[:, k], n=sizes[k], protocol=protocol)
        for k, (name, protocol) in enumerate(protocols.items())
    }


def _share_score(model: LatentModel, labels: LabelArray, reference: RealReference, judge: str) -> Score:
    shares = class_shares(labels, n_classes=len(reference.train.classes))
    low, high = _wilson(shares, len(labels))
    own = "its own samples" if isinstance(model, GANModel) else f"samples from {model.sampling}"
    return Score(
        value=plain_values(shares),
        n=len(labels),
        seed=SEED,
        interval=(plain_values(low), plain_values(high)),
        protocol=f"Share of each class among {own}, as {judge} sees them; 95% Wilson interval.",
    )


def _wilson(shares: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the 95% score interval of binomial shares."""
    z = 1.959964
    centre = (shares + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(shares * (1 - shares) / n + z**2 / (4 * n**2))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
