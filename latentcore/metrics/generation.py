"""What a model's samples look like to a classifier of real images."""

from __future__ import annotations

import numpy as np

from latentcore.types import FloatArray, LabelArray


def class_shares(
    images: FloatArray, labels: LabelArray, samples: FloatArray, *, n_classes: int
) -> FloatArray:
    """Return the share of each class among samples, as a logistic classifier of real images sees them.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
        Real images that the classifier is trained on.
    labels : int64 array, shape (n,)
    samples : float32 array, shape (m, channels, height, width)
    n_classes : int

    Returns
    -------
    float32 array, shape (n_classes,)
        Shares that sum to 1.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - evaluation only

    classifier = LogisticRegression(max_iter=5000).fit(images.reshape(len(images), -1), labels)
    predicted = classifier.predict(samples.reshape(len(samples), -1))
    counts = np.bincount(predicted, minlength=n_classes)
    return (counts / len(samples)).astype(np.float32)
