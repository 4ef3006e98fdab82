"""Samples of a class, and what a classifier learns from them."""

from __future__ import annotations

import numpy as np

from latentcore.datasets import Dataset
from latentcore.evaluation.evaluated_model import Subject
from latentcore.evaluation.score import SEED, Score, mean_score
from latentcore.features import BATCH_SIZE, N_EPOCHS, SIDE, fit_classifier
from latentcore.metrics.generation import logistic_labels
from latentcore.models import LatentModel
from latentcore.models.density import Gaussian
from latentcore.models.networks import apply_in_chunks
from latentcore.training import one_thread
from latentcore.types import FloatArray, LabelArray

N_SYNTHETIC = 5_000
N_SMALL = 1_000
"""Samples in all where a logistic classifier learns from them."""


def sample_classes(
    model: LatentModel, codes: FloatArray, labels: LabelArray, *, n_per_class: int, seed: int
) -> tuple[FloatArray, LabelArray]:
    """Draw labelled images: from a full Gaussian fitted to the codes of each class.

    Parameters
    ----------
    model : LatentModel
        Its prior plays no part; a GAN's codes are those of its inversion network.
    codes : float32 array, shape (n, latent_dim)
        Of real images; each class needs two or more.
    labels : int64 array, shape (n,)
    n_per_class, seed : int

    Returns
    -------
    images : float32 array, shape (m, channels, height, width)
    labels : int64 array, shape (m,)
    """
    present = np.unique(labels)
    drawn = [
        Gaussian.fit(codes[labels == label]).sample(n_per_class, seed=seed + 1_000 * k)
        for k, label in enumerate(present)
    ]
    return model.decode(np.concatenate(drawn)), np.repeat(present, n_per_class).astype(np.int64)


def classifier_scores(subject: Subject) -> dict[str, Score]:
    """Return the accuracy on real test images of a classifier that saw samples only."""
    test = subject.test
    n_per_class = n_learned(test) // len(test.classes)
    images, labels = sample_classes(
        subject.model, subject.train_codes, subject.train.labels, n_per_class=n_per_class, seed=SEED
    )
    what = f"{len(images):,} samples, drawn from a Gaussian fitted to the codes of each class"
    return {"cas": classification_score(images, labels, test, what)}


def n_learned(dataset: Dataset) -> int:
    """Return how many images the classifier of a dataset learns from."""
    return N_SYNTHETIC if judged_by_network(dataset.images.shape[1:]) else N_SMALL


def classification_score(images: FloatArray, labels: LabelArray, test: Dataset, what: str) -> Score:
    """Return the accuracy on test of a classifier trained on labelled images; `what` names them."""
    judge = "a LeNet64" if judged_by_network(images.shape[1:]) else "a logistic regression of pixels"
    return mean_score(
        real_accuracy(images, labels, test), f"Accuracy on real test images of {judge} trained on {what}."
    )


def real_accuracy(
    images: FloatArray,
    labels: LabelArray,
    test: Dataset,
    *,
    seed: int = SEED,
    n_epochs: int = N_EPOCHS,
    batch_size: int = BATCH_SIZE,
) -> FloatArray:
    """Return 1 where a classifier trained on labelled images is right on test, else 0; ``(n_test,)``.

    Epochs and batches are those of a network; a logistic regression has none.
    """
    if judged_by_network(images.shape[1:]):
        network = fit_classifier(
            images,
            labels,
            n_classes=len(test.classes),
            seed=seed,
            n_epochs=n_epochs,
            batch_size=batch_size,
        )
        predicted = apply_in_chunks(network.logits, test.images).argmax(axis=1)
    else:
        with one_thread():  # faster for so few pixels, in CPU time by far
            predicted = logistic_labels(images, labels, test.images)
    return np.asarray(predicted == test.labels, np.float32)


def judged_by_network(image_shape: tuple[int, ...]) -> bool:
    """Return whether the classifier of such images is a LeNet64, rather than a logistic regression."""
    return image_shape == (1, SIDE, SIDE)
