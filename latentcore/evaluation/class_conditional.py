"""Class-conditional samples, and the accuracy of a classifier trained on them (CAS)."""

from __future__ import annotations

import numpy as np

from latentcore.datasets import Dataset
from latentcore.evaluation.evaluated_model import EvaluatedModel
from latentcore.evaluation.score import SEED, Score, mean_score
from latentcore.lenet import BATCH_SIZE, N_EPOCHS, fit_classifier, fits_lenet64
from latentcore.metrics.generation import MAX_LOGISTIC_PIXELS, N_COMPONENTS, predict_logistic
from latentcore.models import LatentModel
from latentcore.models.density import Gaussian
from latentcore.models.networks import apply_in_chunks
from latentcore.training import one_thread
from latentcore.types import FloatArray, LabelArray

N_SYNTHETIC = 5_000
N_SYNTHETIC_SMALL = 1_000
"""Total number of samples for a logistic regression."""


def sample_classes(
    model: LatentModel, codes: FloatArray, labels: LabelArray, *, n_per_class: int, seed: int
) -> tuple[FloatArray, LabelArray]:
    """Sample labelled images from a full Gaussian fitted to the codes of each class.

    Parameters
    ----------
    model : LatentModel
        Decodes the sampled codes; its prior is not used.
    codes : float32 array, shape (n, latent_dim)
        Codes of real images, at least two per class.
    labels : int64 array, shape (n,)
    n_per_class, seed : int

    Returns
    -------
    images : float32 array, shape (m, channels, height, width)
    labels : int64 array, shape (m,)
    """
    present = np.unique(labels)
    codes_by_class = [
        Gaussian.fit(codes[labels == label]).sample(n_per_class, seed=seed + 1_000 * k)
        for k, label in enumerate(present)
    ]
    return model.decode(np.concatenate(codes_by_class)), np.repeat(present, n_per_class).astype(np.int64)


def classifier_scores(evaluated: EvaluatedModel) -> dict[str, Score]:
    """Return the accuracy on real test images of a classifier trained on samples only (CAS).

    Nothing without labels.
    """
    test = evaluated.test
    if not evaluated.has_labels:
        return {}
    n_per_class = max(n_classifier_samples(test) // len(test.classes), 1)
    images, labels = sample_classes(
        evaluated.model, evaluated.train_codes, evaluated.train.labels, n_per_class=n_per_class, seed=SEED
    )
    what = f"{len(images):,} samples, drawn from a Gaussian fitted to the codes of each class"
    return {"cas": classification_score(images, labels, test, what)}


def n_classifier_samples(dataset: Dataset) -> int:
    """Return the number of images that the classifier of a dataset is trained on."""
    return N_SYNTHETIC if fits_lenet64(dataset.images.shape[1:]) else N_SYNTHETIC_SMALL


def classification_score(images: FloatArray, labels: LabelArray, test: Dataset, what: str) -> Score:
    """Return the accuracy on test images of a classifier trained on labelled images, as a score.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
    labels : int64 array, shape (n,)
    test : Dataset
    what : str
        Description of the training images for the protocol.
    """
    classifier = "a LeNet64" if fits_lenet64(images.shape[1:]) else "a logistic regression of pixels"
    if not fits_lenet64(images.shape[1:]) and images[0].size > MAX_LOGISTIC_PIXELS:
        classifier = (
            f"a logistic regression of {min(N_COMPONENTS, len(images))} principal components of pixels"
        )
    return mean_score(
        real_accuracy(images, labels, test),
        f"Accuracy on real test images of {classifier} trained on {what}.",
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
    """Return for each test image whether a classifier trained on labelled images predicts its label.

    The classifier is a `latentcore.features.LeNet64` if the images fit it, else a logistic regression.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
        Training images.
    labels : int64 array, shape (n,)
    test : Dataset
    seed : int
    n_epochs, batch_size : int
        Of the network; a logistic regression ignores them.

    Returns
    -------
    float32 array, shape (n_test,)
        1 for a correct prediction, else 0.
    """
    if fits_lenet64(images.shape[1:]):
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
        with one_thread():  # less CPU time for so few pixels
            predicted = predict_logistic(images, labels, test.images)
    return np.asarray(predicted == test.labels, np.float32)
