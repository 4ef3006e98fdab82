"""Similarity of two latent spaces of the same images: neighbour overlap, CKA and Procrustes."""

from __future__ import annotations

import numpy as np

from latentcore.metrics.nearest_neighbours import nearest_others
from latentcore.types import DoubleArray, FloatArray, LabelArray


def neighbour_rows(codes: FloatArray, *, k: int = 10) -> LabelArray:
    """Return the `k` nearest other rows of each row, nearest first.

    Parameters
    ----------
    codes : float32 array, shape (n, d)
    k : int
        From 1 to n - 1.

    Returns
    -------
    int64 array, shape (n, k)
        A row is never its own neighbour, even among equal codes.

    Raises
    ------
    ValueError
        If there are not enough rows for `k` neighbours.
    """
    n = len(codes)
    if not 1 <= k < n:
        raise ValueError(f"k is {k}; of {n} codes each has from 1 to {n - 1} neighbours.")
    return nearest_others(codes, np.arange(n), k=k)[1]


def neighbour_overlap(first: FloatArray, second: FloatArray, *, k: int = 10) -> FloatArray:
    """Return the share of common `k` nearest neighbours of each sample in two spaces.

    Parameters
    ----------
    first, second : float32 array, shapes (n, d1) and (n, d2)
        Codes of the same samples, row by row.
    k : int

    Returns
    -------
    float32 array, shape (n,)
        In [0, 1]; unrelated spaces have ``k / (n - 1)`` on average.

    Raises
    ------
    ValueError
        If the spaces hold different numbers of samples, or too few for `k`.
    """
    _check_pair(first, second)
    return shared_neighbours(neighbour_rows(first, k=k), neighbour_rows(second, k=k))


def shared_neighbours(first: LabelArray, second: LabelArray) -> FloatArray:
    """Return the share of common entries in each row of two tables of `neighbour_rows`, float32 ``(n,)``."""
    common = (first[:, :, None] == second[:, None, :]).sum(axis=(1, 2))
    return np.asarray(common / first.shape[1], np.float32)


def mutual_knn(first: FloatArray, second: FloatArray, *, k: int = 10) -> float:
    """Return the mutual k-NN alignment of two spaces: the mean of `neighbour_overlap`, in [0, 1].

    Parameters and errors are those of `neighbour_overlap`.

    References
    ----------
    M. Huh, B. Cheung, T. Wang and P. Isola, "The Platonic representation hypothesis", 2024, appendix A.
    """
    return float(neighbour_overlap(first, second, k=k).mean())


def linear_cka(first: FloatArray, second: FloatArray) -> float:
    """Return the linear centred kernel alignment of two spaces.

    For centred codes X and Y it is ``|Y'X|^2 / (|X'X| |Y'Y|)`` with Frobenius norms: 1 if one space is a
    rotated, scaled and shifted copy of the other, 0 if all their axes are uncorrelated.

    Parameters
    ----------
    first, second : float32 array, shapes (n, d1) and (n, d2)
        Codes of the same samples, row by row.

    Returns
    -------
    float
        In [0, 1]; NaN if all codes of a space are equal.

    Raises
    ------
    ValueError
        If the spaces hold different numbers of samples.

    References
    ----------
    S. Kornblith, M. Norouzi, H. Lee and G. Hinton, "Similarity of neural network representations
    revisited", 2019, equation 4.
    """
    _check_pair(first, second)
    x, y = _unit(first), _unit(second)
    across = np.linalg.norm(y.T @ x) ** 2
    return float(np.minimum(across / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)), 1))


def procrustes_r2(first: FloatArray, second: FloatArray) -> float:
    """Return the share of one space's variance explained by the other after optimal rotation and scaling.

    It is symmetric, and one minus the disparity of `scipy.spatial.procrustes`: the squared sum of the
    singular values of ``Y'X`` for centred X and Y of unit Frobenius norm. The space of fewer dimensions is
    padded with zeros.

    Parameters, returns and errors are those of `linear_cka`.

    References
    ----------
    J. C. Gower, "Generalized Procrustes analysis", 1975.
    """
    _check_pair(first, second)
    x, y = _unit(first), _unit(second)
    if np.isnan(x).any() or np.isnan(y).any():
        return float("nan")
    return float(np.minimum(np.linalg.svd(y.T @ x, compute_uv=False).sum() ** 2, 1))


def procrustes_align(points: FloatArray, reference: FloatArray) -> FloatArray:
    """Align points to a reference by Procrustes analysis: shift, rotation or reflection, and scaling.

    Parameters
    ----------
    points, reference : float32 array, shape (n, d)
        Coordinates of the same samples, row by row.

    Returns
    -------
    float32 array, shape (n, d)
        In the coordinates of the reference, with the least squared distance from it, so that points that fit
        badly are shrunk. Points that are all equal are moved to its mean.

    Raises
    ------
    ValueError
        If the shapes differ.

    References
    ----------
    P. H. Schonemann, "A generalized solution of the orthogonal Procrustes problem", 1966.
    """
    if points.shape != reference.shape or points.ndim != 2:  # noqa: PLR2004
        raise ValueError(
            f"points have shape {points.shape}, the reference {reference.shape}; they must agree."
        )
    centre = reference.mean(axis=0, dtype=np.float64)
    moved, target = points - points.mean(axis=0, dtype=np.float64), reference - centre
    lengths = np.linalg.norm(moved), np.linalg.norm(target)
    if min(lengths) == 0:
        return np.broadcast_to(centre, points.shape).astype(np.float32)
    left, values, right = np.linalg.svd((moved / lengths[0]).T @ (target / lengths[1]))
    scale = values.sum() * lengths[1] / lengths[0]
    return np.asarray(moved @ (left @ right) * scale + centre, np.float32)


def _unit(codes: FloatArray) -> DoubleArray:
    """Return codes centred and scaled to a Frobenius norm of 1; NaN if they are all equal."""
    centred = codes - codes.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(centred))
    return np.asarray(centred / (length if length > 0 else np.nan), np.float64)


def _check_pair(first: FloatArray, second: FloatArray) -> None:
    if first.ndim != 2 or second.ndim != 2 or len(first) != len(second):  # noqa: PLR2004
        raise ValueError(
            f"the codes have shapes {first.shape} and {second.shape}; expected (n, d) of the same n samples."
        )
