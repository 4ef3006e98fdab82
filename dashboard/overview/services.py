"""The front door's maps: the same images on several, and what each model draws at every place."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from dashboard.data.aligned_maps import common_rows
from dashboard.data.catalogue import Bundle, family_title, open_bundle
from dashboard.data.images.pixels import data_uri
from dashboard.data.map_targets import inside
from dashboard.data.maps import FRAMED, stratified_rows
from dashboard.server.concurrency import dear
from latentcore.atlas import tile_images
from latentcore.geometry import Extent, cell_centres, cell_indices, square_extent
from latentcore.types import FloatArray, LabelArray

N_SHOWN = 1000
N_CELLS = 30
"""Cells a side of the grid of decodes: a cell is 9 pixels wide on a map of 270."""
LOSSLESS_PIXELS = 500_000
WEBP_QUALITY = 80
SNAP = 0.02
"""A click means the nearest image if that lies this near, as a share of the map's width: 6 pixels of 290."""


@dataclass(frozen=True)
class FrontSheet:
    """What one model draws: the cells of its map, then some test images; needs no other model.

    Attributes
    ----------
    extent : Extent
    image : bytes
        Tiles as WebP, `n_columns` a row: `N_CELLS` x `N_CELLS` cells in reading order, then the images.
    n_columns, n_rows : int
    tile_shape : (int, int)
        Height and width of a tile in pixels.
    """

    extent: Extent
    image: bytes
    n_columns: int
    n_rows: int
    tile_shape: tuple[int, int]


@dataclass(frozen=True)
class FrontMaps:
    """Maps of the same images, side by side.

    Attributes
    ----------
    titles : tuple of str
        Of the models.
    classes : tuple of str
    images : DataFrame
        One row a shown image: its number ``index`` in the test split, ``class``, ``tile`` in each sheet and
        places ``x0, y0, x1, y1 ...`` as shares of a map's width and height, from the lower left corner.
    targets : DataFrame
        What a pointer can hit: on each ``map`` the cells of the grid, then the images. ``x, y`` as above;
        ``cell`` in reading order; ``near``, the row of the nearest shown image; ``is_image``.
    sheets : tuple of str
        One a model, the image of its `FrontSheet` as a data URI.
    extents : tuple of Extent
    n_columns, n_rows, n_cells : int
    tile_shape : (int, int)
    n_total : int
        Test images of which some are shown.
    """

    titles: tuple[str, ...]
    classes: tuple[str, ...]
    images: pd.DataFrame
    targets: pd.DataFrame
    sheets: tuple[str, ...]
    extents: tuple[Extent, ...]
    n_columns: int
    n_rows: int
    n_cells: int
    tile_shape: tuple[int, int]
    n_total: int


@dear
def front_sheet(bundle: Bundle, rows: LabelArray) -> FrontSheet:
    """Return what a model of 2-D codes draws at each cell of its map, and of the test images in some rows."""
    extent = square_extent(bundle.test.plane, share=FRAMED)
    tiles = bundle.model.decode(np.concatenate([cell_centres(extent, N_CELLS), bundle.test.codes[rows]]))
    n_columns = int(np.ceil(np.sqrt(len(tiles))))
    pixels = tile_images(tiles, n_columns)
    buffer = io.BytesIO()
    lossless = pixels.shape[0] * pixels.shape[1] <= LOSSLESS_PIXELS
    Image.fromarray(pixels).save(buffer, "WEBP", lossless=lossless, quality=WEBP_QUALITY, method=0)
    return FrontSheet(
        extent=extent,
        image=buffer.getvalue(),
        n_columns=n_columns,
        n_rows=-(-len(tiles) // n_columns),
        tile_shape=(tiles.shape[2], tiles.shape[3]),
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def front_maps(bundle_ids: tuple[str, ...]) -> FrontMaps:
    """Return the maps of one to four bundles of one dataset, all of 2-D codes.

    Shown are, of a random sample in which every class keeps its share, the images in the frame of every map.
    """
    bundles = [open_bundle(name) for name in bundle_ids]
    common = common_rows(bundles)
    first = bundles[0]
    chosen = stratified_rows(first.test.labels[common[0]], N_SHOWN)
    rows = [own[chosen] for own in common]
    sheets = [front_sheet(bundle, own) for bundle, own in zip(bundles, rows, strict=True)]
    points = [bundle.test.plane[own] for bundle, own in zip(bundles, rows, strict=True)]
    framed = [inside(places, sheet.extent) for places, sheet in zip(points, sheets, strict=True)]
    kept = np.flatnonzero(np.all(framed, axis=0))
    shares = [_shares(places[kept], sheet.extent) for places, sheet in zip(points, sheets, strict=True)]
    images = pd.DataFrame(
        {
            "index": first.test.indices[rows[0][kept]],
            "class": np.array(first.classes)[first.test.labels[rows[0][kept]]],
            "tile": N_CELLS**2 + kept,
            **{f"{axis}{k}": places[:, a] for k, places in enumerate(shares) for a, axis in enumerate("xy")},
        }
    )
    return FrontMaps(
        titles=tuple(family_title(bundle.spec.family) for bundle in bundles),
        classes=first.classes,
        images=images,
        targets=pd.concat([_targets(k, places) for k, places in enumerate(shares)], ignore_index=True),
        sheets=tuple(data_uri(sheet.image, "image/webp") for sheet in sheets),
        extents=tuple(sheet.extent for sheet in sheets),
        n_columns=sheets[0].n_columns,
        n_rows=sheets[0].n_rows,
        n_cells=N_CELLS,
        tile_shape=sheets[0].tile_shape,
        n_total=len(common[0]),
    )


def clicked_place(maps: FrontMaps, target: int) -> int | tuple[float, float]:
    """Return what a click on a row of the targets means: the number of a test image, or a place."""
    hit = maps.targets.iloc[target]
    number, image = int(hit["map"]), maps.images.iloc[int(hit["near"])]
    if np.hypot(hit["x"] - image[f"x{number}"], hit["y"] - image[f"y{number}"]) <= SNAP:
        return int(image["index"])
    x_min, x_max, y_min, y_max = maps.extents[number]
    return x_min + float(hit["x"]) * (x_max - x_min), y_min + float(hit["y"]) * (y_max - y_min)


def _targets(number: int, shares: FloatArray) -> pd.DataFrame:
    """Return the targets of one map from the places of the images, ``(n, 2)``."""
    unit = (0.0, 1.0, 0.0, 1.0)
    centres = cell_centres(unit, N_CELLS)
    away = np.square(centres[:, None] - shares[None]).sum(axis=2)
    column, row = cell_indices(shares, unit, N_CELLS)
    places = np.concatenate([centres, shares])
    return pd.DataFrame(
        {
            "map": np.int8(number),
            "x": places[:, 0],
            "y": places[:, 1],
            "cell": np.concatenate([np.arange(N_CELLS**2), row * N_CELLS + column]).astype(np.int16),
            "is_image": np.repeat([False, True], [len(centres), len(shares)]),
            "near": np.concatenate([away.argmin(axis=1), np.arange(len(shares))]).astype(np.int16),
        }
    )


def _shares(places: FloatArray, extent: Extent) -> FloatArray:
    """Return places ``(n, 2)`` as shares of an extent's width and height."""
    x_min, x_max, y_min, y_max = extent
    low, width = np.array([x_min, y_min]), np.array([x_max - x_min, y_max - y_min])
    return np.asarray((places - low) / width, np.float32)
