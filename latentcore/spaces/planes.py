"""The stored plane of a space: UMAP, the first two principal components, or the codes themselves."""

from __future__ import annotations

import numpy as np

from latentcore.metrics.neighbour_lists import NeighbourLists
from latentcore.principal_components import principal_components
from latentcore.spaces.code_files import blocks
from latentcore.types import FloatArray
from latentcore.umap_fitting import fit_umap_on_neighbours

FEWEST_FOR_UMAP = 16
SEED = 0


def chosen_plane(wanted: str, n: int, latent_dim: int) -> str:
    """Return which plane is stored where "umap" or "pca" is wanted: codes of two dimensions are their own."""
    if latent_dim == 2:  # noqa: PLR2004
        return "codes"
    return "pca" if n < FEWEST_FOR_UMAP else wanted


def plane_points(name: str, codes: FloatArray, lists: NeighbourLists | None) -> FloatArray:
    """Return the coordinates of all codes ``(n, latent_dim)`` on a plane, float32 ``(n, 2)``.

    Parameters
    ----------
    name : {"umap", "pca", "codes"}
    codes : float32 or float16 array, shape (n, latent_dim)
    lists : NeighbourLists, optional
        Needed for UMAP.
    """
    if name == "codes":
        return np.array(codes, np.float32)
    flat = _principal_plane(codes)
    if name == "pca" or lists is None:
        return flat
    return fit_umap_on_neighbours(lists.rows, lists.distances, flat, seed=SEED)


def _principal_plane(codes: FloatArray) -> FloatArray:
    """Return the first two principal coordinates; in one dimension, the codes with zeros beside them."""
    n, latent_dim = codes.shape
    k = min(2, latent_dim, n)
    mean, axes, _ = principal_components(codes, k)
    points = np.zeros((n, 2), np.float32)
    for start, part in blocks(codes):
        points[start : start + len(part), :k] = (part - mean) @ axes.T
    return points
