"""Grids over a plane, and interpolation between codes; pure numpy."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from latentcore.large_arrays import row_blocks
from latentcore.types import DoubleArray, FloatArray, LabelArray

Extent: TypeAlias = tuple[float, float, float, float]
"""``(x_min, x_max, y_min, y_max)``."""

MIN_NORM = 1e-8
BLOCK_ROWS = 10_000
"""Codes that are summed at once: they are converted to double precision."""


def square_extent(points: FloatArray, *, margin: float = 0.06, share: float = 1.0) -> Extent:
    """Return a square extent around points.

    Parameters
    ----------
    points : float32 array, shape (n, 2)
    margin : float
        Space on each side, as a share of the larger range.
    share : float
        Central share of the points that the extent is fitted to, in (0, 1], on each axis separately: below 1,
        a few outliers do not enlarge it.

    Returns
    -------
    Extent
        Centred on the middle of the points' bounding box, with equal width and height.
    """
    low, high = np.quantile(points.astype(float), [(1 - share) / 2, (1 + share) / 2], axis=0)
    half = max(float((high - low).max()), 1e-6) * (0.5 + margin)
    centre = (low + high) / 2
    return (centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half)


def cell_centres(extent: Extent, n_cells: int) -> FloatArray:
    """Return the centres of an ``n_cells`` x ``n_cells`` grid, in reading order.

    Parameters
    ----------
    extent : Extent
    n_cells : int
        Cells per side, at least 1.

    Returns
    -------
    float32 array, shape (n_cells * n_cells, 2)
        Row ``j * n_cells + i`` is column i from the left in row j **from the top**, as pixels are.
    """
    x_min, x_max, y_min, y_max = extent
    steps = (np.arange(n_cells) + 0.5) / n_cells
    xs = x_min + steps * (x_max - x_min)
    ys = y_max - steps * (y_max - y_min)
    return np.stack([np.tile(xs, n_cells), np.repeat(ys, n_cells)], axis=1).astype(np.float32)


def cell_indices(points: FloatArray, extent: Extent, n_cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return column and row (from the top) of the grid cell that holds each point, clipped to the grid.

    Parameters
    ----------
    points : float32 array, shape (n, 2)
    extent : Extent
        What the grid covers.
    n_cells : int
        Cells per side.

    Returns
    -------
    (int64 array, int64 array), each of shape (n,)
    """
    x_min, x_max, y_min, y_max = extent
    column = np.floor((points[:, 0] - x_min) / (x_max - x_min) * n_cells)
    row = np.floor((y_max - points[:, 1]) / (y_max - y_min) * n_cells)
    return (
        np.clip(column, 0, n_cells - 1).astype(np.int64),
        np.clip(row, 0, n_cells - 1).astype(np.int64),
    )


def linear_path(start: FloatArray, end: FloatArray, n_steps: int) -> FloatArray:
    """Interpolate linearly between two codes, both endpoints exact.

    Parameters
    ----------
    start, end : float32 array, shape (latent_dim,)
    n_steps : int
        Number of codes, endpoints included; at least 2.

    Returns
    -------
    float32 array, shape (n_steps, latent_dim)

    Raises
    ------
    ValueError
        If the endpoints differ in shape or `n_steps` is below 2.
    """
    shares = _fractions(start, end, n_steps)
    path = start.astype(np.float64) + shares * (end.astype(np.float64) - start)
    return _with_ends(path, start, end)


def spherical_path(start: FloatArray, end: FloatArray, n_steps: int) -> FloatArray:
    """Interpolate spherically (slerp) between two codes, both endpoints exact.

    Directions follow the great circle at constant speed, norms change linearly. Codes of a Gaussian prior
    lie near a sphere, and a straight line would cross its interior, where the density of codes is low. Two
    special cases: for a zero vector, which has no direction, the path is the straight line; for opposite
    directions, whose great circle is not unique, it passes through the axis in which the start is smallest.

    Parameters, returns and errors are those of `linear_path`.

    References
    ----------
    K. Shoemake, "Animating rotation with quaternion curves", 1985. T. White, "Sampling generative
    networks", 2016.
    """
    shares = _fractions(start, end, n_steps)
    first, last = start.astype(np.float64), end.astype(np.float64)
    norms = np.linalg.norm(first), np.linalg.norm(last)
    if min(norms) < MIN_NORM or len(first) == 1:
        return linear_path(start, end, n_steps)
    one, other = first / norms[0], last / norms[1]
    cosine = float(np.clip(one @ other, -1, 1))
    across = other - cosine * one  # the component of the end's direction orthogonal to the start's
    length = float(np.linalg.norm(across))
    if length < MIN_NORM:
        if cosine > 0:
            return linear_path(start, end, n_steps)
        across = np.eye(len(one))[np.abs(one).argmin()]
        across -= (across @ one) * one
        length = float(np.linalg.norm(across))
    angle = np.arctan2(float(np.linalg.norm(other - cosine * one)), cosine)
    directions = np.cos(shares * angle) * one + np.sin(shares * angle) * (across / length)
    path = directions * (norms[0] + shares * (norms[1] - norms[0]))
    return _with_ends(path, start, end)


def _fractions(start: FloatArray, end: FloatArray, n_steps: int) -> DoubleArray:
    """Return the interpolation parameter of each step, shape (n_steps, 1), after checking the arguments."""
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(
            f"the endpoints have shapes {start.shape} and {end.shape}; expected one (latent_dim,)."
        )
    if n_steps < 2:  # noqa: PLR2004 - a path has two ends
        raise ValueError(f"n_steps is {n_steps}; a path has at least 2.")
    return np.linspace(0, 1, n_steps)[:, None]


def _with_ends(path: DoubleArray, start: FloatArray, end: FloatArray) -> FloatArray:
    rounded = path.astype(np.float32)
    rounded[0], rounded[-1] = start, end
    return rounded


def bilinear_grid(corners: FloatArray, n_cells: int) -> FloatArray:
    """Interpolate bilinearly between four codes on a square grid.

    Parameters
    ----------
    corners : float32 array, shape (4, latent_dim)
        Upper left, upper right, lower left, lower right.
    n_cells : int
        Codes per side, at least 2.

    Returns
    -------
    float32 array, shape (n_cells * n_cells, latent_dim)
        In reading order; the corners are exact.

    Raises
    ------
    ValueError
        If there are not four corners, or `n_cells` is below 2.
    """
    if corners.ndim != 2 or len(corners) != 4:  # noqa: PLR2004
        raise ValueError(f"corners have shape {corners.shape}; expected (4, latent_dim).")
    left = linear_path(corners[0], corners[2], n_cells)
    right = linear_path(corners[1], corners[3], n_cells)
    return np.concatenate([linear_path(a, b, n_cells) for a, b in zip(left, right, strict=True)])


def path_length(images: FloatArray) -> float:
    """Return the length of a path of images ``(n, ...)``: the sum of distances between consecutive images.

    Euclidean distances over all pixels, in pixel units; `path_length` of the two endpoints is the chord.
    """
    rows = images.reshape(len(images), -1).astype(np.float64)
    return float(np.linalg.norm(np.diff(rows, axis=0), axis=1).sum())


def class_means(codes: FloatArray, labels: LabelArray, n_classes: int) -> FloatArray:
    """Return the mean code of each class.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
    labels : int64 array, shape (n,)
    n_classes : int
        0 for codes without labels.

    Returns
    -------
    float32 array, shape (n_classes, latent_dim)
        NaN for a class without codes.
    """
    sums = np.zeros((n_classes, codes.shape[1]))
    if n_classes == 0:
        return sums.astype(np.float32)
    for start, part in row_blocks(codes, BLOCK_ROWS):
        found, own = np.unique(labels[start : start + len(part)], return_inverse=True)
        members = np.zeros((len(found), len(own)))
        members[own, np.arange(len(own))] = 1
        sums[found] += members @ part.astype(np.float64)  # ten times faster than np.add.at
    counts = np.bincount(labels, minlength=n_classes)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return (sums / counts).astype(np.float32)
