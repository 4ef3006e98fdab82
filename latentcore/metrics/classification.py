"""How well classes can be predicted from codes: k-NN and linear-probe accuracy."""

from __future__ import annotations

import numpy as np

from latentcore.metrics.nearest_neighbours import nearest
from latentcore.types import FloatArray, LabelArray

EXACT_DIMENSIONS = 32
"""Up to this many dimensions the logistic regression is solved exactly, which is fast; for the pixels of an
image it would take 20 times as long."""


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
    votes = train_labels[rows]
    n_classes = int(max(train_labels.max(), test_labels.max())) + 1
    counts = (votes[:, :, None] == np.arange(n_classes)).sum(axis=1)
    return np.asarray(counts.argmax(axis=1) == test_labels, np.float32)


def probe_correct(
    train_codes: FloatArray, train_labels: LabelArray, test_codes: FloatArray, test_labels: LabelArray
) -> FloatArray:
    """Return for each test code whether a linear probe predicts its label.

    The probe is a multinomial logistic regression (C = 1) on codes standardised on train. In up to 32
    dimensions the solution is exact, in double precision: with early stopping, a few decisions would differ
    between processors.

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

    if train_codes.shape[1] <= EXACT_DIMENSIONS:
        train_codes, test_codes = train_codes.astype(np.float64), test_codes.astype(np.float64)
        regression = LogisticRegression(solver="newton-cholesky", tol=1e-8)
    else:
        regression = LogisticRegression(max_iter=1000)
    probe = make_pipeline(StandardScaler(), regression)
    predicted = probe.fit(train_codes, train_labels).predict(test_codes)
    return np.asarray(predicted == test_labels, np.float32)
