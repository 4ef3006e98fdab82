"""Planes: maps from codes of any dimension to two coordinates, and back from coordinates to codes.

UMAP is fitted once, when a bundle or a space is made (`latentcore.umap_fitting`); afterwards its stored
coordinates are looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from latentcore.principal_components import principal_components
from latentcore.types import FloatArray

N_BLENDED = 8
MAX_DECOMPOSED = 10_000
"""Of more codes, principal components come from the covariance: a singular value decomposition copies all."""


@dataclass(frozen=True)
class Plane:
    """A map of codes to two coordinates, with an inverse.

    Attributes
    ----------
    name : str
        "codes", "umap", "pca" or "dims-i-j".
    axis_titles : (str, str)
        Titles of the horizontal and the vertical axis.
    points : float32 array, shape (n, 2)
        Coordinates of the shown codes, row by row.
    to_codes : callable
        ``(m, 2) -> (m, latent_dim)``, float32: the code at each pair of coordinates.
    to_points : callable or None
        ``(m, latent_dim) -> (m, 2)``, float32: coordinates of any codes; None if only `points` have
        coordinates.
    note : str
        One sentence on what a position without a point decodes to.
    """

    name: str
    axis_titles: tuple[str, str]
    points: FloatArray
    to_codes: Callable[[FloatArray], FloatArray]
    note: str
    to_points: Callable[[FloatArray], FloatArray] | None = None


def identity_plane(codes: FloatArray) -> Plane:
    """Return the plane whose coordinates are the two-dimensional codes themselves.

    Raises
    ------
    ValueError
        If the codes are not ``(n, 2)``.
    """
    if codes.shape[1] != 2:  # noqa: PLR2004
        raise ValueError(f"codes have {codes.shape[1]} dimensions; this plane needs 2.")
    return Plane(
        name="codes",
        axis_titles=("z1", "z2"),
        points=codes,
        to_codes=lambda points: points,
        note="Every position is a code, and the image shown is its exact decode.",
        to_points=lambda codes: codes,
    )


def dimension_plane(codes: FloatArray, reference: FloatArray, first: int, second: int) -> Plane:
    """Return the plane of two dimensions of the codes.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
        Codes to show.
    reference : float32 array, shape (m, latent_dim)
        Codes whose mean fills the other dimensions of a position without a point.
    first, second : int
        Dimensions, counted from 0.

    Raises
    ------
    ValueError
        If the two are equal or out of range.
    """
    latent_dim = codes.shape[1]
    if first == second or not (0 <= first < latent_dim and 0 <= second < latent_dim):
        raise ValueError(
            f"Dimensions {first} and {second} span no plane; choose two different ones below {latent_dim}."
        )
    centre = reference.mean(axis=0)

    def to_codes(points: FloatArray) -> FloatArray:
        filled = np.tile(centre, (len(points), 1))
        filled[:, [first, second]] = points
        return filled

    return Plane(
        name=f"dims-{first + 1}-{second + 1}",
        axis_titles=(f"z{first + 1}", f"z{second + 1}"),
        points=np.ascontiguousarray(codes[:, [first, second]]),
        to_codes=to_codes,
        note="A position without a point sets these two dimensions and keeps the others at their mean; "
        "a point decodes its own full code.",
    )


def pca_plane(codes: FloatArray, reference: FloatArray) -> Plane:
    """Return the plane of the first two principal components of `reference`, float32 ``(m, latent_dim)``."""
    centre, axes = _principal_axes(reference)
    return Plane(
        name="pca",
        axis_titles=("first principal component", "second principal component"),
        points=np.asarray((codes - centre) @ axes.T, np.float32),
        to_codes=lambda points: (points @ axes + centre).astype(np.float32),
        note="A position without a point decodes a code on the plane of the first two principal components; "
        "a point decodes its own full code.",
        to_points=lambda codes: ((codes - centre) @ axes.T).astype(np.float32),
    )


def _principal_axes(reference: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean ``(latent_dim,)`` and the first two principal components ``(2, latent_dim)``."""
    if len(reference) > MAX_DECOMPOSED:
        mean, components, _ = principal_components(reference, 2)
        return mean.astype(np.float32), components.astype(np.float32)
    centre: FloatArray = reference.mean(axis=0)
    _, _, rotation = np.linalg.svd(reference - centre, full_matrices=False)
    axes = rotation[:2] * np.sign(rotation[:2, np.abs(rotation[:2]).argmax(axis=1)].diagonal())[:, None]
    return centre, axes.astype(np.float32)


def umap_plane(points: FloatArray, reference_points: FloatArray, reference_codes: FloatArray) -> Plane:
    """Return the plane of stored UMAP coordinates; its inverse blends the codes of the nearest points.

    Parameters
    ----------
    points : float32 array, shape (n, 2)
        Coordinates of the codes to show.
    reference_points : float32 array, shape (m, 2)
    reference_codes : float32 array, shape (m, latent_dim)
        Codes and their coordinates. A position without a point maps to the mean of the 8 nearest codes,
        weighted by 1 / distance.
    """
    n_neighbours = min(N_BLENDED, len(reference_points))

    @cache
    def tree() -> Any:  # noqa: ANN401 - scipy has no types
        from scipy.spatial import KDTree  # noqa: PLC0415 - a quarter of a second, and points need none

        return KDTree(reference_points)

    def to_codes(places: FloatArray) -> FloatArray:
        distances, rows = tree().query(places, k=np.arange(1, n_neighbours + 1))
        weights = 1 / np.maximum(distances, 1e-9)
        weights /= weights.sum(axis=1, keepdims=True)
        blended: FloatArray = np.einsum("mk,mkd->md", weights, reference_codes[rows]).astype(np.float32)
        return blended

    return Plane(
        name="umap",
        axis_titles=("UMAP 1", "UMAP 2"),
        points=points,
        to_codes=to_codes,
        note="A position without a point decodes a blend of the 8 nearest training codes; "
        "a point decodes its own code.",
    )
