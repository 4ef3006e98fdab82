"""What codes keep of the structure of the data."""

from __future__ import annotations

import numpy as np
import torch

from latentcore.types import FloatArray, LabelArray, PixelArray

TREE_DIMENSIONS = 8
"""Up to here a tree finds neighbours faster than computing all distances, save those of one query: the tree
must be built first, and among 10,000 rows that takes 2.3 ms where the distances take 0.6."""
EXACT_DIMENSIONS = 32
"""Up to here a logistic regression is solved exactly in no time; for an image's pixels it would take 20 times
as long."""
CHUNK, BLOCK, SPARE = 128, 1000, 8
"""Queries searched at once; reference rows that are centred at once (a copy of all 10,000 images would be
31 MB in each session that searches); rows whose rough distance is only a little too large to be nearest."""


def nearest(
    reference: FloatArray | PixelArray, queries: FloatArray, *, k: int
) -> tuple[FloatArray, LabelArray]:
    """Return the `k` nearest rows of `reference` to each query, nearest first.

    Parameters
    ----------
    reference : float32 or uint8 array, shape (m, d)
    queries : float32 array, shape (n, d)
        In the units of `reference`.
    k : int
        At most m; fewer come back when there are fewer rows.

    Returns
    -------
    distances : float32 array, shape (n, min(k, m))
        Euclidean.
    rows : int64 array, shape (n, min(k, m))
    """
    wanted = min(k, len(reference))
    if reference.shape[1] <= TREE_DIMENSIONS and len(queries) > 1:
        from scipy.spatial import KDTree  # noqa: PLC0415 - the first map does not wait for 0.25 s of import

        distances, rows = KDTree(reference).query(queries, k=np.arange(1, wanted + 1))
    else:
        distances, rows = _search_all(reference, queries, wanted)
    return distances.astype(np.float32), rows.astype(np.int64)


def _search_all(
    reference: FloatArray | PixelArray, queries: FloatArray, k: int
) -> tuple[FloatArray, LabelArray]:
    """Return the `k` nearest rows by computing all distances; a tie goes to the lower row.

    Rough distances in single precision find candidates, exact ones in double precision rank them: as
    fast as scikit-learn's brute search on one thread, without its import of 50 MB and half a second.
    """
    centre = reference.mean(axis=0, dtype=np.float64).astype(np.float32)
    found = []
    for start in range(0, len(queries), CHUNK):
        part = queries[start : start + CHUNK]
        rough = _rough_distances(reference, centre, torch.from_numpy(part - centre))
        wide = rough.topk(min(k + SPARE, len(reference)), largest=False, sorted=False).indices.numpy()
        offsets = reference[wide].astype(np.float64) - part[:, None]
        exact = np.sqrt((offsets**2).sum(axis=2))
        order = np.lexsort((wide, exact))[:, :k]
        found.append((np.take_along_axis(exact, order, axis=1), np.take_along_axis(wide, order, axis=1)))
    distances, rows = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return distances, rows


def _rough_distances(
    reference: FloatArray | PixelArray, centre: FloatArray, queries: torch.Tensor
) -> torch.Tensor:
    """Return squared distances to the rows of `reference`, less what is common to each (centred) query."""
    rough = torch.empty(len(queries), len(reference))
    for start in range(0, len(reference), BLOCK):
        block = torch.from_numpy(reference[start : start + BLOCK] - centre)
        rough[:, start : start + BLOCK] = torch.addmm(block.square().sum(dim=1), queries, block.T, alpha=-2)
    return rough


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


def local_density(reference: FloatArray, codes: FloatArray, *, k: int = 10) -> FloatArray:
    """Return how dense the reference is around each code: minus log10 of the mean distance to `k` neighbours.

    Returns
    -------
    float32 array, shape (n,)
        Higher is denser; one more is ten times closer.
    """
    distances, _ = nearest(reference, codes, k=k)
    return np.asarray(-np.log10(np.maximum(distances.mean(axis=1), 1e-9)), np.float32)
