"""Data of the front door's maps: the same test images on each, and every model's decodes of a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.aligned_maps import common_rows
from dashboard.data.catalogue import BY_CONTENT, Bundle, family_title
from dashboard.data.images.pixels import data_uri
from dashboard.data.map_targets import inside
from dashboard.data.maps import FRAMED, stratified_rows
from dashboard.server.concurrency import limited
from latentcore.atlas import tile_images, webp_bytes
from latentcore.geometry import Extent, cell_centres, cell_indices, square_extent
from latentcore.types import FloatArray, LabelArray

N_SHOWN = 1000
N_CELLS = 30
"""Cells per side of the grid of decodes: a cell is 9 pixels wide on a map of 270."""
LOSSLESS_PIXELS = 500_000
SNAP = 0.02
"""A click selects the nearest image within this distance, as a share of the map's width: 6 pixels of 290."""


@dataclass(frozen=True)
class FrontAtlas:
    """Atlas of one model: decodes of the cells of its map, then of some test images.

    It depends on no other model.

    Attributes
    ----------
    extent : Extent
    image : bytes
        Tiles as WebP, `n_columns` per row: `N_CELLS` x `N_CELLS` cells in reading order, then the images.
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
    """Latent maps of the same test images, one per model.

    Attributes
    ----------
    titles : tuple of str
        Titles of the models.
    classes : tuple of str
    images : DataFrame
        One row per shown image: ``index`` in the test split, ``class``, ``tile`` in each atlas, and positions
        ``x0, y0, x1, y1 ...`` as shares of a map's width and height, from the lower left corner.
    targets : DataFrame
        What the pointer can hit: for each ``map`` the cells of the grid, then the images. ``x, y`` as above;
        ``cell`` in reading order; ``near``, the row of the nearest shown image; ``is_image``.
    atlases : tuple of str
        One per model, the image of its `FrontAtlas` as a data URI.
    extents : tuple of Extent
    n_columns, n_rows, n_cells : int
    tile_shape : (int, int)
    n_total : int
        Test images that all models have codes of; some of them are shown.
    """

    titles: tuple[str, ...]
    classes: tuple[str, ...]
    images: pd.DataFrame
    targets: pd.DataFrame
    atlases: tuple[str, ...]
    extents: tuple[Extent, ...]
    n_columns: int
    n_rows: int
    n_cells: int
    tile_shape: tuple[int, int]
    n_total: int


@limited
def front_atlas(bundle: Bundle, rows: LabelArray) -> FrontAtlas:
    """Return a model's decodes of every cell of its map, and of some test images.

    Parameters
    ----------
    bundle : Bundle
        With 2-D codes.
    rows : int64 array, shape (n,)
        Rows of the test table.
    """
    extent = square_extent(bundle.test.plane, share=FRAMED)
    tiles = bundle.model.decode(np.concatenate([cell_centres(extent, N_CELLS), bundle.test.codes[rows]]))
    n_columns = int(np.ceil(np.sqrt(len(tiles))))
    pixels = tile_images(tiles, n_columns)
    lossless = pixels.shape[0] * pixels.shape[1] <= LOSSLESS_PIXELS
    return FrontAtlas(
        extent=extent,
        image=webp_bytes(pixels, lossless=lossless),
        n_columns=n_columns,
        n_rows=-(-len(tiles) // n_columns),
        tile_shape=(tiles.shape[2], tiles.shape[3]),
    )


@st.cache_resource(max_entries=5, show_spinner=False, hash_funcs=BY_CONTENT)
def front_maps_data(bundles: list[Bundle]) -> FrontMaps:
    """Return the maps of one to four bundles of one dataset, all with 2-D codes.

    A class-stratified random sample of the test images is shown, without those outside the frame of any map.
    """
    common = common_rows(bundles)
    first = bundles[0]
    chosen = stratified_rows(first.test_groups[common[0]], N_SHOWN)
    rows = [own[chosen] for own in common]
    atlases = [front_atlas(bundle, own) for bundle, own in zip(bundles, rows, strict=True)]
    points = [bundle.test.plane[own] for bundle, own in zip(bundles, rows, strict=True)]
    framed = [inside(positions, atlas.extent) for positions, atlas in zip(points, atlases, strict=True)]
    shown = np.flatnonzero(np.all(framed, axis=0))
    shares = [
        _shares(positions[shown], atlas.extent) for positions, atlas in zip(points, atlases, strict=True)
    ]
    images = pd.DataFrame(
        {
            "index": first.test.indices[rows[0][shown]],
            "class": np.array(first.groups)[first.test_groups[rows[0][shown]]],
            "tile": N_CELLS**2 + shown,
            **{f"{axis}{k}": share[:, a] for k, share in enumerate(shares) for a, axis in enumerate("xy")},
        }
    )
    return FrontMaps(
        titles=tuple(family_title(bundle.spec.family) for bundle in bundles),
        classes=first.groups,
        images=images,
        targets=pd.concat([_targets(k, share) for k, share in enumerate(shares)], ignore_index=True),
        atlases=tuple(data_uri(atlas.image, "image/webp") for atlas in atlases),
        extents=tuple(atlas.extent for atlas in atlases),
        n_columns=atlases[0].n_columns,
        n_rows=atlases[0].n_rows,
        n_cells=N_CELLS,
        tile_shape=atlases[0].tile_shape,
        n_total=len(common[0]),
    )


def clicked_image_or_position(maps: FrontMaps, target: int) -> int | tuple[float, float]:
    """Return what a click on a target selects: the index of a test image, or a position on its map.

    Parameters
    ----------
    maps : FrontMaps
    target : int
        Row of `maps.targets`.
    """
    hit = maps.targets.iloc[target]
    number, image = int(hit["map"]), maps.images.iloc[int(hit["near"])]
    if np.hypot(hit["x"] - image[f"x{number}"], hit["y"] - image[f"y{number}"]) <= SNAP:
        return int(image["index"])
    x_min, x_max, y_min, y_max = maps.extents[number]
    return x_min + float(hit["x"]) * (x_max - x_min), y_min + float(hit["y"]) * (y_max - y_min)


def _targets(number: int, shares: FloatArray) -> pd.DataFrame:
    """Return the targets of one map, from the positions of its images as shares, ``(n, 2)``."""
    unit = (0.0, 1.0, 0.0, 1.0)
    centres = cell_centres(unit, N_CELLS)
    wide = shares.astype(np.float64)
    # squared distances, less what is the same for all images of a centre
    distances = np.square(wide).sum(axis=1) - 2 * centres @ wide.T
    column, row = cell_indices(shares, unit, N_CELLS)
    positions = np.concatenate([centres, shares])
    return pd.DataFrame(
        {
            "map": np.int8(number),
            "x": positions[:, 0],
            "y": positions[:, 1],
            "cell": np.concatenate([np.arange(N_CELLS**2), row * N_CELLS + column]).astype(np.int16),
            "is_image": np.repeat([False, True], [len(centres), len(shares)]),
            "near": np.concatenate([distances.argmin(axis=1), np.arange(len(shares))]).astype(np.int16),
        }
    )


def _shares(positions: FloatArray, extent: Extent) -> FloatArray:
    """Return positions ``(n, 2)`` as shares of an extent's width and height."""
    x_min, x_max, y_min, y_max = extent
    low, width = np.array([x_min, y_min]), np.array([x_max - x_min, y_max - y_min])
    return np.asarray((positions - low) / width, np.float32)
