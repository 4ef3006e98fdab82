"""How well classes can be predicted from codes: k-NN and linear-probe accuracy."""

from __future__ import annotations

import numpy as np

from latentcore.metrics.nearest_neighbours import nearest
from latentcore.types import FloatArray, LabelArray

EXACT_DIMENSIONS = 32
"""Up to here a logistic regression is solved exactly in no time; for an image's pixels it would take 20 times
as long."""


def knn_correct(
    train_codes: FloatArray,
    train_labels: LabelArray,
    test_codes: FloatArray,
    test_labels: LabelArray,
    *,
    k: int = 5,
) -> FloatArray:
    """Return 1 where the majority of the `k` nearest training codes has the test label, else 0.

    A tie goes to the smallest label, as in scikit-learn's `KNeighborsClassifier`.

    Returns
    -------
    float32 array, shape (n_test,)
        Its mean is the k-NN accuracy.
    """
    _, rows = nearest(train_codes, test_codes, k=k)
    votes = train_labels[rows]
    n_classes = int(max(train_labels.max(), test_labels.max())) + 1
    counts = (votes[:, :, None] == np.arange(n_classes)).sum(axis=1)
    return np.asarray(counts.argmax(axis=1) == test_labels, np.float32)


def probe_correct(
    train_codes: FloatArray, train_labels: LabelArray, test_codes: FloatArray, test_labels: LabelArray
) -> FloatArray:
    """Return 1 where a linear probe predicts the test label, else 0, float32 ``(n_test,)``.

    The probe is a multinomial logistic regression (C = 1) on codes standardised on train; its mean
    correctness is the linear-probe accuracy. In up to 32 dimensions the solution is exact, in double
    precision: a solver that stops early moves a few decisions from processor to processor.

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
