"""How well classes can be predicted from codes: k-NN and linear-probe accuracy."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from latentcore.metrics.nearest_neighbours import nearest
from latentcore.types import FloatArray, LabelArray

EXACT_DIMENSIONS, EXACT_WEIGHTS = 32, 2_000
"""Up to this many dimensions, and weights of all classes together, the logistic regression is solved exactly,
which is fast; for the pixels of an image it would take 20 times as long. Memory grows with the square of the
number of weights."""


@contextmanager
def few_images_per_class() -> Iterator[None]:
    """Allow scikit-learn's classifiers as many classes as half the images, without a warning."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes is greater", UserWarning)
        yield


def knn_correct(
    train_codes: FloatArray,
    train_labels: LabelArray,
    test_codes: FloatArray,
    test_labels: LabelArray,
    *,
    k: int = 5,
) -> FloatArray:
    """Return for each test code whether the k-NN classifier predicts its label.

    Ties go to the smallest label, as in scikit-learn's `KNeighborsClassifier`.

    Parameters
    ----------
    train_codes, test_codes : float32 array, shape (n_train, d) and (n_test, d)
    train_labels, test_labels : int64 array, shape (n_train,) and (n_test,)
    k : int

    Returns
    -------
    float32 array, shape (n_test,)
        1 for a correct prediction, else 0; the mean is the k-NN accuracy.
    """
    _, rows = nearest(train_codes, test_codes, k=k)
    return majority_correct(train_labels[rows], test_labels)


def majority_correct(votes: LabelArray, labels: LabelArray) -> FloatArray:
    """Return for each row whether its label has most votes ``(n, k)``, float32 ``(n,)``.

    Ties go to the smallest label. Votes and `labels` are not negative.
    """
    n_classes = int(max(votes.max(), labels.max())) + 1
    counts = (votes[:, :, None] == np.arange(n_classes)).sum(axis=1)
    return np.asarray(counts.argmax(axis=1) == labels, np.float32)


def probe_correct(
    train_codes: FloatArray, train_labels: LabelArray, test_codes: FloatArray, test_labels: LabelArray
) -> FloatArray:
    """Return for each test code whether a linear probe predicts its label.

    The probe is a multinomial logistic regression (C = 1) on codes standardised on train. In up to 32
    dimensions and 2,000 weights the solution is exact, in double precision: with early stopping, a few
    decisions would differ between processors.

    Parameters
    ----------
    train_codes, test_codes : float32 array, shape (n_train, d) and (n_test, d)
    train_labels, test_labels : int64 array, shape (n_train,) and (n_test,)

    Returns
    -------
    float32 array, shape (n_test,)
        1 for a correct prediction, else 0; the mean is the linear-probe accuracy.

    References
    ----------
    G. Alain and Y. Bengio, "Understanding intermediate layers using linear classifier probes", 2016.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - evaluation only
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    n_dimensions = train_codes.shape[1]
    n_weights = n_dimensions * len(np.unique(train_labels))
    if n_dimensions <= EXACT_DIMENSIONS and n_weights <= EXACT_WEIGHTS:
        train_codes, test_codes = train_codes.astype(np.float64), test_codes.astype(np.float64)
        regression = LogisticRegression(solver="newton-cholesky", tol=1e-8)
    else:
        regression = LogisticRegression(solver="newton-cg")  # three times faster than the default here
    probe = make_pipeline(StandardScaler(), regression)
    with few_images_per_class():
        predicted = probe.fit(train_codes, train_labels).predict(test_codes)
    return np.asarray(predicted == test_labels, np.float32)
