"""Scores of real images in the place of samples: the reference for the scores of models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentcore.datasets import Dataset, load_dataset
from latentcore.evaluation.class_conditional import classification_score, n_classifier_samples
from latentcore.evaluation.evaluated_model import random_subset
from latentcore.evaluation.real_reference import RealReference
from latentcore.evaluation.sample_scores import copying_score, sampler_scores
from latentcore.evaluation.score import SEED, Score
from latentcore.training import one_thread
from latentcore.types import FloatArray

PROTOCOL = (
    "Real images in the place of samples: random train images outside the reference for distances and "
    "overlaps, one random half of the test images against the other for copying, a balanced choice of train "
    "images for the classifier. Everything else is measured as on a model."
)
SEEDS = (0, 1, 2, 3, 4)


def real_scores(dataset: str, on_stage: Callable[[str], None]) -> dict[str, Any]:
    """Return the scores of real images by name, as JSON values; without labels, none of a classifier."""
    with one_thread():  # as models are measured
        train, test = load_dataset(dataset, "train"), load_dataset(dataset, "test")
        on_stage("features of the real images")
        reference = RealReference.compute(train, test)
        on_stage("real images as samples")
        scores = sampler_scores(_sample_outside(train, reference.sizes.n_samples), "train images", reference)
        if reference.features is not None:
            features = reference.features
            mixed = np.random.default_rng(SEED).permutation(features.test)  # MNIST's first half is easier
            sampled, held_out = np.array_split(mixed, 2)
            scores["copying"] = copying_score(sampled, held_out, features)
        if set(np.unique(test.labels).tolist()) <= set(np.unique(train.labels).tolist()) - {-1}:
            on_stage("a classifier of real images")
            scores["cas"] = _classifier_score(train, test)
        return {name: score.to_json() for name, score in scores.items()}


def _sample_outside(train: Dataset, n_reference: int) -> Callable[[int, int], FloatArray]:
    """Return a sampler of train images outside the reference; with replacement if there are too few."""
    taken = set(random_subset(train, n_reference).indices.tolist()) if len(train) > n_reference else set()
    free = np.flatnonzero([index not in taken for index in train.indices.tolist()])

    def sample(n: int, seed: int) -> FloatArray:
        rows = np.random.default_rng(seed).choice(free, n, replace=n > len(free))
        images: FloatArray = train.images[rows]
        return images

    return sample


def _classifier_score(train: Dataset, test: Dataset) -> Score:
    n_per_class = max(n_classifier_samples(test) // len(test.classes), 1)
    generator = np.random.default_rng(SEED)
    chosen = [
        generator.choice(rows, n_per_class, replace=n_per_class > len(rows))
        for label in range(len(test.classes))
        if len(rows := np.flatnonzero(train.labels == label))
    ]
    rows = np.concatenate(chosen)
    what = f"{len(rows):,} real train images, balanced"
    return classification_score(train.images[rows], train.labels[rows], test, what)
