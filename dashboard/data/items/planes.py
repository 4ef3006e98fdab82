"""Planes of spaces of items: positions of any item, and how well a plane keeps neighbours."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT
from dashboard.data.items.spaces import ItemSpace
from dashboard.data.places import blended_position
from dashboard.server.concurrency import limited
from latentcore.metrics.neighbourhoods import continuity, trustworthiness
from latentcore.principal_components import principal_components
from latentcore.spaces.code_files import BLOCK_ROWS
from latentcore.spaces.scores import N_PLANE, SEED, K
from latentcore.types import DoubleArray, FloatArray, LabelArray

DIMENSIONS_NAME = re.compile(r"dims-([1-9]\d{0,4})-([1-9]\d{0,4})")
TITLES = {
    "umap": ("UMAP 1", "UMAP 2"),
    "pca": ("first principal component", "second principal component"),
    "codes": ("z1", "z2"),
}


@dataclass(frozen=True)
class PlaneQuality:
    """How well a plane keeps the neighbours of codes, both in [0, 1], 1 is best.

    Attributes
    ----------
    trustworthiness, continuity : float
    """

    trustworthiness: float
    continuity: float


def item_planes(space: ItemSpace, wanted: str | None = None) -> list[str]:
    """Return the names of the planes, the stored one first; with `wanted`, that pair of dimensions, too."""
    planes = [space.spec.plane]
    if space.latent_dim > 1 and "pca" not in planes:
        planes.append("pca")
    pair = DIMENSIONS_NAME.fullmatch(wanted or "")
    if pair and pair[1] != pair[2] and max(int(pair[1]), int(pair[2])) <= space.latent_dim:
        planes.append(str(wanted))
    return planes


def axis_titles(plane: str) -> tuple[str, str]:
    """Return the titles of the axes of a plane."""
    pair = DIMENSIONS_NAME.fullmatch(plane)
    return (f"z{pair[1]}", f"z{pair[2]}") if pair else TITLES[plane]


def positions(space: ItemSpace, plane: str, rows: LabelArray) -> FloatArray:
    """Return the positions of items on a plane.

    Parameters
    ----------
    space : ItemSpace
    plane : str
        Of `item_planes`.
    rows : int64 array, shape (n,)
        Of any items, drawn or not.

    Returns
    -------
    float32 array, shape (n, 2)
    """
    if plane == space.spec.plane:
        return np.asarray(space.train.plane[rows], np.float32)
    return _projected_codes(space, plane, np.asarray(space.train.codes[rows], np.float32))


def _projected_codes(space: ItemSpace, plane: str, codes: FloatArray) -> FloatArray:
    """Return the positions of codes ``(n, latent_dim)`` on a plane that is a projection."""
    if plane == "codes":
        return codes
    pair = DIMENSIONS_NAME.fullmatch(plane)
    if pair:
        return codes[:, [int(pair[1]) - 1, int(pair[2]) - 1]]
    mean, axes = _principal_axes(space)
    return np.asarray((codes - mean) @ axes.T, np.float32)


def code_position(space: ItemSpace, plane: str, code: FloatArray) -> FloatArray:
    """Return the position of any code ``(latent_dim,)`` on a plane, float32 ``(2,)``.

    On UMAP it is approximate: the mean of the nearest codes' positions, weighted by inverse distance.
    """
    found = (
        blended_position(space, code) if plane == "umap" else _projected_codes(space, plane, code[None])[0]
    )
    return np.asarray(found, np.float32)


def all_positions(space: ItemSpace, plane: str) -> FloatArray:
    """Return the positions of all items on a plane, float32 ``(n_items, 2)``; see `positions`."""
    if plane == space.spec.plane:
        return np.asarray(space.train.plane, np.float32)
    return _projected(space, plane)


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def _projected(space: ItemSpace, plane: str) -> FloatArray:
    """Return the positions of all items, computed from a few codes at a time: all may exceed the memory."""
    starts = range(0, space.n_items, BLOCK_ROWS)
    blocks = [np.arange(start, min(start + BLOCK_ROWS, space.n_items)) for start in starts]
    return np.concatenate([positions(space, plane, rows) for rows in blocks])


@st.cache_resource(max_entries=24, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def plane_quality(space: ItemSpace, plane: str) -> PlaneQuality | None:
    """Return trustworthiness and continuity of a plane, measured like those that are stored with a space.

    None for fewer items than the measures need.
    """
    n = min(N_PLANE, len(space.test))
    if n < 2 * K + 1:
        return None
    if plane == space.spec.plane and "plane_continuity" in space.metrics:
        stored = space.metrics
        return PlaneQuality(stored["plane_trustworthiness"]["value"], stored["plane_continuity"]["value"])
    rows = np.sort(np.random.default_rng(SEED).choice(len(space.test), n, replace=False))
    codes, places = space.test.codes[rows], positions(space, plane, space.test.indices[rows])
    return PlaneQuality(
        float(trustworthiness(codes, places, k=K).mean()), float(continuity(codes, places, k=K).mean())
    )


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_CONTENT)
def _principal_axes(space: ItemSpace) -> tuple[DoubleArray, DoubleArray]:
    """Return mean and first two principal axes of the drawn items' codes."""
    mean, axes, _ = principal_components(space.test.codes, 2)
    return mean, axes
