"""Maps of several models with the same test images, aligned to the first by Procrustes analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, Space
from dashboard.data.code_tables import rows_of
from dashboard.data.images.grids import grid_pixels
from dashboard.data.images.pixels import data_uri, faint_dots
from dashboard.data.images.stand_ins import shown_test_images, stand_in_bundle
from dashboard.data.items.pictures import has_pictures, item_images, pictures_made_by
from dashboard.data.items.spaces import ItemSpace
from dashboard.data.maps import stratified_rows
from dashboard.server.concurrency import limited
from latentcore.atlas import webp_bytes
from latentcore.geometry import square_extent
from latentcore.metrics.similarity import procrustes_align
from latentcore.types import FloatArray, LabelArray

N_LINKED = 2000
ATLAS_COLUMNS = 45
WEBP_QUALITY = 85
EDGE = 1.06
"""Half the width of a map; its samples lie within 1 of its centre."""
CONTEXT_SIDE = 600


@dataclass(frozen=True)
class LinkedData:
    """Several maps of the same samples.

    Attributes
    ----------
    table : DataFrame
        One row per sample: ``row`` from 0, ``index`` in the test split, ``class``, and a pair of columns
        ``x0, y0, x1, y1 ...`` per model in [-1, 1], so that each map fills its frame.
    titles : tuple of str
        Of the models.
    planes : tuple of str
        Plane of each map: "codes", "UMAP of the codes" or "PCA of the codes".
    contexts : tuple of str
        Per map, a picture of all samples as faint dots, reaching `EDGE` to each side of the centre.
    classes : tuple of str
    n_total : int
        Test images, or drawn items, of which the table holds a sample.
    """

    table: pd.DataFrame
    titles: tuple[str, ...]
    planes: tuple[str, ...]
    contexts: tuple[str, ...]
    classes: tuple[str, ...]
    n_total: int


@dataclass(frozen=True)
class SampleAtlas:
    """The samples' images tiled into one picture, `ATLAS_COLUMNS` per row, in the order of the table.

    Attributes
    ----------
    uri : str
    tile_shape : (int, int)
    n_columns, n_rows : int
    made_by : str or None
        Id of the bundle whose decodes they are; None for originals.
    """

    uri: str
    tile_shape: tuple[int, int]
    n_columns: int
    n_rows: int
    made_by: str | None


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=BY_CONTENT)
def linked_data(spaces: Sequence[Space], *, align: bool) -> LinkedData:
    """Return the aligned maps of several spaces of the same items.

    Parameters
    ----------
    spaces : sequence of Space
    align : bool
        Rotate and reflect each map to fit the first one best (orthogonal Procrustes).
    """
    first = spaces[0]
    common = common_rows(spaces)
    chosen = stratified_rows(first.test_groups[common[0]], N_LINKED)
    places = [_drawn_in(space.test.plane[rows[chosen]]) for space, rows in zip(spaces, common, strict=True)]
    if align:
        places = [places[0], *(procrustes_align(place, places[0]) for place in places[1:])]
    rows = common[0][chosen]
    table = pd.DataFrame(
        {
            "row": np.arange(len(rows)),
            "index": first.test.indices[rows],
            "class": np.array(first.groups)[first.test_groups[rows]],
        }
    )
    places = [_filling(place) for place in places]
    for k, place in enumerate(places):
        table[f"x{k}"], table[f"y{k}"] = place.T.round(4)
    return LinkedData(
        table=table,
        titles=tuple(space.title for space in spaces),
        planes=tuple(_plane_title(space) for space in spaces),
        contexts=tuple(data_uri(faint_dots(place, EDGE, CONTEXT_SIDE), "image/webp") for place in places),
        classes=first.groups,
        n_total=len(common[0]),
    )


def item_atlas(space: ItemSpace, rows: tuple[int, ...]) -> SampleAtlas | None:
    """Return the images of items tiled into one picture, or None where they have none."""
    images = item_images(space, np.array(rows, np.int64)) if has_pictures(space) else None
    if images is None:
        return None
    atlas = webp_bytes(grid_pixels(images, ATLAS_COLUMNS), lossless=False, quality=WEBP_QUALITY)
    return SampleAtlas(
        uri=data_uri(atlas, "image/webp"),
        tile_shape=(images.shape[2], images.shape[3]),
        n_columns=ATLAS_COLUMNS,
        n_rows=-(-len(rows) // ATLAS_COLUMNS),
        made_by=pictures_made_by(space),
    )


def sample_atlas(dataset: str, indices: tuple[int, ...]) -> SampleAtlas:
    """Return the images of test samples, or their stand-ins, tiled into one picture."""
    return _sample_atlas(dataset, indices, stand_in_bundle(dataset))


@st.cache_resource(max_entries=6, show_spinner=False)
@limited
def _sample_atlas(
    dataset: str,
    indices: tuple[int, ...],
    made_by: str | None,  # noqa: ARG001 - the key
) -> SampleAtlas:
    shown = shown_test_images(dataset, np.array(indices, np.int64))
    atlas = webp_bytes(grid_pixels(shown.images, ATLAS_COLUMNS), lossless=False, quality=WEBP_QUALITY)
    return SampleAtlas(
        uri=data_uri(atlas, "image/webp"),
        tile_shape=(shown.images.shape[2], shown.images.shape[3]),
        n_columns=ATLAS_COLUMNS,
        n_rows=-(-len(indices) // ATLAS_COLUMNS),
        made_by=shown.made_by,
    )


def common_rows(spaces: Sequence[Space]) -> list[LabelArray]:
    """Return per space the rows of the test images that all spaces have, in the same order."""
    shared = spaces[0].test.indices
    for space in spaces[1:]:
        shared = np.intersect1d(shared, space.test.indices)
    return [rows_of(space, np.sort(shared)) for space in spaces]


def _plane_title(space: Space) -> str:
    if space.latent_dim == 2:
        return "codes"
    plane = space.spec.plane if isinstance(space, ItemSpace) else "umap"
    return f"{plane.upper()} of the codes"


def _drawn_in(points: FloatArray) -> FloatArray:
    """Centre points on their median, with distances beyond the median distance on a logarithmic scale.

    Some spaces have a few outliers so far away that all other codes would shrink to a dot.
    """
    away = points - np.median(points, axis=0)
    norms = np.linalg.norm(away, axis=1, keepdims=True)
    usual = max(float(np.median(norms)), 1e-12)
    far = np.maximum(norms / usual, 1)
    return np.asarray(away * (1 + np.log(far)) / far, np.float32)


def _filling(points: FloatArray) -> FloatArray:
    """Shift and scale points so that the longer side of their bounding box spans -1 to 1."""
    x_min, x_max, y_min, y_max = square_extent(points, margin=0)
    middle, half = np.array([x_min + x_max, y_min + y_max]) / 2, (x_max - x_min) / 2
    return np.asarray((points - middle) / half, np.float32)
