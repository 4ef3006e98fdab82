"""Grids over a plane, paths and grids between codes, and how a decoder stretches them; pure numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from latentcore.types import DoubleArray, FloatArray, LabelArray

Extent: TypeAlias = tuple[float, float, float, float]
"""``(x_min, x_max, y_min, y_max)``."""

TINY_NORM = 1e-8


def square_extent(points: FloatArray, *, margin: float = 0.06, share: float = 1.0) -> Extent:
    """Return an extent of equal width and height around points.

    Parameters
    ----------
    points : float32 array, shape (n, 2)
    margin : float
        Space left on each side, as a share of the larger spread.
    share : float
        The middle part of the points that counts, in (0, 1], on each axis by itself: below 1, a few
        points far from all others do not make the rest small.

    Returns
    -------
    Extent
        Centred on the middle of the points' bounding box, so that one unit is as long in x as in y.
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
        Cells a side, at least 1.

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


def cell_of(points: FloatArray, extent: Extent, n_cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return column and row (from the top) of the cell that holds each point, clipped to the grid.

    Parameters
    ----------
    points : float32 array, shape (n, 2)

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
    """Return `n_steps` codes on the straight line between two, both ends exact.

    Parameters
    ----------
    start, end : float32 array, shape (latent_dim,)
    n_steps : int
        At least 2.

    Returns
    -------
    float32 array, shape (n_steps, latent_dim)

    Raises
    ------
    ValueError
        If the ends differ in shape or there are fewer than 2 steps.
    """
    shares = _shares(start, end, n_steps)
    path = start.astype(np.float64) + shares * (end.astype(np.float64) - start)
    return _with_ends(path, start, end)


def spherical_path(start: FloatArray, end: FloatArray, n_steps: int) -> FloatArray:
    """Return `n_steps` codes on an arc around the origin, both ends exact.

    Directions follow the great circle at constant speed, norms change linearly. Codes of a Gaussian
    prior lie near a sphere, whose inside a straight line crosses where hardly any code lies. Where
    the arc is not defined there is a fallback: a zero vector has no direction, so the path is the
    straight line; opposite directions have many great circles, so the one through the axis that the
    start has least of is taken.

    Parameters, returns and errors are those of `linear_path`.

    References
    ----------
    K. Shoemake, "Animating rotation with quaternion curves", 1985. T. White, "Sampling generative
    networks", 2016.
    """
    shares = _shares(start, end, n_steps)
    first, last = start.astype(np.float64), end.astype(np.float64)
    norms = np.linalg.norm(first), np.linalg.norm(last)
    if min(norms) < TINY_NORM or len(first) == 1:
        return linear_path(start, end, n_steps)
    one, other = first / norms[0], last / norms[1]
    cosine = float(np.clip(one @ other, -1, 1))
    across = other - cosine * one  # the part of the end's direction that is at right angles to the start's
    length = float(np.linalg.norm(across))
    if length < TINY_NORM:
        if cosine > 0:
            return linear_path(start, end, n_steps)
        across = np.eye(len(one))[np.abs(one).argmin()]
        across -= (across @ one) * one
        length = float(np.linalg.norm(across))
    angle = np.arctan2(float(np.linalg.norm(other - cosine * one)), cosine)
    directions = np.cos(shares * angle) * one + np.sin(shares * angle) * (across / length)
    path = directions * (norms[0] + shares * (norms[1] - norms[0]))
    return _with_ends(path, start, end)


def _shares(start: FloatArray, end: FloatArray, n_steps: int) -> DoubleArray:
    """Return how far along each step is, shape (n_steps, 1), after a check of the arguments."""
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(f"the ends have shapes {start.shape} and {end.shape}; expected one (latent_dim,).")
    if n_steps < 2:  # noqa: PLR2004 - a path has two ends
        raise ValueError(f"n_steps is {n_steps}; a path has at least 2.")
    return np.linspace(0, 1, n_steps)[:, None]


def _with_ends(path: DoubleArray, start: FloatArray, end: FloatArray) -> FloatArray:
    rounded = path.astype(np.float32)
    rounded[0], rounded[-1] = start, end
    return rounded


def bilinear_grid(corners: FloatArray, n_cells: int) -> FloatArray:
    """Return codes on a square grid between four corners.

    Parameters
    ----------
    corners : float32 array, shape (4, latent_dim)
        Upper left, upper right, lower left, lower right.
    n_cells : int
        Codes a side, at least 2.

    Returns
    -------
    float32 array, shape (n_cells * n_cells, latent_dim)
        In reading order; the corners are exact.

    Raises
    ------
    ValueError
        If there are not four corners, or fewer than 2 cells a side.
    """
    if corners.ndim != 2 or len(corners) != 4:  # noqa: PLR2004
        raise ValueError(f"corners have shape {corners.shape}; expected (4, latent_dim).")
    left = linear_path(corners[0], corners[2], n_cells)
    right = linear_path(corners[1], corners[3], n_cells)
    return np.concatenate([linear_path(a, b, n_cells) for a, b in zip(left, right, strict=True)])


def path_length(images: FloatArray) -> float:
    """Return the length of a path of images ``(n, ...)``: the sum of the distances between neighbours.

    Euclidean distances over all pixels, in pixel units; the chord is `path_length` of the two ends.
    """
    rows = images.reshape(len(images), -1).astype(np.float64)
    return float(np.linalg.norm(np.diff(rows, axis=0), axis=1).sum())


def class_means(codes: FloatArray, labels: LabelArray, n_classes: int) -> FloatArray:
    """Return the mean code of each class, float32 ``(n_classes, latent_dim)``; NaN for an empty class."""
    sums = np.zeros((n_classes, codes.shape[1]))
    np.add.at(sums, labels, codes)
    counts = np.bincount(labels, minlength=n_classes)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return (sums / counts).astype(np.float32)


def decoder_stretch(
    decode: Callable[[FloatArray], FloatArray],
    codes: FloatArray,
    *,
    step: float = 1e-2,
    batch_size: int = 512,
) -> FloatArray:
    """Return by how much a decoder stretches the volume of the latent space around each code.

    It is ``sqrt(det J'J)`` for the Jacobian J of all pixels with respect to the code, taken by central
    differences: the area, or volume, that a small square of codes covers among the images.

    Parameters
    ----------
    decode : callable
        Codes ``(n, latent_dim)`` to images ``(n, ...)``.
    codes : float32 array, shape (n, latent_dim)
    step : float
        Distance to each side, in units of the codes, above 0; small against the distances over which the
        decoder bends, large against the rounding of its float32 images.
    batch_size : int
        Codes at a time; ``2 * latent_dim`` images are decoded for each.

    Returns
    -------
    float32 array, shape (n,)
        At least 0, in pixel units per code unit to the power of `latent_dim`.

    Raises
    ------
    ValueError
        If the codes are not finite or not ``(n, latent_dim)``, or a step or batch size is not above 0.

    References
    ----------
    G. Arvanitidis, L. K. Hansen and S. Hauberg, "Latent space oddity: on the curvature of deep generative
    models", 2018, the magnification factor of equation 8.
    """
    if codes.ndim != 2 or not np.isfinite(codes).all():  # noqa: PLR2004
        raise ValueError(f"codes have shape {codes.shape}; expected finite numbers of shape (n, latent_dim).")
    if step <= 0 or batch_size < 1:
        raise ValueError(f"step is {step} and batch_size {batch_size}; both must be above 0.")
    parts = [
        _stretch(decode, codes[first : first + batch_size], step)
        for first in range(0, len(codes), batch_size)
    ]
    return np.concatenate([np.zeros(0, np.float32), *parts])


def _stretch(decode: Callable[[FloatArray], FloatArray], codes: FloatArray, step: float) -> FloatArray:
    n, latent_dim = codes.shape
    shifts = np.float32(step) * np.eye(latent_dim, dtype=np.float32)
    upper, lower = codes[:, None] + shifts, codes[:, None] - shifts
    ends = np.concatenate([upper, lower]).reshape(-1, latent_dim).astype(np.float32, copy=False)
    images = decode(ends).reshape(2, n, latent_dim, -1).astype(np.float64)
    lengths = np.einsum("nii->ni", upper.astype(np.float64) - lower)  # as rounded, not as asked for
    jacobian = (images[0] - images[1]) / lengths[:, :, None]
    determinant = np.linalg.det(jacobian @ jacobian.transpose(0, 2, 1))
    return np.asarray(np.sqrt(np.maximum(determinant, 0)), np.float32)
