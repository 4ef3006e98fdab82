"""Data of latent maps: planes, decode atlases, points, pointer targets and trust shading."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Bundle, Space
from dashboard.data.images.pixels import data_uri, png_bytes, shade_pixels
from dashboard.data.map_targets import hit_targets, inside
from dashboard.data.places import blended_position, distances_to_train, row_of
from dashboard.server.concurrency import limited
from latentcore.atlas import Atlas, build_atlas
from latentcore.geometry import Extent, cell_centres, square_extent
from latentcore.metrics.sampling import stratified_rows
from latentcore.plane import Plane, dimension_plane, identity_plane, pca_plane, umap_plane
from latentcore.types import FloatArray

__all__ = ["stratified_rows"]

N_CELLS = 48
N_SHADE = 96
FRAMED = 0.99
"""Central share of the codes, per axis, that a map's frame holds: a few outliers would shrink the rest."""
DIMENSIONS_NAME = re.compile(r"dims-(\d+)-(\d+)")


@dataclass(frozen=True)
class MapData:
    """Data of one latent map: points, and the decodes of its positions.

    Attributes
    ----------
    points : DataFrame
        One row per shown image: ``x, y, row, class, error`` and ``z1 ...``; see `coloured_points`.
    cells : DataFrame
        Pointer targets: every cell of the atlas, then every shown point. ``x, y`` is its position, ``i, j``
        its tile in the atlas (-1 outside), ``gx, gy`` the position that a click selects, ``row`` the row
        of its image or -1.
    extent : Extent
    axis_titles : (str, str)
    classes : tuple of str
    n_cells : int
    tile_shape : (int, int)
    strips : tuple of str
        The atlas as one image per column of cells, or per row on a stacked map.
    n_shown, n_outside, n_total : int
        Number of shown images, of those outside the initial frame, and of all images.
    note : str
        What a position without a point decodes to.
    """

    points: pd.DataFrame
    cells: pd.DataFrame
    extent: Extent
    axis_titles: tuple[str, str]
    classes: tuple[str, ...]
    n_cells: int
    tile_shape: tuple[int, int]
    strips: tuple[str, ...]
    n_shown: int
    n_outside: int
    n_total: int
    note: str


def plane_names(latent_dim: int) -> list[str]:
    """Return the names of the planes for codes of a dimension, the default first."""
    if latent_dim == 1:
        return ["umap"]
    pairs = [f"dims-{i}-{j}" for i in range(1, latent_dim + 1) for j in range(1, latent_dim + 1) if i != j]
    return ["codes", "pca"] if latent_dim == 2 else ["umap", "pca", *pairs]


@st.cache_resource(max_entries=12, show_spinner=False, hash_funcs=BY_CONTENT)
def plane_of(space: Space, plane_name: str) -> Plane:
    """Return a plane by name, with the test codes projected onto it."""
    if plane_name == "codes":
        return identity_plane(space.test.codes)
    if plane_name == "pca":
        return pca_plane(space.test.codes, space.train.codes)
    chosen = DIMENSIONS_NAME.fullmatch(plane_name)
    if chosen:
        first, second = int(chosen[1]) - 1, int(chosen[2]) - 1
        return dimension_plane(space.test.codes, space.train.codes, first, second)
    return umap_plane(space.test.plane, space.train.plane, space.train.codes)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def atlas_of(bundle: Bundle, plane_name: str, *, stacked: bool = False) -> Atlas:
    """Return the atlas of a plane: decodes on a grid, in strips of columns, or of rows for a stacked map."""
    plane = plane_of(bundle, plane_name)
    extent = square_extent(plane.points, share=FRAMED)
    decode = bundle.model.decode
    return build_atlas(decode, plane.to_codes, extent, n_cells=N_CELLS, by_rows=stacked)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_CONTENT)
def map_data(bundle: Bundle, plane_name: str, n_shown: int, snap: float, *, stacked: bool = False) -> MapData:
    """Return the data of one latent map.

    Parameters
    ----------
    bundle : Bundle
    plane_name : str
    n_shown : int
        At most this many test images: a class-stratified random sample.
    snap : float
        A cell whose centre lies within this distance of a shown point (as a share of the map's width)
        selects that point.
    stacked : bool
        Whether the decode under the pointer is shown below the map instead of beside it.
    """
    plane, atlas = plane_of(bundle, plane_name), atlas_of(bundle, plane_name, stacked=stacked)
    rows = stratified_rows(bundle.test_groups, n_shown)
    names = np.array(bundle.groups)[bundle.test_groups[rows]]
    codes = bundle.test.codes[rows]
    points = pd.DataFrame(
        {
            "x": plane.points[rows, 0],
            "y": plane.points[rows, 1],
            "row": rows,
            "class": names,
            "error": bundle.test.errors[rows],
            **{f"z{k + 1}": codes[:, k] for k in range(codes.shape[1])},
        }
    )
    return MapData(
        points=points,
        cells=hit_targets(points, atlas.extent, N_CELLS, snap),
        extent=atlas.extent,
        axis_titles=plane.axis_titles,
        classes=bundle.groups,
        n_cells=N_CELLS,
        tile_shape=atlas.tile_shape,
        strips=tuple(data_uri(strip, "image/webp") for strip in atlas.strips),
        n_shown=len(rows),
        n_outside=int((~inside(plane.points[rows], atlas.extent)).sum()),
        n_total=len(bundle.test),
        note=plane.note,
    )


def coloured_points(space: Space, data: MapData, colour: str) -> pd.DataFrame:
    """Return a map's points with the column that they are coloured by."""
    if colour != "density":
        return data.points
    density = space.derived.test_density
    return data.points.assign(density=density[data.points["row"].to_numpy()])


@st.cache_resource(max_entries=12, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def trust_shading(space: Space, plane_name: str) -> str:
    """Return the trust shading of a map as a data URI: grey where decodes are extrapolated.

    Opacity rises with the distance of a position's code from its nearest train code: none up to the median
    of that distance over the test codes, full at twice its 95th percentile.
    """
    plane, derived = plane_of(space, plane_name), space.derived
    codes = plane.to_codes(cell_centres(square_extent(plane.points, share=FRAMED), N_SHADE))
    low, high = derived.median_code_distance, 2 * float(np.quantile(derived.code_distances, 0.95))
    strength: FloatArray = (distances_to_train(space, codes) - low) / max(high - low, 1e-9)
    return data_uri(png_bytes(shade_pixels(strength.reshape(N_SHADE, N_SHADE))))


def extent_of(points: FloatArray) -> Extent:
    """Return a square extent around points, float32 ``(n, 2)``."""
    return square_extent(points)


def widened(extent: Extent, points: FloatArray) -> Extent:
    """Return an extent enlarged to hold points, float32 ``(n, 2)``; unchanged if it holds them already."""
    if inside(points, extent).all():
        return extent
    corners = np.array([extent[::2], extent[1::2]], np.float32)
    return square_extent(np.concatenate([corners, points]))


def clusters_note(space: Space) -> str:
    """Return a sentence on what colours mean where items have no labels; empty for classes."""
    if space.has_labels:
        return ""
    return (
        f" The images have no labels: colours show the {len(space.groups)} clusters that k-means found "
        f"among the train codes of {space.title}, as many as give the highest silhouette."
    )


def index_of_row(space: Space, row: int) -> int:
    """Return the number of the test image in a row of the bundle's tables."""
    return int(space.test.indices[row])


def position_on_plane(space: Space, plane_name: str, index: int | None, code: FloatArray) -> FloatArray:
    """Return the position of a test image on a plane, ``(2,)``; of any other code, an approximate one."""
    if plane_name == "codes":
        return code
    if index is not None:
        shown: FloatArray = plane_of(space, plane_name).points[row_of(space, index)]
        return shown
    return blended_position(space, code)


def default_plane(space: Space) -> str:
    """Return the name of the plane that a bundle's codes are shown on by default."""
    return plane_names(space.latent_dim)[0]
