"""What real images score when they are passed off as a model's: the bar that the scores stand beside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from latentcore.datasets import Dataset, load_dataset
from latentcore.evaluation.class_conditional import classification_score, n_learned
from latentcore.evaluation.evaluated_model import random_part
from latentcore.evaluation.sample_scores import RealReference, copying_score, scores_of_draws
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
    """Return the scores of real images by name, as plain JSON values."""
    with one_thread():  # as models are measured
        train, test = load_dataset(dataset, "train"), load_dataset(dataset, "test")
        on_stage("features of the real images")
        reference = RealReference.of(train, test)
        on_stage("real images as samples")
        scores = scores_of_draws(_draw_outside(train, reference.sizes.n_samples), "train images", reference)
        if reference.features is not None:
            features = reference.features
            mixed = np.random.default_rng(SEED).permutation(features.test)  # MNIST's first half is easier
            drawn, held_out = np.array_split(mixed, 2)
            scores["copying"] = copying_score(drawn, held_out, features)
        on_stage("a classifier of real images")
        scores["cas"] = _classifier_score(train, test)
        return {name: score.plain() for name, score in scores.items()}


def _draw_outside(train: Dataset, n_reference: int) -> Callable[[int, int], FloatArray]:
    """Return a way to draw train images that are not in the reference, as far as there are enough."""
    taken = set(random_part(train, n_reference).indices.tolist()) if len(train) > n_reference else set()
    free = np.flatnonzero([index not in taken for index in train.indices.tolist()])

    def draw(n: int, seed: int) -> FloatArray:
        rows = np.random.default_rng(seed).choice(free, n, replace=n > len(free))
        images: FloatArray = train.images[rows]
        return images

    return draw


def _classifier_score(train: Dataset, test: Dataset) -> Score:
    n_per_class = n_learned(test) // len(test.classes)
    generator = np.random.default_rng(SEED)
    chosen = [
        generator.choice(np.flatnonzero(train.labels == label), n_per_class, replace=False)
        for label in range(len(test.classes))
    ]
    rows = np.concatenate(chosen)
    what = f"{len(rows):,} real train images, balanced"
    return classification_score(train.images[rows], train.labels[rows], test, what)
