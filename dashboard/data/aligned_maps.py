"""The same test images on the maps of several models, brought to a common position, turn and scale."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from dashboard.data.catalogue import Bundle, bundle_title, open_bundle
from dashboard.data.images.grids import sheet_pixels
from dashboard.data.images.pixels import data_uri, dots_pixels, png_bytes
from dashboard.data.images.stand_ins import maker_of, shown_test_images
from dashboard.data.maps import stratified_rows
from dashboard.server.concurrency import dear
from latentcore.geometry import square_extent
from latentcore.metrics.similarity import procrustes_align
from latentcore.types import FloatArray, LabelArray

N_LINKED = 2000
ATLAS_COLUMNS = 45
WEBP_QUALITY = 85
EDGE = 1.06
"""Half the width of a map, whose samples lie within 1."""
CONTEXT_SIDE = 600


@dataclass(frozen=True)
class LinkedData:
    """Several maps of the same samples.

    Attributes
    ----------
    table : DataFrame
        One row a sample: ``row`` from 0, ``index`` in the test split, ``class``, and a pair of columns
        ``x0, y0, x1, y1 ...`` a model in [-1, 1], where each map fills its frame.
    titles : tuple of str
        Of the models.
    planes : tuple of str
        What each map shows: "codes" or "UMAP of the codes".
    contexts : tuple of str
        All samples of each map as faint dots, one picture each, `EDGE` to each side of the middle.
    classes : tuple of str
    n_total : int
        Test images of which the table holds a sample.
    """

    table: pd.DataFrame
    titles: tuple[str, ...]
    planes: tuple[str, ...]
    contexts: tuple[str, ...]
    classes: tuple[str, ...]
    n_total: int


@dataclass(frozen=True)
class SampleAtlas:
    """The samples' images tiled into one, `ATLAS_COLUMNS` a row, in the order of the table.

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


@st.cache_resource(max_entries=6, show_spinner=False)
def linked_data(bundle_ids: tuple[str, ...], *, align: bool) -> LinkedData:
    """Return the maps of several bundles of one dataset.

    Parameters
    ----------
    bundle_ids : tuple of str
    align : bool
        Turn, and mirror where that helps, each map to lie as near to the first as it can.
    """
    bundles = [open_bundle(name) for name in bundle_ids]
    first = bundles[0]
    common = common_rows(bundles)
    chosen = stratified_rows(first.test.labels[common[0]], N_LINKED)
    places = [_drawn_in(b.test.plane[rows[chosen]]) for b, rows in zip(bundles, common, strict=True)]
    if align:
        places = [places[0], *(procrustes_align(place, places[0]) for place in places[1:])]
    rows = common[0][chosen]
    table = pd.DataFrame(
        {
            "row": np.arange(len(rows)),
            "index": first.test.indices[rows],
            "class": np.array(first.classes)[first.test.labels[rows]],
        }
    )
    places = [_filling(place) for place in places]
    for k, place in enumerate(places):
        table[f"x{k}"], table[f"y{k}"] = place.T.round(4)
    return LinkedData(
        table=table,
        titles=tuple(bundle_title(name) for name in bundle_ids),
        planes=tuple("codes" if b.spec.latent_dim == 2 else "UMAP of the codes" for b in bundles),
        contexts=tuple(data_uri(png_bytes(dots_pixels(place, EDGE, CONTEXT_SIDE))) for place in places),
        classes=first.classes,
        n_total=len(common[0]),
    )


def sample_atlas(dataset: str, indices: tuple[int, ...]) -> SampleAtlas:
    """Return the images of test samples, or what stands in for them, as one."""
    return _sample_atlas(dataset, indices, maker_of(dataset))


@st.cache_resource(max_entries=6, show_spinner=False)
@dear
def _sample_atlas(
    dataset: str,
    indices: tuple[int, ...],
    made_by: str | None,  # noqa: ARG001 - the key
) -> SampleAtlas:
    shown = shown_test_images(dataset, np.array(indices, np.int64))
    pixels, buffer = sheet_pixels(shown.images, ATLAS_COLUMNS), io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=WEBP_QUALITY, method=0)
    return SampleAtlas(
        uri=data_uri(buffer.getvalue(), "image/webp"),
        tile_shape=(shown.images.shape[2], shown.images.shape[3]),
        n_columns=ATLAS_COLUMNS,
        n_rows=-(-len(indices) // ATLAS_COLUMNS),
        made_by=shown.made_by,
    )


def common_rows(bundles: list[Bundle]) -> list[LabelArray]:
    """Return for each bundle the rows of its test table that all of them have, in one common order."""
    shared = bundles[0].test.indices
    for bundle in bundles[1:]:
        shared = np.intersect1d(shared, bundle.test.indices)
    return [rows_of(bundle, np.sort(shared)) for bundle in bundles]


def rows_of(bundle: Bundle, indices: LabelArray) -> LabelArray:
    """Return the rows of test images, all of them present, by their numbers."""
    order = np.argsort(bundle.test.indices)
    return np.asarray(order[np.searchsorted(bundle.test.indices, indices, sorter=order)], np.int64)


def _drawn_in(points: FloatArray) -> FloatArray:
    """Return points around 0, distances from the middle logarithmic beyond their median.

    Some spaces have a few codes so far out that all others would shrink to a dot.
    """
    away = points - np.median(points, axis=0)
    norms = np.linalg.norm(away, axis=1, keepdims=True)
    usual = max(float(np.median(norms)), 1e-12)
    far = np.maximum(norms / usual, 1)
    return np.asarray(away * (1 + np.log(far)) / far, np.float32)


def _filling(points: FloatArray) -> FloatArray:
    """Return points moved and scaled so that the longer side of their bounding box spans -1 to 1."""
    x_min, x_max, y_min, y_max = square_extent(points, margin=0)
    middle, half = np.array([x_min + x_max, y_min + y_max]) / 2, (x_max - x_min) / 2
    return np.asarray((points - middle) / half, np.float32)
