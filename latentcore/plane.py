"""Planes: two coordinates for codes of any dimension, and a way back to codes.

A plane never fits a UMAP while it is read: UMAP coordinates are computed once, when a bundle is
made, and looked up afterwards.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from latentcore.types import FloatArray

N_BLEND = 8


@dataclass(frozen=True)
class Plane:
    """A map of codes onto two axes.

    Attributes
    ----------
    name : str
        "codes", "umap", "pca" or "dims-i-j".
    axis_titles : (str, str)
        Titles of the horizontal and the vertical axis.
    points : float32 array, shape (n, 2)
        Where the shown codes lie, row by row.
    to_codes : callable
        ``(m, 2) -> (m, latent_dim)``, float32: the code that stands for a place.
    place : callable or None
        ``(m, latent_dim) -> (m, 2)``, float32: where a code lies; None where only the points have places.
    note : str
        One sentence on what an empty place decodes to.
    """

    name: str
    axis_titles: tuple[str, str]
    points: FloatArray
    to_codes: Callable[[FloatArray], FloatArray]
    note: str
    place: Callable[[FloatArray], FloatArray] | None = None


def identity_plane(codes: FloatArray) -> Plane:
    """Return the plane of two-dimensional codes themselves.

    Raises
    ------
    ValueError
        If the codes are not ``(n, 2)``.
    """
    if codes.shape[1] != 2:  # noqa: PLR2004
        raise ValueError(f"codes have {codes.shape[1]} dimensions; this plane shows 2 as they are.")
    return Plane(
        name="codes",
        axis_titles=("z1", "z2"),
        points=codes,
        to_codes=lambda points: points,
        note="Every place is a code of its own: what you see is its exact decode.",
        place=lambda codes: codes,
    )


def dimension_plane(codes: FloatArray, reference: FloatArray, first: int, second: int) -> Plane:
    """Return the plane of two chosen dimensions.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
        Codes to show.
    reference : float32 array, shape (m, latent_dim)
        Codes whose mean fills the other dimensions of an empty place.
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
        note="An empty place sets these two dimensions and keeps the others at their mean; "
        "a real point decodes its own full code.",
    )


def principal_plane(codes: FloatArray, reference: FloatArray) -> Plane:
    """Return the plane of the two principal directions of `reference`, float32 ``(m, latent_dim)``."""
    centre = reference.mean(axis=0)
    _, _, rotation = np.linalg.svd(reference - centre, full_matrices=False)
    axes = rotation[:2] * np.sign(rotation[:2, np.abs(rotation[:2]).argmax(axis=1)].diagonal())[:, None]
    axes = axes.astype(np.float32)
    return Plane(
        name="pca",
        axis_titles=("first principal direction", "second principal direction"),
        points=(codes - centre) @ axes.T,
        to_codes=lambda points: (points @ axes + centre).astype(np.float32),
        note="An empty place decodes the flat slice through the mean code; "
        "a real point decodes its own full code.",
        place=lambda codes: ((codes - centre) @ axes.T).astype(np.float32),
    )


def umap_plane(points: FloatArray, reference_points: FloatArray, reference_codes: FloatArray) -> Plane:
    """Return the plane of stored UMAP coordinates, with a blend of neighbours as the way back.

    Parameters
    ----------
    points : float32 array, shape (n, 2)
        Coordinates of the codes to show.
    reference_points : float32 array, shape (m, 2)
    reference_codes : float32 array, shape (m, latent_dim)
        Codes, and where they lie, that an empty place is blended from: the mean of the 8 nearest,
        weighted by 1 / distance.
    """
    n_neighbours = min(N_BLEND, len(reference_points))

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
        note="An empty place decodes a blend of the 8 nearest training codes; "
        "a real point decodes its own code.",
    )


def fit_umap(codes: FloatArray, others: FloatArray, *, seed: int) -> tuple[FloatArray, FloatArray]:
    """Fit UMAP to codes and place others on the same map. Slow: used when a bundle is made.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
        Codes to fit on.
    others : float32 array, shape (m, latent_dim)
        Codes to place afterwards.
    seed : int
        UMAP with a seed runs on one thread.

    Returns
    -------
    (float32 array (n, 2), float32 array (m, 2))

    References
    ----------
    L. McInnes, J. Healy and J. Melville, "UMAP: Uniform manifold approximation and projection for
    dimension reduction", 2018.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # umap regrets that TensorFlow is absent
        from umap import UMAP  # noqa: PLC0415 - costs 2 to 12 s

    mapper = UMAP(n_neighbors=15, min_dist=0.4, random_state=seed, n_jobs=1)
    fitted = mapper.fit_transform(codes)
    placed = mapper.transform(others)
    return np.asarray(fitted, np.float32), np.asarray(placed, np.float32)
