"""Neighbourhood preservation (trustworthiness, continuity, hit) and intrinsic dimension of codes."""

from __future__ import annotations

import numpy as np

from latentcore.metrics.nearest_neighbours import nearest
from latentcore.metrics.similarity import neighbour_rows
from latentcore.types import FloatArray, LabelArray

BLOCK_ROWS = 250
MIN_RATIOS = 10
"""Fewest ratios of distances for the fit of the intrinsic dimension."""
DISCARDED_SHARE = 0.1
"""Share of the largest ratios left out of the fit of the intrinsic dimension, as in the reference."""


def trustworthiness(images: FloatArray, codes: FloatArray, *, k: int = 10) -> FloatArray:
    """Return the trustworthiness of each sample: how few of its neighbours in codes are far in pixels.

    Parameters
    ----------
    images : float32 array, shape (n, ...)
        Flattened; distances are Euclidean.
    codes : float32 array, shape (n, latent_dim)
    k : int
        Neighbours per sample, below n / 2.

    Returns
    -------
    float32 array, shape (n,)
        At most 1; the mean is the trustworthiness. `continuity` is the same with both spaces exchanged.

    Raises
    ------
    ValueError
        If the lengths differ, or `k` is not below n / 2.

    References
    ----------
    J. Venna and S. Kaski, "Neighborhood preservation in nonlinear projection methods", 2001, equation (1).
    """
    n = len(images)
    if len(codes) != n:
        raise ValueError(f"there are {n} images and {len(codes)} codes.")
    if not 1 <= k < n / 2:
        raise ValueError(f"k is {k}; expected 1 or more and less than half of {n} samples.")
    ranks = _ranks(images.reshape(n, -1), neighbour_rows(codes, k=k))
    excess = np.maximum(ranks - k, 0)
    scale = 2 / (k * (2 * n - 3 * k - 1))
    return np.asarray(1 - scale * excess.sum(axis=1), np.float32)


def continuity(images: FloatArray, codes: FloatArray, *, k: int = 10) -> FloatArray:
    """Return the continuity of each sample: how few of its neighbours in pixels are far in codes.

    Parameters, returns and errors are those of `trustworthiness`; reference there, equation (2).
    """
    return trustworthiness(codes.reshape(len(codes), -1), images.reshape(len(images), -1), k=k)


def neighbourhood_hit(codes: FloatArray, labels: LabelArray, *, k: int = 10) -> FloatArray:
    """Return the share of each code's `k` nearest neighbours that have its label.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
    labels : int64 array, shape (n,)
    k : int

    Returns
    -------
    float32 array, shape (n,)

    References
    ----------
    F. V. Paulovich, L. G. Nonato, R. Minghim and H. Levkowitz, "Least square projection", 2008.
    """
    return np.asarray((labels[neighbour_rows(codes, k=k)] == labels[:, None]).mean(axis=1), np.float32)


def neighbour_ratios(codes: FloatArray) -> FloatArray:
    """Return the ratios of the distances to the second and first neighbour of each code, ascending, above 1.

    Codes that coincide with another one are left out.
    """
    distances, _ = nearest(codes, codes, k=3)
    first, second = distances[:, 1].astype(np.float64), distances[:, 2].astype(np.float64)
    return np.sort(second[first > 0] / first[first > 0])


def two_nn_dimension(ratios: FloatArray) -> float:
    """Return the TwoNN estimate of the intrinsic dimension from sorted `neighbour_ratios`.

    Raises
    ------
    ValueError
        If there are fewer than ten ratios.

    References
    ----------
    E. Facco, M. d'Errico, A. Rodriguez and A. Laio, "Estimating the intrinsic dimension of datasets by a
    minimal neighborhood information", 2017: the slope of a line through the origin.
    """
    n = len(ratios)
    if n < MIN_RATIOS:
        raise ValueError(
            f"there are {n} ratios of neighbours' distances; the fit needs at least {MIN_RATIOS}."
        )
    kept = int(n * (1 - DISCARDED_SHARE))
    logs = np.log(ratios[:kept])
    tail = -np.log(1 - np.arange(1, kept + 1) / n)
    return float((logs @ tail) / max(logs @ logs, 1e-12))


def _ranks(rows: FloatArray, others: LabelArray) -> LabelArray:
    """Return the distance rank, from 1, of the rows `others` ``(n, k)`` for each sample, int64 ``(n, k)``."""
    from scipy.spatial.distance import cdist  # noqa: PLC0415 - evaluation only

    found = []
    for start in range(0, len(rows), BLOCK_ROWS):
        part = np.arange(start, min(start + BLOCK_ROWS, len(rows)))
        distances = cdist(rows[part], rows)
        distances[np.arange(len(part)), part] = -1  # a sample has rank 0 for itself
        order = np.argsort(distances, axis=1, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.broadcast_to(np.arange(len(rows)), order.shape), axis=1)
        found.append(np.take_along_axis(ranks, others[part], axis=1))
    return np.concatenate(found)
