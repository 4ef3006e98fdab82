"""Everything that a latent map shows, ready for a chart."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import open_bundle
from dashboard.data.images.pixels import data_uri, png_bytes, shade_pixels
from dashboard.data.map_targets import hit_targets, inside
from dashboard.data.places import blended_place, distances_to_real, row_of
from dashboard.server.concurrency import dear
from latentcore.atlas import Atlas, build_atlas
from latentcore.geometry import Extent, cell_centres, square_extent
from latentcore.metrics.sampling import stratified_rows
from latentcore.plane import Plane, dimension_plane, identity_plane, pca_plane, umap_plane
from latentcore.types import FloatArray

__all__ = ["stratified_rows"]

N_CELLS = 48
N_SHADE = 96
FRAMED = 0.99
"""The middle part of the codes, on each axis, that a map frames: a few far out would make the rest small."""
DIMENSIONS_NAME = re.compile(r"dims-(\d+)-(\d+)")


@dataclass(frozen=True)
class MapData:
    """One map: where points lie, what its places decode to.

    Attributes
    ----------
    points : DataFrame
        One row a drawn image: ``x, y, row, class, error`` and ``z1 ...``; see `coloured_points`.
    cells : DataFrame
        What a pointer can hit: every cell of the atlas, and every drawn point. ``x, y`` say where, ``i, j``
        which tile of the atlas, or -1 outside it, ``gx, gy`` the place that a click means, ``row`` its
        image or -1.
    extent : Extent
    axis_titles : (str, str)
    classes : tuple of str
    n_cells : int
    tile_shape : (int, int)
    strips : tuple of str
        The tiles, an image a column of cells; or a row, on a map that stacks its preview below.
    n_shown, n_outside, n_total : int
        Drawn images, those of them outside the frame until one zooms out, and all images.
    note : str
        What an empty place decodes to.
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
    """Return the planes that codes of a dimension can be shown on, the default first."""
    if latent_dim == 1:
        return ["umap"]
    pairs = [f"dims-{i}-{j}" for i in range(1, latent_dim + 1) for j in range(1, latent_dim + 1) if i != j]
    return ["codes", "pca"] if latent_dim == 2 else ["umap", "pca", *pairs]


@st.cache_resource(max_entries=12, show_spinner=False)
def plane_of(bundle_id: str, plane_name: str) -> Plane:
    """Return a plane with the test codes on it."""
    bundle = open_bundle(bundle_id)
    if plane_name == "codes":
        return identity_plane(bundle.test.codes)
    if plane_name == "pca":
        return pca_plane(bundle.test.codes, bundle.train.codes)
    chosen = DIMENSIONS_NAME.fullmatch(plane_name)
    if chosen:
        first, second = int(chosen[1]) - 1, int(chosen[2]) - 1
        return dimension_plane(bundle.test.codes, bundle.train.codes, first, second)
    return umap_plane(bundle.test.plane, bundle.train.plane, bundle.train.codes)


@st.cache_resource(max_entries=8, show_spinner=False)
@dear
def atlas_of(bundle_id: str, plane_name: str, *, stacked: bool = False) -> Atlas:
    """Return the tiled decodes of a plane, in strips of columns, or of rows for a stacked map."""
    plane = plane_of(bundle_id, plane_name)
    extent = square_extent(plane.points, share=FRAMED)
    decode = open_bundle(bundle_id).model.decode
    return build_atlas(decode, plane.to_codes, extent, n_cells=N_CELLS, by_rows=stacked)


@st.cache_resource(max_entries=8, show_spinner=False)
def map_data(bundle_id: str, plane_name: str, n_shown: int, snap: float, *, stacked: bool = False) -> MapData:
    """Return everything that one map shows.

    Parameters
    ----------
    bundle_id, plane_name : str
    n_shown : int
        At most this many test images, a random sample stratified by class.
    snap : float
        A cell whose centre lies this near to a drawn point (as a share of the map's width) stands for it.
    stacked : bool
        Whether the decode under the pointer stands below the map.
    """
    bundle, plane, atlas = (
        open_bundle(bundle_id),
        plane_of(bundle_id, plane_name),
        atlas_of(bundle_id, plane_name, stacked=stacked),
    )
    rows = stratified_rows(bundle.test.labels, n_shown)
    names = np.array(bundle.classes)[bundle.test.labels[rows]]
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
        classes=bundle.classes,
        n_cells=N_CELLS,
        tile_shape=atlas.tile_shape,
        strips=tuple(data_uri(strip, "image/webp") for strip in atlas.strips),
        n_shown=len(rows),
        n_outside=int((~inside(plane.points[rows], atlas.extent)).sum()),
        n_total=len(bundle.test),
        note=plane.note,
    )


def coloured_points(bundle_id: str, data: MapData, colour: str) -> pd.DataFrame:
    """Return a map's points with the column that colours them."""
    if colour != "density":
        return data.points
    density = open_bundle(bundle_id).derived.test_density
    return data.points.assign(density=density[data.points["row"].to_numpy()])


@st.cache_resource(max_entries=12, show_spinner=False)
@dear
def trust_shade(bundle_id: str, plane_name: str) -> str:
    """Return a veil over the map as a data URI: denser the farther a place's code is from any real one.

    Clear up to the median distance of test codes to their nearest train code, full at twice
    the 95th percentile.
    """
    plane, derived = plane_of(bundle_id, plane_name), open_bundle(bundle_id).derived
    codes = plane.to_codes(cell_centres(square_extent(plane.points, share=FRAMED), N_SHADE))
    low, high = derived.median_code_distance, 2 * float(np.quantile(derived.code_distances, 0.95))
    strength: FloatArray = (distances_to_real(bundle_id, codes) - low) / max(high - low, 1e-9)
    return data_uri(png_bytes(shade_pixels(strength.reshape(N_SHADE, N_SHADE))))


def extent_of(points: FloatArray) -> Extent:
    """Return a square extent around points, float32 ``(n, 2)``."""
    return square_extent(points)


def widened(extent: Extent, points: FloatArray) -> Extent:
    """Return an extent that also holds some points, float32 ``(n, 2)``; the same if it does already."""
    if inside(points, extent).all():
        return extent
    corners = np.array([extent[::2], extent[1::2]], np.float32)
    return square_extent(np.concatenate([corners, points]))


def index_of_row(bundle_id: str, row: int) -> int:
    """Return the number of the test image in a row of the bundle's tables."""
    return int(open_bundle(bundle_id).test.indices[row])


def end_place(bundle_id: str, plane_name: str, index: int | None, code: FloatArray) -> FloatArray:
    """Return where a test image, or about where any other code, lies on a plane, ``(2,)``."""
    if plane_name == "codes":
        return code
    if index is not None:
        shown: FloatArray = plane_of(bundle_id, plane_name).points[row_of(bundle_id, index)]
        return shown
    return blended_place(bundle_id, code)


def default_plane(bundle_id: str) -> str:
    """Return the plane that a bundle's codes are shown on at first."""
    return plane_names(open_bundle(bundle_id).spec.latent_dim)[0]
