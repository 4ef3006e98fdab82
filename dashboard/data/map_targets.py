"""Pointer targets of a map: the cells of its atlas, and its points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from latentcore.geometry import Extent, cell_centres, cell_indices
from latentcore.types import FloatArray, LabelArray


def hit_targets(points: pd.DataFrame, extent: Extent, n_cells: int, snap: float) -> pd.DataFrame:
    """Return the cells in reading order, then the points; columns as in `dashboard.data.maps.MapData.cells`.

    Parameters
    ----------
    points : DataFrame
        Columns ``x, y, row, class``.
    extent : Extent
    n_cells : int
        Cells per side of the map.
    snap : float
        A cell whose centre lies within this share of the map's width of a point selects the nearest one.
    """
    centres = cell_centres(extent, n_cells)
    drawn = points[["x", "y"]].to_numpy(np.float32)
    near = _nearest_within(centres, drawn, extent, n_cells, snap)
    snapped = near >= 0
    columns, rows = np.tile(np.arange(n_cells), n_cells), np.repeat(np.arange(n_cells), n_cells)
    places = np.where(snapped[:, None], drawn[near], centres)
    point_columns, point_rows = (
        np.where(inside(drawn, extent), cell, -1) for cell in cell_indices(drawn, extent, n_cells)
    )
    return pd.DataFrame(
        {
            "x": np.concatenate([centres[:, 0], drawn[:, 0]]),
            "y": np.concatenate([centres[:, 1], drawn[:, 1]]),
            "i": np.concatenate([columns, point_columns]),
            "j": np.concatenate([rows, point_rows]),
            "gx": np.concatenate([places[:, 0], drawn[:, 0]]),
            "gy": np.concatenate([places[:, 1], drawn[:, 1]]),
            "row": np.concatenate([np.where(snapped, points["row"].to_numpy()[near], -1), points["row"]]),
            "class": np.concatenate(
                [np.where(snapped, points["class"].to_numpy()[near], ""), points["class"]]
            ),
        }
    )


def _nearest_within(
    centres: FloatArray, drawn: FloatArray, extent: Extent, n_cells: int, snap: float
) -> LabelArray:
    """Return the number of the point nearest to each cell's centre, or -1 where none is near enough.

    Each point is compared with the cells around its own only; scipy's tree would be as fast, but the
    first map would wait for its import.
    """
    reach = np.arange(2 * int(np.ceil(snap * n_cells + 0.5)) + 1)
    reach -= len(reach) // 2
    column, row = (cell[:, None, None] for cell in cell_indices(drawn, extent, n_cells))
    columns, rows = np.broadcast_arrays(column + reach[:, None], row + reach)
    number = np.broadcast_to(np.arange(len(drawn))[:, None, None], columns.shape)
    on_map = (columns >= 0) & (columns < n_cells) & (rows >= 0) & (rows < n_cells)
    cells, numbers = (rows * n_cells + columns)[on_map], number[on_map]
    away = np.linalg.norm(centres[cells] - drawn[numbers], axis=1)
    close = away <= snap * (extent[1] - extent[0])
    order = np.lexsort((away[close], cells[close]))
    found, first = np.unique(cells[close][order], return_index=True)
    nearest = np.full(len(centres), -1, np.int64)
    nearest[found] = numbers[close][order][first]
    return nearest


def inside(points: FloatArray, extent: Extent) -> npt.NDArray[np.bool_]:
    """Return whether each point ``(n, 2)`` lies in an extent."""
    x_min, x_max, y_min, y_max = extent
    low, high = np.array([x_min, y_min]), np.array([x_max, y_max])
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))
